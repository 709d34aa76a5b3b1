//! Every field of a manifest by the map it stands in, for what must be known before or without reading it.

/// The maps with fixed fields, by their way from the root: `[]` stands for an item of a list, `*` for a name of the user's.
const SECTIONS: [(&str, &[&str]); 12] = [
    (
        "",
        &[
            "name",
            "region",
            "account",
            "protect",
            "tags",
            "pinpoint",
            "agent",
            "lambda",
            "action_groups",
            "smoke",
            "connector",
        ],
    ),
    ("agent", &["name", "description", "model", "instruction", "idle_session_ttl", "alias"]),
    ("agent.instruction", &["file"]),
    ("agent.alias", &["name", "description"]),
    (
        "lambda",
        &[
            "architecture",
            "source",
            "handler",
            "base_image",
            "builder",
            "image",
            "timeout",
            "memory",
            "environment",
            "log_retention_days",
            "permissions",
            "publish",
        ],
    ),
    ("lambda.permissions[]", &["actions", "resources"]),
    ("pinpoint", &["application"]),
    ("action_groups[]", &["name", "description", "enabled", "functions"]),
    ("action_groups[].functions[]", &["name", "description", "parameters", "confirm"]),
    ("action_groups[].functions[].parameters.*", &["type", "description", "required"]),
    ("smoke", &["question", "expect"]),
    ("connector", &["name", "mention"]),
];

/// Whether the word is a field anywhere in a manifest.
pub(super) fn is_field(word: &str) -> bool {
    SECTIONS.iter().any(|(_, fields)| fields.contains(&word))
}

/// The section of a map at this way from the root: `action_groups[2]` is an `action_groups[]`.
pub(super) fn section_of(path: &str) -> String {
    let mut section = String::new();
    for (at, piece) in path.split('[').enumerate() {
        match piece.split_once(']').filter(|_| at > 0) {
            Some((_, rest)) => section.extend(["[]", rest]),
            None => section.push_str(piece),
        }
    }
    match section.split_once(".parameters.") {
        Some((function, _)) => format!("{function}.parameters.*"),
        None => section,
    }
}

/// The fields of a section.
#[cfg(test)]
pub(super) fn fields_of(section: &str) -> Option<&'static [&'static str]> {
    SECTIONS.iter().find(|(name, _)| *name == section).map(|(_, fields)| *fields)
}

/// The one other section that has such a field, if only one has it.
pub(super) fn only_home_of(field: &str, but: &str) -> Option<&'static str> {
    let mut homes = SECTIONS.iter().filter(|(section, fields)| *section != but && fields.contains(&field));
    match (homes.next(), homes.next()) {
        (Some((section, _)), None) => Some(section),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::{SECTIONS, only_home_of, section_of};
    use crate::manifest::parse;

    /// A manifest in which every map holds a field that does not exist. The complaint about it names those that do.
    const EVERYTHING_WRONG: &str = "
zzzzzz: 1
agent: {zzzzzz: 1, instruction: {zzzzzz: 1}, alias: {zzzzzz: 1}}
lambda: {zzzzzz: 1, permissions: [{zzzzzz: 1}]}
pinpoint: {zzzzzz: 1}
action_groups: [{zzzzzz: 1, functions: [{zzzzzz: 1, parameters: {days: {zzzzzz: 1}}}]}]
smoke: {zzzzzz: 1}
connector: {zzzzzz: 1}
";

    #[test]
    fn the_readers_ask_for_exactly_these_fields() {
        let refused = parse(EVERYTHING_WRONG, Path::new("agent.yaml")).expect_err("it is all wrong");
        let words = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let asked: BTreeMap<String, BTreeSet<String>> = refused
            .problems
            .iter()
            .filter(|problem| problem.what.ends_with("has no field `zzzzzz`"))
            .map(|problem| {
                let owner = words(&problem.what).into_iter().find(|word| word != "zzzzzz").unwrap_or_default();
                (section_of(&owner), words(&problem.cure).into_iter().collect())
            })
            .collect();
        let listed: BTreeMap<String, BTreeSet<String>> = SECTIONS
            .iter()
            .map(|(section, fields)| ((*section).to_owned(), fields.iter().map(|field| (*field).to_owned()).collect()))
            .collect();
        assert_eq!(listed, asked, "left: listed here; right: read");
    }

    #[test]
    fn a_field_of_one_section_is_found_from_another() {
        assert_eq!(only_home_of("timeout", ""), Some("lambda"));
        assert_eq!(only_home_of("action_groups", "agent"), Some(""));
        assert_eq!(only_home_of("description", "lambda"), None);
        assert_eq!(only_home_of("timeout", "lambda"), None);
    }
}
