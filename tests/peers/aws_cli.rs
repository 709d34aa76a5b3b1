//! The AWS CLI walks over what `bedrock-ops deploy` made, and finds nothing where `bedrock-ops destroy` has been.

use std::time::Duration;

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::process::{self, Ended};
use crate::stage::{ACCOUNT, Stage};
use crate::walk;

/// One call of the CLI takes a second, its first start some more.
const PATIENCE: Duration = Duration::from_mins(1);

/// The AWS CLI on a stage.
pub(crate) struct Cli<'a>(&'a Stage);

impl Cli<'_> {
    /// The answer to a command, which is split at its spaces.
    pub(crate) fn ask(&self, command: &str) -> Value {
        let answer = self.run(command).expect_code(0).stdout;
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("`aws {command}`: {error}: {answer}"))
    }

    /// Insists that AWS refuses a command with this error.
    pub(crate) fn is_refused(&self, command: &str, error: &str) {
        let ended = self.run(command);
        assert_ne!(ended.code, Some(0), "`aws {command}` answered {}", ended.stdout);
        assert!(ended.stderr.contains(&format!("({error})")), "`aws {command}`: {}", ended.stderr);
    }

    fn run(&self, command: &str) -> Ended {
        process::run(self.0.command("aws").args(["--output", "json"]).args(command.split(' ')), PATIENCE)
    }
}

#[test]
fn the_cli_finds_all_that_deploy_made_and_nothing_after_destroy() {
    let stage = Stage::new();
    if !Peer::AwsCli.is_there(&stage) {
        return;
    }
    let cli = Cli(&stage);
    assert_eq!(cli.ask("sts get-caller-identity")["Account"], ACCOUNT);

    let line = stage.bedrock_ops(&["deploy", "--yes"]).expect_code(0).stdout;
    let image = walk::image(&cli);
    walk::log_group(&cli);
    walk::function_role(&cli);
    walk::agent_role(&cli);
    walk::function(&cli, &image);
    let agent = walk::agent(&cli);
    walk::permission(&cli, &agent);
    walk::action_group(&cli, &agent);
    let alias = walk::alias(&cli, &agent);
    assert_eq!(line, format!("@aws connector add openrate {} {alias}\n", agent.arn));

    let again = stage.bedrock_ops(&["deploy", "--yes"]).expect_code(0);
    assert_eq!(again.stdout, line);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);

    stage.bedrock_ops(&["destroy", "--yes"]).expect_code(0);
    nothing_is_left(&cli, &agent);
}

fn nothing_is_left(cli: &Cli<'_>, agent: &walk::Agent) {
    for (command, list) in [
        ("ecr describe-repositories", "repositories"),
        ("logs describe-log-groups", "logGroups"),
        ("iam list-roles", "Roles"),
        ("lambda list-functions", "Functions"),
        ("bedrock-agent list-agents", "agentSummaries"),
    ] {
        assert_eq!(cli.ask(command)[list], json!([]), "aws {command}");
    }
    cli.is_refused("lambda get-function --function-name push-openrate", "ResourceNotFoundException");
    cli.is_refused(&format!("bedrock-agent get-agent --agent-id {}", agent.id), "ResourceNotFoundException");
}
