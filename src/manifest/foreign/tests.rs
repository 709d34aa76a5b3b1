//! Words of other tools and the fields that they find, and the table held to the fields there are.

use super::rows::ROWS;
use super::{Meaning, home, meaning};
use crate::manifest::vocabulary;

fn field(path: &str, name: &str) -> String {
    match meaning(path, name).or_else(|| home(path, name)) {
        Some(Meaning::Field(field)) => field.to_owned(),
        Some(Meaning::Elsewhere(way)) => format!("/{way}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn words_of_other_tools_find_their_field() {
    for (path, name, wanted) in [
        ("lambda", "memory_size", "memory"),
        ("lambda", "MemorySize", "memory"),
        ("lambda", "memorySize", "memory"),
        ("lambda", "env", "environment"),
        ("lambda", "environment_variables", "environment"),
        ("lambda", "Variables", "environment"),
        ("lambda", "runtime", "base_image"),
        ("lambda", "log_retention", "log_retention_days"),
        ("lambda", "RetentionInDays", "log_retention_days"),
        ("lambda", "arch", "architecture"),
        ("lambda", "Architectures", "architecture"),
        ("lambda", "timeout_seconds", "timeout"),
        ("lambda", "CodeUri", "source"),
        ("lambda", "ImageUri", "image"),
        ("lambda", "Policies", "permissions"),
        ("lambda", "FunctionName", "/name"),
        ("agent", "foundation_model", "model"),
        ("agent", "foundationModel", "model"),
        ("agent", "idle_session_ttl_in_seconds", "idle_session_ttl"),
        ("agent", "idleSessionTTLInSeconds", "idle_session_ttl"),
        ("agent", "agent_name", "name"),
        ("agent", "tags", "/tags"),
        ("agent", "action_groups", "/action_groups"),
        ("", "app_name", "name"),
        ("", "timeout", "/lambda.timeout"),
        ("", "DeletionProtection", "protect"),
        ("pinpoint", "app_name", "application"),
        ("action_groups[3]", "functionSchema", "functions"),
        ("action_groups[3].functions[0]", "require_confirmation", "confirm"),
        ("action_groups[3].functions[0]", "params", "parameters"),
        ("action_groups[0].functions[0].parameters.days", "dataType", "type"),
        ("lambda.permissions[0]", "Action", "actions"),
    ] {
        assert_eq!(field(path, name), wanted, "{path}: {name}");
    }
}

#[test]
fn what_a_manifest_cannot_say_is_known_as_such() {
    for (path, name) in [
        ("lambda", "VpcConfig"),
        ("", "vpc"),
        ("lambda", "role"),
        ("agent", "AgentResourceRoleArn"),
        ("agent", "guardrail"),
        ("agent", "GuardrailConfiguration"),
        ("agent", "knowledge_bases"),
        ("agent", "memory"),
        ("lambda", "layers"),
        ("lambda", "secrets"),
        ("action_groups[0]", "ApiSchema"),
        ("action_groups[0].functions[0].parameters.days", "enum"),
    ] {
        assert!(matches!(meaning(path, name), Some(Meaning::Absent(_))), "{path}: {name}");
    }
    assert_eq!(meaning("lambda", "zzzzzz"), None);
}

#[test]
fn every_row_names_sections_and_fields_that_exist_and_words_that_are_none() {
    for (sections, words, meaning) in ROWS {
        for section in *sections {
            let fields = vocabulary::fields_of(section).unwrap_or_else(|| panic!("no section {section}"));
            for word in *words {
                assert!(!fields.contains(word), "{section}: {word} is a field");
                assert_eq!(*word, super::snake_case(word), "words are compared in snake case");
            }
            if let Meaning::Field(field) = meaning {
                assert!(fields.contains(field), "{section}: {field} is no field");
            }
        }
    }
}
