//! Secrets in broken manifests: whatever is wrong, and wherever they stand, no message holds them.

use std::path::Path;
use std::process::{Command, Output};

use bedrock_ops::manifest::{Problem, Severity, parse};

use crate::path_of;

/// What no output may hold.
const SECRET: &str = "hunter2";

/// Broken manifests with a secret, by what is wrong with them. Each is one that somebody could write.
const BROKEN: &[(&str, &str)] = &[
    ("tab indentation", "lambda:\n  environment:\n\tDB: hunter2\n"),
    ("tab before the map", "lambda:\n\tenvironment:\n\t\tDB: hunter2\n"),
    ("tab and a lower-case variable", "lambda:\n  environment:\n\tdb: hunter2\n"),
    ("quoted key", "lambda:\n  'environment':\n    DB: @hunter2\n"),
    ("doubly quoted key", "lambda:\n  \"environment\":\n    db: @hunter2\n"),
    ("complex key", "lambda:\n  ? environment\n  : DB: @hunter2\n"),
    ("the name of other tools", "lambda: {env: {DB: hunter2}}\n"),
    ("the name of other tools, below", "lambda:\n  env:\n    db: hunter2\n    db: hunter2\n"),
    ("CloudFormation", "lambda:\n  Environment:\n    Variables:\n      db: [hunter2\n"),
    ("misspelt", "lambda:\n  envirnoment: {db: hunter2}\n"),
    ("misspelt and not YAML", "lambda:\n  enviroment:\n    db: 'hunter2\n"),
    ("no colon", "lambda:\n  environment:\n    hunter2\n"),
    ("no colon in two lines", "lambda:\n  environment:\n    hunter2\n    DB: x\n"),
    ("environment without a colon", "lambda:\n  environment\n    DB: hunter2\n"),
    ("equals signs", "lambda:\n  environment:\n    DB=hunter2\n    X=hunter2\n"),
    ("equals signs alone", "lambda:\n  DB=hunter2\n"),
    ("wrong parent", "lambda:\n  permissions:\n    - environment: {DB: hunter2}\n"),
    ("wrong parent, below", "lambda:\n  permissions:\n    environment:\n      DB: @hunter2\n"),
    ("at the root", "environment: {db: hunter2}\n"),
    ("dedented", "lambda:\n  environment:\n  DB: hunter2\n"),
    ("dedented to the root", "lambda:\n  environment:\nDB: hunter2\n"),
    ("dedented, lower-case, not YAML", "lambda:\n  environment:\n db: hunter2\n"),
    ("anchor", "x: &vars {DB: hunter2}\nlambda:\n  environment: *vars\n"),
    (
        "anchor of a lower-case value",
        "tags:\n  x: &pw hunter2\n  部: &pw2 hunter2\nlambda:\n  environment: {DB: *pw2}\nname: *pw2\n",
    ),
    ("alias elsewhere", "lambda:\n  environment: {DB: &pw Hunter2!hunter2}\nname: *pw\nregion: *pw\n"),
    ("alias as a number", "lambda:\n  environment: {DB: &pw hunter2}\n  timeout: *pw\n  memory: *pw\n"),
    ("unknown alias", "lambda:\n  environment:\n    DB: *hunter2\n"),
    ("alias in itself", "lambda:\n  environment:\n    DB: &hunter2 [*hunter2]\n"),
    ("tag", "lambda:\n  environment:\n    DB: !hunter2 x\n"),
    ("tag before", "lambda:\n  environment:\n    DB: !secret hunter2\n"),
    ("merge key", "lambda:\n  environment:\n    <<: {DB: hunter2}\n"),
    ("merge of a map", "x: &vars\n  DB: hunter2\n  db: !x hunter2\nlambda:\n  environment:\n    <<: *vars\n"),
    ("merge key beside", "lambda:\n  <<: {db: hunter2}\n"),
    ("flow map on one line", "lambda: {environment: {DB: hunter2}, timeout: x}\n"),
    ("flow map on many lines", "lambda: {environment: {\nDB: hunter2,\ndb: hunter2}, timeout: x}\n"),
    ("flow map that does not end", "lambda: {environment: {\ndb: hunter2\nregion: x\n"),
    ("flow map with a lost comma", "lambda:\n  environment: {DB: hunter2 X: y}\n"),
    ("a key alone in a flow map", "lambda:\n  environment: {hunter2}\n"),
    ("a pair as a key", "lambda:\n  environment: {\"DB: hunter2\"}\n"),
    ("no space", "lambda:\n  environment: {DB:hunter2}\n"),
    ("multi-line scalar", "lambda:\n  environment:\n    DB: \"one\nhunter2\n  hunter2\n"),
    ("multi-line scalar in quotes", "lambda:\n  environment:\n    DB-X: \"one\n      hunter2\"\n    DB: [hunter2]\n"),
    ("folded plain scalar", "lambda:\n  environment:\n    DB-X: one\n      hunter2\n      two\n"),
    ("block scalar", "lambda:\n  environment:\n    DB-X: |\n      hunter2\n"),
    ("block scalar that lost its indentation", "lambda:\n  environment:\n    DB: |\n-----BEGIN\nhunter2\n"),
    ("duplicate keys", "lambda:\n  environment:\n    DB: hunter2\n    DB: hunter2\n"),
    ("duplicate maps", "lambda:\n  environment: {DB: hunter2}\n  environment: {DB: hunter2}\n"),
    ("duplicate unknown keys", "mine: hunter2\nmine: hunter2\n"),
    ("wrong types", "lambda:\n  environment:\n    DB: [hunter2]\n    X: {hunter2: hunter2}\n"),
    ("list of pairs", "lambda:\n  environment:\n    - name: DB\n      value: hunter2\n"),
    ("list of texts", "lambda:\n  environment: [DB=hunter2]\n"),
    ("scalar", "lambda:\n  environment: hunter2\n"),
    ("two colons", "lambda:\n  environment:\n    DB: hunter2: hunter2\n"),
    ("special character", "lambda:\n  environment:\n    DB: %hunter2\n"),
    ("unclosed quote", "lambda:\n  environment:\n    DB: 'hunter2\n  timeout: 3\n"),
    ("bad escape", "lambda:\n  environment:\n    DB: \"hunter2\\q\"\n"),
    ("trailing text", "lambda:\n  environment:\n    DB: 'x'hunter2\n"),
    ("reserved name", "lambda:\n  environment:\n    AWS_SECRET_ACCESS_KEY: hunter2\n"),
    ("secrets", "lambda:\n  secrets: {DB: hunter2}\n"),
    ("secrets at the root", "secrets:\n  db: hunter2\n  db: hunter2\n"),
    ("variables", "variables: {db: hunter2}\n"),
    ("a secret of its own", "agent: {api_key: hunter2}\nconnector:\n  slack_token: 'hunter2\n"),
    ("variables below another field", "lambda:\n  environment:\n  permissions:\n    x: hunter2\n    y: [hunter2]\n"),
    ("variables below a value", "environment:\ntags: {team: a}\n    x: hunter2\nname: x\n"),
    ("any unknown field", "agent:\n  something: hunter2\nmine: {a: hunter2}\n"),
    ("full-width colon", "lambda:\n  environment:\n    DB：hunter2\n"),
    ("full-width space", "lambda:\n  environment:\n　　DB: hunter2\n"),
    ("full-width quotes", "lambda:\n  environment:\n    DB: “hunter2: x”\n"),
    ("no-break spaces", "lambda:\n  environment:\n\u{a0}\u{a0}\u{a0}\u{a0}DB: hunter2\n"),
    ("second document", "lambda:\n  environment:\n    DB: hunter2\n--- {DB: hunter2}\n"),
    ("NUL", "lambda:\n  environment:\n    DB: hunter2\0\n"),
    ("a file of variables", "DB=hunter2\nAWS_SECRET_ACCESS_KEY=hunter2\n"),
    ("a file of credentials", "[default]\naws_access_key_id = hunter2\naws_secret_access_key = hunter2\n"),
    ("JSON", "{\"lambda\": {\"environment\": {\"DB\": \"hunter2\", }, \"timeout\": \"x\" \"hunter2\"}\n"),
];

