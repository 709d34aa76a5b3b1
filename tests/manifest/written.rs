//! How editors and keyboards write a manifest: encodings, line ends, characters that only look right.

use std::fs;
use std::path::Path;

use bedrock_ops::manifest::{Loaded, Problem, Reach, load, parse};

use crate::{loaded, path_of, problems};

/// The least manifest with this prompt, already indented, in itself.
fn with_prompt(prompt: &str) -> String {
    let text = fs::read_to_string(path_of("small")).unwrap();
    let with = text.replace("instruction: {file: instruction.md}\n", &format!("instruction: |\n{prompt}"));
    assert_ne!(with, text, "the manifest has a prompt");
    with
}

/// The same text as other systems write it.
fn spellings(text: &str) -> [Vec<u8>; 5] {
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    [
        text.as_bytes().to_vec(),
        windows.as_bytes().to_vec(),
        text.replace('\n', "\r\n").into_bytes(),
        windows.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        windows.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ]
}

#[test]
fn every_encoding_gives_the_same_manifest_and_the_same_prompt() {
    let dir = tempfile::tempdir().unwrap();
    let at = |file: &str| dir.path().join(file);
    fs::create_dir(at("handler")).unwrap();
    fs::write(at("handler/lambda_function.py"), "def handler(event, context):\n    return {}\n").unwrap();
    let prompt = "あなたは開封率を答えます。\n\n- 日本語で答えてください。\n- 数値は関数から取得してください。わからないことは、わからないと答えてください。\n";
    let text = with_prompt(
        "    あなたは開封率を答えます。\n\n    日本語で答えてください。わからないことは、わからないと答えてください。\n",
    );
    let by_file = "name: ab\nagent:\n  model: jp.anthropic.claude-sonnet-4-6\n  instruction: {file: prompt.md}\nlambda: \
                   {source: handler}\naction_groups:\n  - {name: a, functions: [{name: b, description: c}]}\n";
    for text in [text.as_str(), by_file] {
        let mut seen: Vec<Loaded> = Vec::new();
        for (manifest, prompt) in spellings(text).into_iter().zip(spellings(prompt)) {
            fs::write(at("agent.yaml"), manifest).unwrap();
            fs::write(at("prompt.md"), prompt).unwrap();
            seen.push(load(&at("agent.yaml"), Reach::Inside).unwrap_or_else(|error| panic!("{error}")));
        }
        assert!(seen.iter().all(|loaded| *loaded == seen[0]));
        assert!(!seen[0].manifest.agent.instruction.contains(['\u{feff}', '\r']));
    }
}

/// The one problem of a manifest with this line 4, as `LINE:COLUMN what; cure`.
fn about(line: &str) -> String {
    let text = format!("agent:\n  description: x\nlambda:\n{line}\n  memory: 256\n");
    let slips = ["full-width", "no-break", "typographic", "takes for text"];
    let is_slip = |problem: &&Problem| slips.iter().any(|word| problem.what.contains(word));
    let problems = problems(&text);
    let found: Vec<&Problem> = problems.iter().filter(is_slip).collect();
    let [Problem { line, column, what, cure, .. }] = found[..] else { panic!("{line}: {problems:#?}") };
    format!("{line}:{column} {what}; {cure}")
}

