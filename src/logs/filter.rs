//! A text that lines must hold, as CloudWatch Logs wants it written.

use super::invocation::START;

/// Characters that AWS takes in a filter pattern.
const LONGEST: usize = 1024;

/// A text that lines must hold as it stands, capitals included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// A plain text; what means something in CloudWatch's patterns means nothing in it.
    pub fn plain(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("write the text that lines must hold, or leave --filter away".to_owned());
        }
        let filter = Self(text.to_owned());
        if filter.pattern().chars().count() > LONGEST {
            return Err(format!("CloudWatch Logs takes patterns of {LONGEST} characters; search for a part of it"));
        }
        Ok(filter)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The pattern: lines that hold the text or (`?` is CloudWatch's "or") that begin a request. Without the beginnings
    /// nobody could tell which request a line belongs to.
    pub fn pattern(&self) -> String {
        format!("?{} ?{}", quoted(&self.0), quoted(START))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn a_text_is_quoted_whatever_it_holds() {
        let pattern = |text: &str| Filter::plain(text).unwrap().pattern();
        assert_eq!(pattern("ERROR"), r#"?"ERROR" ?"START RequestId: ""#);
        assert_eq!(pattern(r#"-{ $.a = "b\c" } ?x"#), r#"?"-{ $.a = \"b\\c\" } ?x" ?"START RequestId: ""#);
        assert_eq!(pattern("開封率"), r#"?"開封率" ?"START RequestId: ""#);
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert!(Filter::plain(" ").is_err());
        assert!(Filter::plain(&"あ".repeat(1000)).is_ok());
        assert!(Filter::plain(&"x".repeat(1024)).unwrap_err().contains("1024"));
    }
}