/// The same manifest as other editors write it.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 4] {
    let windows = text.replace('\n', "\r\n");
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(windows.encode_utf16().flat_map(u16::to_le_bytes));
    [
        ("as it is", text.as_bytes().to_vec()),
        ("Windows", windows.into_bytes()),
        ("old line ends", text.replace('\n', "\r").into_bytes()),
        ("UTF-16", utf16),
    ]
}

fn ran(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bedrock-ops")).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn no_message_about_a_broken_manifest_holds_a_secret() {
    for (broken, text) in BROKEN {
        let refused = parse(text, &path_of("inline")).expect_err(broken);
        let json = serde_json::to_string(&refused.problems).unwrap();
        assert!(!format!("{refused}{refused:?}{json}").contains(SECRET), "{broken}: {refused}\n{json}");
    }
}

#[test]
fn no_output_of_the_program_holds_a_secret_in_whatever_encoding() {
    let folder = tempfile::tempdir().unwrap();
    // All spellings of a few manifests, and all manifests in one of them: each takes a start of the program.
    for (number, (broken, text)) in BROKEN.iter().enumerate() {
        let spellings =
            encodings(text).into_iter().enumerate().filter(|(at, _)| number % 9 == 0 || at % 4 == number % 4);
        for (_, (spelling, bytes)) in spellings {
            std::fs::write(folder.path().join("agent.yaml"), bytes).unwrap();
            let commands = [&["validate"][..], &["validate", "--json"], &["plan", "--local", "--json"]];
            // Every command tells a broken manifest as `validate` does.
            for arguments in &commands[..if number % 9 == 0 { 3 } else { 2 }] {
                let Output { stdout, stderr, status } = ran(folder.path(), arguments);
                let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
                assert_eq!(status.code(), Some(4), "{broken}, {spelling}, {arguments:?}: {said}");
                assert!(!said.contains(SECRET), "{broken}, {spelling}, {arguments:?}: {said}");
            }
        }
    }
}

