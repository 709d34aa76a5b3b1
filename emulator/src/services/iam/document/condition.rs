//! The conditions of a statement: operators with keys, keys with values.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// What a condition is refused for.
pub(super) enum Wrong {
    /// It is not of the grammar (IAM user guide, "grammar of the IAM JSON policy language").
    Syntax,
    /// A date that is none.
    Date,
}

/// The condition operators (IAM user guide, "condition operators"), in small letters and without `IfExists`.
const OPERATORS: [&str; 27] = [
    "stringequals",
    "stringnotequals",
    "stringequalsignorecase",
    "stringnotequalsignorecase",
    "stringlike",
    "stringnotlike",
    "numericequals",
    "numericnotequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dateequals",
    "datenotequals",
    "datelessthan",
    "datelessthanequals",
    "dategreaterthan",
    "dategreaterthanequals",
    "bool",
    "binaryequals",
    "ipaddress",
    "notipaddress",
    "arnequals",
    "arnlike",
    "arnnotequals",
    "arnnotlike",
    "null",
];

/// A date of ISO 8601, or seconds since 1970.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(-?\d+|\d{4}-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)$").ok()
});

/// Checks one statement's conditions.
pub(super) fn check(conditions: &Value) -> Result<(), Wrong> {
    let conditions = conditions.as_object().ok_or(Wrong::Syntax)?;
    for (name, keys) in conditions {
        let operator = operator(name).ok_or(Wrong::Syntax)?;
        let keys = keys.as_object().ok_or(Wrong::Syntax)?;
        for values in keys.values() {
            let values = match values {
                Value::Array(values) => values.as_slice(),
                single => std::slice::from_ref(single),
            };
            if values.iter().any(|value| value.is_object() || value.is_array() || value.is_null()) {
                return Err(Wrong::Syntax);
            }
            if operator.starts_with("date") && !values.iter().all(is_date) {
                return Err(Wrong::Date);
            }
        }
    }
    Ok(())
}

/// The operator without what may stand around it; `None` if there is no such operator.
fn operator(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("forallvalues:").or_else(|| name.strip_prefix("foranyvalue:")).unwrap_or(&name);
    let name = name.strip_suffix("ifexists").unwrap_or(name);
    OPERATORS.iter().copied().find(|operator| *operator == name)
}

fn is_date(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => DATE.as_ref().is_some_and(|date| date.is_match(text)),
        _ => false,
    }
}
