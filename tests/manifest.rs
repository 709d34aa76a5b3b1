//! What `agent.yaml` may say, and the exact words for everything that it may not.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "manifest/builder.rs"]
mod builder;
#[path = "manifest/named_files.rs"]
mod named_files;
#[path = "manifest/secrets.rs"]
mod secrets;
#[path = "manifest/written.rs"]
mod written;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bedrock_ops::manifest::{
    Architecture, Code, LoadError, Loaded, Manifest, Model, ParameterKind, Pinpoint, Problem, Reach, Severity, load,
    parse,
};

/// The manifest `tests/manifests/NAME.yaml`, which is good.
fn loaded(name: &str) -> Loaded {
    load(&path_of(name), Reach::Inside).unwrap_or_else(|error| panic!("{name} should be good:\n{error}"))
}

/// Compares the words for `tests/manifests/NAME.yaml`, which is refused, with those that were reviewed.
fn refused(name: &str) {
    let error = load(&path_of(name), Reach::Inside).expect_err("the manifest should be refused");
    assert!(matches!(error, LoadError::Refused(_)), "{error}");
    reviewed(name, &error.to_string());
}

/// Compares a text with the reviewed one beside the manifest; `INSTA_UPDATE=always` writes it anew.
fn reviewed(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("manifests");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn path_of(name: &str) -> PathBuf {
    Path::new("tests/manifests").join(name).with_extension("yaml")
}

/// The problems of a text that lies nowhere.
fn problems(text: &str) -> Vec<Problem> {
    parse(text, &path_of("inline")).expect_err("the manifest should be refused").problems
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_least_manifest_gets_its_defaults() {
    let Loaded { manifest, warnings } = loaded("small");
    assert!(warnings.is_empty(), "{warnings:?}");
    let Manifest {
        name,
        region,
        account,
        protect,
        tags,
        agent,
        lambda,
        pinpoint,
        action_groups,
        smoke,
        connector,
        dir,
        path,
        origin,
    } = manifest;
    assert!(!protect);
    assert_eq!((smoke, origin), (None, None));
    assert_eq!((name.as_str(), region, account, tags.len(), pinpoint), ("push-openrate", None, None, 0, None));
    assert_eq!((dir, path), (PathBuf::from("tests/manifests"), PathBuf::from("tests/manifests/small.yaml")));
    assert_eq!((agent.name.as_str(), agent.alias.name.as_str()), ("push-openrate", "live"));
    assert_eq!(agent.model, Model::Profile("jp.anthropic.claude-sonnet-4-6".to_owned()));
    assert!(agent.instruction.starts_with("あなたは") && agent.instruction.ends_with("ください。"));
    assert_eq!((lambda.timeout, lambda.memory, lambda.log_retention_days, lambda.publish), (60, 256, 14, true));
    assert_eq!(lambda.architecture, Architecture::X86_64);
    let Code::Source(source) = lambda.code else { panic!("it has a source") };
    assert_eq!(source.folder, PathBuf::from("tests/manifests/handler"));
    assert_eq!(source.handler, "lambda_function.handler");
    assert_eq!(source.base_image, "public.ecr.aws/lambda/python:3.12");
    assert!(action_groups[0].enabled && !action_groups[0].functions[0].confirm);
    assert_eq!((connector.name.as_str(), connector.mention.as_str()), ("push-openrate", "@aws"));
}

#[test]
fn every_field_is_read() {
    let Loaded { manifest, warnings } = loaded("full");
    let [slack] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(slack.to_string().contains("Slack can't confirm"), "{slack}");
    let Manifest { agent, lambda, action_groups, connector, .. } = &manifest;
    assert_eq!(manifest.region.as_ref().map(AsRef::as_ref), Some("ap-northeast-1"));
    assert_eq!(manifest.pinpoint, Some(Pinpoint::Id("0123456789abcdef0123456789abcdef".to_owned())));
    assert_eq!(agent.description.as_deref(), Some("プッシュ通知の開封率"));
    assert_eq!(agent.model.id(), "anthropic.claude-sonnet-4-6");
    assert_eq!((agent.name.as_str(), agent.idle_session_ttl), ("push-openrate-agent", Some(600)));
    assert_eq!((agent.alias.name.as_str(), agent.alias.description.as_deref()), ("v1", Some("What Slack calls")));
    assert_eq!((lambda.architecture.as_lambda(), lambda.architecture.as_oci()), ("arm64", "arm64"));
    assert_eq!((lambda.timeout, lambda.memory, lambda.log_retention_days, lambda.publish), (30, 512, 30, false));
    assert_eq!(lambda.permissions[0].actions, ["s3:GetObject"]);
    assert_eq!(lambda.permissions[0].resources, ["*"]);
    assert_eq!(lambda.permissions[1].actions, ["dynamodb:Query", "dynamodb:Get*"]);
    let function = &action_groups[0].functions[0];
    assert!(!action_groups[0].enabled && function.confirm);
    assert_eq!(
        (function.parameters["campaign"].kind, function.parameters["campaign"].required),
        (ParameterKind::String, true)
    );
    assert_eq!(
        (function.parameters["days"].kind, function.parameters["days"].required),
        (ParameterKind::Integer, false)
    );
    assert_eq!((connector.name.as_str(), connector.mention.as_str()), ("openrate", "@Amazon Q"));
}

#[test]
fn text_that_looks_like_a_number_stays_as_it_is_written() {
    let manifest = loaded("full").manifest;
    assert_eq!(manifest.account.as_ref().map(AsRef::as_ref), Some("123456789012"));
    assert_eq!(manifest.tags, map(&[("team", "marketing"), ("cost", "007")]));
    let environment = [("KPI_NAME", "push-open-rate"), ("VERBOSE", "true"), ("RATE", "1.10"), ("EMPTY", "")];
    assert_eq!(manifest.lambda.environment, map(&environment));
}

#[test]
fn a_prompt_keeps_its_lines_and_loses_the_white_space_at_its_end() {
    let instruction = loaded("full").manifest.agent.instruction;
    let wanted = "You answer questions about the open rates of push campaigns.\n  - Call get_my_api first.\n\nAnswer in Japanese.";
    assert_eq!(instruction, wanted);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let path = path_of("small");
    let text = fs::read_to_string(&path).expect("the manifest is there");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(parse(&windows, &path).expect("a good manifest"), loaded("small"));
}

#[test]
fn yaml_aliases_repeat_values() {
    let functions = &loaded("aliases").manifest.action_groups[0].functions;
    assert_eq!(functions[0].description.as_deref(), Some("Open rates of past push campaigns."));
    assert_eq!(functions[0].parameters, functions[1].parameters);
    assert_eq!(functions[1].description.as_deref(), Some("2026"));
}

#[test]
fn a_bomb_of_yaml_aliases_is_refused_at_once() {
    let nine_of_the_last = |n: usize| format!("n{n}: &n{n} [{}]\n", vec![format!("*n{}", n - 1); 9].join(", "));
    let bomb = format!("n0: &n0 x\n{}", (1..12).map(nine_of_the_last).collect::<String>());
    assert!(problems(&bomb).iter().any(|problem| problem.what == "aliases repeat more than 10000 values"));
}

#[test]
fn a_ready_image_is_taken_by_digest() {
    let Loaded { manifest, warnings } = loaded("image");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(matches!(manifest.lambda.code, Code::Image(uri) if uri.ends_with("0007")));
}

#[test]
fn quotas_that_aws_may_raise_only_warn() {
    let warnings = loaded("quotas").warnings;
    assert!(warnings.iter().all(|warning| warning.severity == Severity::Warning));
    reviewed("quotas", &warnings.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn permissions_that_allow_more_than_anybody_means_only_warn() {
    let warnings = loaded("broad").warnings;
    reviewed("broad", &warnings.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn an_unknown_field_is_refused_with_the_known_one_that_it_looks_like() {
    refused("unknown_fields");
}

#[test]
fn a_missing_field_is_shown_as_it_might_be_written() {
    refused("missing_fields");
    refused("missing_sections");
}

#[test]
fn a_value_of_the_wrong_type_says_what_it_must_be() {
    refused("wrong_types");
}

#[test]
fn a_key_given_twice_is_refused_with_the_line_of_the_first() {
    refused("duplicate_keys");
}

#[test]
fn a_name_that_aws_would_refuse_is_refused_with_its_rule() {
    refused("names");
}

#[test]
fn an_alias_is_not_named_like_those_that_stand_beside_it() {
    refused("alias_beside");
    let refused = |alias: &str| {
        let problems = problems(&format!("agent: {{alias: {alias}}}"));
        problems.iter().any(|problem| problem.cure.contains("`ask --release` so; choose another"))
    };
    for alias in ["v1-candidate", "live-release-12", "live-release-3-19af", "a-release-b-release-1"] {
        assert!(refused(alias), "{alias}");
    }
    for alias in ["candidate", "live-candidates", "release-3", "live-release", "live-release-next"] {
        assert!(!refused(alias), "{alias}");
    }
}

#[test]
fn a_limit_that_the_api_fixes_is_an_error() {
    refused("limits");
    refused("environment_too_large");
}

#[test]
fn a_file_or_folder_that_is_not_there_is_named_with_its_path() {
    refused("missing_folder");
    refused("missing_handler");
    refused("wrong_handler");
}

#[test]
fn a_function_runs_either_a_source_or_an_image() {
    refused("source_and_image");
    refused("wrong_image");
    refused("image_elsewhere");
}

#[test]
fn two_groups_or_functions_of_one_name_are_refused() {
    refused("twins");
}

#[test]
fn a_permission_needs_actions_and_resources_of_the_right_shape() {
    refused("permissions");
}

#[test]
fn a_smoke_test_needs_a_question_a_regular_expression_and_versions() {
    refused("smoke");
    let smoke = |written: &str| {
        let text = fs::read_to_string(path_of("small")).unwrap() + "\nsmoke: " + written + "\n";
        parse(&text, &path_of("small")).expect("a good test").manifest.smoke.expect("a test")
    };
    let (question, both) = (smoke("最新の開封率は？"), smoke(r"{question: 最新の開封率は？, expect: '\d+\.\d+%'}"));
    assert_eq!((question.question.as_str(), question.expect), ("最新の開封率は？", None));
    let expect = both.expect.expect("an expectation");
    assert_eq!((expect.is_met_by("2.04%"), expect.is_met_by("2%")), (true, false));
}

#[test]
fn what_yaml_can_but_a_manifest_cannot_is_refused() {
    refused("odd_yaml");
    refused("empty");
}

#[test]
fn the_caret_stands_right_under_japanese() {
    refused("full_width");
}

#[test]
fn broken_yaml_says_where_and_what_was_likely_meant() {
    for name in ["at_sign", "bracket", "colon", "indentation", "quote", "star", "tab"] {
        refused(&format!("syntax_{name}"));
    }
}

#[test]
fn the_values_of_environment_variables_are_never_shown() {
    for name in ["environment", "syntax_environment"] {
        refused(name);
        let error = load(&path_of(name), Reach::Inside).expect_err("the manifest should be refused");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn a_problem_knows_its_place_and_text_for_machines() {
    let problem = problems("nmae: x").into_iter().find(|problem| problem.text == "nmae").expect("it is unknown");
    assert_eq!((problem.line, problem.column, problem.severity), (1, 1, Severity::Error));
    let json = serde_json::to_value(&problem).expect("it is plain data");
    assert_eq!(json["severity"], "error");
    assert_eq!(json["cure"], "did you mean `name`?");
}

#[test]
fn a_missing_manifest_says_how_to_name_or_write_one() {
    let error = load(Path::new("tests/manifests/none.yaml"), Reach::Inside).expect_err("there is none");
    assert_eq!(error.to_string(), "there is no manifest `tests/manifests/none.yaml`");
    assert!(error.cure().is_some_and(|cure| cure.contains("bedrock-ops -f FILE") && cure.contains("init")));
}

#[test]
fn a_folder_is_no_manifest() {
    let error = load(Path::new("tests/manifests"), Reach::Inside).expect_err("it is a folder");
    assert_eq!(error.to_string(), "cannot read the manifest `tests/manifests`");
    assert!(error.cure().is_some());
}

#[test]
fn a_manifest_in_another_encoding_says_in_which_line() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("agent.yaml");
    fs::write(&path, b"name: a\ndescription: \x8aJ\x95\xf5\n").expect("it can be written");
    let error = load(&path, Reach::Inside).expect_err("it is Shift_JIS");
    assert!(matches!(error, LoadError::NotUtf8 { line: 2, .. }), "{error}");
}

#[test]
fn the_manifest_of_this_project_is_good() {
    let Loaded { warnings, .. } = load(Path::new("agent.yaml"), Reach::Inside).expect("it is shown to every reader");
    assert!(warnings.is_empty(), "{warnings:?}");
}