/// The warnings of a good manifest with these lines below `lambda:`.
fn warnings(lines: &str) -> Vec<Problem> {
    let text = std::fs::read_to_string(path_of("small")).unwrap();
    let text = text.replace("lambda:\n", &format!("lambda:\n{lines}"));
    let warnings = parse(&text, &path_of("small")).unwrap_or_else(|refused| panic!("{refused}")).warnings;
    assert!(warnings.iter().all(|problem| problem.severity == Severity::Warning));
    warnings
}

#[test]
fn a_plain_secret_is_warned_of_by_its_name_alone() {
    let warnings =
        warnings("  environment: {DB_PASSWORD: hunter2, SLACK_TOKEN: 'hunter2', TOKEN_URL: x, DB_SECRET_ARN: y}\n");
    let said: Vec<String> = warnings.iter().map(Problem::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("`DB_PASSWORD` looks like a secret") && said[1].contains("`SLACK_TOKEN`"), "{said:?}");
    assert!(said.iter().all(|said| said.contains("Secrets Manager") && !said.contains(SECRET)), "{said:?}");
}

#[test]
fn what_is_not_substituted_is_warned_of() {
    let lines = "  environment: {PAGER_TOKEN: '${PAGER_TOKEN}', BB: 'a $(b)', CC: '{{resolve:ssm:x}}', DD: '$5 {x}', EE: “hunter2”}\n  \
                 permissions:\n    - {actions: 's3:GetObject', resources: 'arn:aws:s3:::${BUCKET}/*'}\n    \
                 - {actions: 's3:GetObject', resources: 'arn:aws:s3:::a/${aws:PrincipalTag/team}/*'}\n";
    let whats: Vec<String> = warnings(lines).into_iter().map(|problem| problem.what).collect();
    assert_eq!(
        whats,
        [
            "`PAGER_TOKEN` holds ${…}, which is not substituted: the handler receives it as it stands",
            "`BB` holds $(…), which is not substituted: the handler receives it as it stands",
            "`CC` holds {{resolve:…}}, which is not substituted: the handler receives it as it stands",
            "the value of `EE` begins and ends with typographic quotes, which are part of it",
            "`${BUCKET}` is not substituted: IAM receives it as it stands",
        ]
    );
}