#[test]
fn characters_of_another_keyboard_are_named_where_they_stand() {
    for (line, said) in [
        (
            "  timeout：60",
            "4:10 a full-width colon `：` stands behind `timeout`, which YAML takes for text; write `timeout: `",
        ),
        ("　timeout: 60", "4:1 the line begins with a full-width space, which YAML takes for text; indent with"),
        ("  timeout:　60", "4:11 a full-width space stands behind `timeout:`, which YAML takes for text; write"),
        (
            "  \u{a0}timeout: 60",
            "4:3 a no-break space stands beside `timeout`, which YAML takes for a part of it; write",
        ),
        ("  timeout: ６０", "4:12 `lambda.timeout` is written in full-width or typographic characters; write `60`"),
        ("  timeout: “60”", "4:12 `lambda.timeout` is written in full-width or typographic characters; write `60`"),
        (
            "  publish: ｔｒｕｅ",
            "4:12 `lambda.publish` is written in full-width or typographic characters; write `true`",
        ),
        (
            "  architecture: “arm64”",
            "4:17 `lambda.architecture` is written in full-width or typographic characters; write `arm64`",
        ),
        ("  timeout　: 60", "4:3 a full-width space stands beside `timeout`, which YAML takes for a part of it; write"),
    ] {
        assert!(about(line).starts_with(said), "{line}: {}", about(line));
    }
}

#[test]
fn the_first_line_is_named_when_the_slip_is_in_it() {
    let first = |text: &str| {
        let problems = problems(text);
        let Problem { line, what, .. } = &problems[0];
        (*line, what.clone(), problems.len())
    };
    let (line, what, count) = first("name：x\nregion: ap-northeast-1\n");
    assert_eq!((line, count), (1, 1));
    assert!(what.contains("full-width colon"), "{what}");
    let problems = problems("name: “my-agent”\naccount: １２３４５６７８９０１２\nconnector:\n  name：x\n");
    let said: Vec<(usize, &str)> = problems.iter().map(|problem| (problem.line, problem.cure.as_str())).collect();
    for wanted in [
        (1, "write `my-agent`"),
        (2, "write `123456789012`"),
        (4, "write `name: `, with an ordinary colon and a space"),
    ] {
        assert!(said.contains(&wanted), "{said:?}");
    }
}

#[test]
fn a_prompt_may_hold_any_of_them() {
    let text = with_prompt(
        "    latest：最後の値\n    　字下げした行です。“引用”も６０も使えます。改行もあります。\n    どのような文字も使えます。\n",
    );
    let Loaded { warnings, .. } = parse(&text, &path_of("small")).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let broken = problems(&format!("{text}timeout 60\n"));
    assert!(broken.iter().all(|problem| !problem.what.contains("full-width")), "{broken:?}");
}

#[test]
fn a_line_that_is_indented_like_no_other_is_named_itself() {
    let text = "agent:\n  name: x\n  description: y\n  model: z\n  idle_session_ttl: 60\n alias: v1\n  instruction: |\n    a\n";
    let problems = problems(text);
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!((problem.line, problem.column, problem.text.as_str()), (6, 2, "alias"));
    assert_eq!(problem.what, "`alias` is indented by 1 space, and the fields around it by 2");
}

#[test]
fn a_lost_colon_is_told_from_bad_indentation() {
    let cure = |text: &str| problems(text).remove(0).cure;
    assert!(cure("agent:\n  description: rates: open\n").starts_with("put a value that holds `: ` in quotes"));
    assert!(cure("lambda:\n  timeout 60\n  memory: 256\n").contains("line 2 may lack the colon"));
    assert!(cure("name: x\nregion y\n").contains("with a colon and a space"));
}

#[test]
fn a_long_stack_name_makes_a_connector_of_its_own() {
    let named = |name: &str| {
        let text = fs::read_to_string(path_of("small")).unwrap().replace("push-openrate", name);
        parse(&text, Path::new("tests/manifests/small.yaml")).unwrap()
    };
    let (prod, stage) = (named("incident-summary-production"), named("incident-summary-procurement"));
    let connector = |loaded: &Loaded| loaded.manifest.connector.name.to_string();
    assert_eq!(connector(&prod).len(), 20);
    assert_ne!(connector(&prod), connector(&stage));
    let [warning] = &prod.warnings[..] else { panic!("{:?}", prod.warnings) };
    assert!(warning.what.contains(&format!("is called `{}` instead", connector(&prod))), "{warning}");
    assert_eq!(loaded("small").warnings, []);
}
