//! The command line: names, flags and help. No logic.

mod common;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::logs::{Filter, Since};
use crate::manifest::{self, Expectation};
use crate::name::StackName;
use crate::templates::{self, TEMPLATES, Template};

pub use common::{Common, MANIFEST};

/// Puts an Amazon Bedrock agent into Slack: one agent.yaml, one command, no state file.
#[derive(Debug, Parser)]
#[command(
    name = "bedrock-ops",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or nothing to do, 1 failed and nothing changed, 2 changes found (plan \
                  --detailed-exitcode), 3 stopped part-way (run again), 4 command line or manifest wrong, 5 refused \
                  (not ours, wrong account or region), 6 the new version did not pass the smoke test (the alias stays \
                  where it was), 130, 143 or 129 stopped by Ctrl-C, SIGTERM or SIGHUP."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// One verb each.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first agent.yaml with its handler, from a template
    Init(Init),
    /// Check the manifest, all of it, without calling anything
    Validate(Validate),
    /// Show what deploy would do; only reads
    Plan(Plan),
    /// Make AWS match the manifest, then print the line for Slack
    Deploy(Deploy),
    /// Remove everything that deploy made
    Destroy(Destroy),
    /// Show how everything stands, and what Slack talks to; only reads
    Status(Status),
    /// Print the line that is pasted into Slack
    PrintConnector(PrintConnector),
    /// Ask the deployed agent, and see its answer as it comes
    Ask(Ask),
    /// Send a function the event that Bedrock would send, and judge its reply
    Invoke(Invoke),
    /// Show the function's log, in time order, each line told by its request
    Logs(Logs),
    /// Serve the AWS emulator on a loopback port, for any AWS client
    Emulator(Emulator),
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write to, made if need be; a file that is there is never overwritten
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// What to begin with; blank unless named, since it needs no Python package, no permission and no data of yours
    #[arg(long, value_name = "NAME", default_value = templates::DEFAULT, value_parser = template())]
    pub template: &'static Template,
    /// The name of the stack, its agent and its connector [else the folder's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<StackName>,
    /// Print the templates, and write nothing
    #[arg(long, conflicts_with_all = ["dir", "template", "name"])]
    pub list: bool,
}

/// A template by its name.
fn template() -> impl TypedValueParser<Value = &'static Template> {
    let names = TEMPLATES.iter().map(|template| PossibleValue::new(template.name).help(template.about));
    PossibleValuesParser::new(names).try_map(|name| templates::named(&name).ok_or("there is no such template"))
}

/// `validate`
#[derive(Debug, Args)]
pub struct Validate {
    /// Print the problems as JSON
    #[arg(long)]
    pub json: bool,
}

/// `plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// Exit with 2 when there is something to do
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Accept that what is live loses an unmanaged guardrail, which is refused otherwise
    #[arg(long)]
    pub accept_unmanaged: bool,
    /// Print the plan as JSON
    #[arg(long)]
    pub json: bool,
}

/// `deploy`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Deploy {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Change the stack even if it was deployed from another repository or path
    #[arg(long)]
    pub take_over: bool,
    /// Ask the new version this before the alias moves to it; if it fails, the alias stays [else the manifest's smoke]
    #[arg(long, value_name = "QUESTION")]
    pub smoke: Option<String>,
    /// What the answer must match
    #[arg(long, value_name = "REGEX", requires = "smoke")]
    pub expect: Option<Expectation>,
    /// Move the alias without asking, whatever the manifest says
    #[arg(long, conflicts_with = "smoke")]
    pub no_smoke: bool,
    /// Accept that what is live loses an unmanaged guardrail, which is refused otherwise
    #[arg(long)]
    pub accept_unmanaged: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `destroy`
#[derive(Debug, Args)]
pub struct Destroy {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Change the stack even if it was deployed from another repository or path
    #[arg(long)]
    pub take_over: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {
    /// Print the status as JSON
    #[arg(long)]
    pub json: bool,
}

/// `print-connector`
#[derive(Debug, Args)]
pub struct PrintConnector {
    /// How the app is called in Slack [else the manifest's connector.mention, else @aws]
    #[arg(long, value_name = "TEXT", value_parser = mention)]
    pub mention: Option<String>,
    /// Print the IAM policy that the channel needs instead, as JSON
    #[arg(long)]
    pub policy: bool,
}

/// `@` and the app's name.
fn mention(text: &str) -> Result<String, String> {
    manifest::is_mention(text).map_err(|what| format!("{what}; {}", manifest::MENTION_CURE))?;
    Ok(text.to_owned())
}

/// `ask`
#[derive(Debug, Args)]
#[command(
    after_help = "Without a question it is read from stdin; on a terminal a conversation begins, in which /help lists what \
                  else can be typed. stdout is the answer alone, in pieces as they come; everything else goes to stderr. \
                  Nothing is changed, except that --release makes an alias where none leads to that version, and deletes \
                  it afterwards."
)]
pub struct Ask {
    /// The question
    #[arg(value_name = "QUESTION")]
    pub question: Option<String>,
    /// Ask the draft, through Bedrock's test alias
    #[arg(long, conflicts_with = "release")]
    pub draft: bool,
    /// Ask this version of the agent
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u32).range(1..))]
    pub release: Option<u32>,
    /// Tell on stderr what the agent does meanwhile: thoughts, calls, times, tokens
    #[arg(long)]
    pub trace: bool,
    /// Print events instead of the answer, as JSON, one a line
    #[arg(long)]
    pub json: bool,
    /// Go on in this session [else a new one]; Bedrock forgets it when it was idle for the agent's time
    #[arg(long, value_name = "ID", value_parser = session_id)]
    pub session: Option<String>,
}

/// A session's id as Bedrock takes it (API model).
fn session_id(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    if (2..=100).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("a session is 2 to 100 letters, digits and `._:-`".to_owned())
    }
}

/// `invoke`
#[derive(Debug, Args)]
#[command(
    after_help = "With --local the handler runs on this machine, with the files and packages of its image: no Docker, no deploy, and \
                  its AWS calls reach the emulator. Else the deployed function is called, in the version that the \
                  agent's alias leads to."
)]
pub struct Invoke {
    /// The function, as FUNCTION or GROUP.FUNCTION; may be left out when there is only one
    #[arg(value_name = "FUNCTION", conflicts_with = "event")]
    pub function: Option<String>,
    /// A parameter; give it once for each
    #[arg(short, long = "parameter", value_name = "NAME=VALUE", conflicts_with = "event")]
    pub parameters: Vec<String>,
    /// A session attribute, which the handler finds in `event["sessionAttributes"]`; give it once for each
    #[arg(long = "session-attribute", value_name = "NAME=VALUE", conflicts_with = "event")]
    pub session_attributes: Vec<String>,
    /// Send the event in this file, as it is
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// With --local: run again whenever a file of the source changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Print reply and verdict as JSON
    #[arg(long)]
    pub json: bool,
}

/// `logs`
#[derive(Debug, Args)]
#[command(
    after_help = "A line is the time in UTC, the first 8 characters of the request's id, and the text; a request ends with what \
                  it took. Errors are red and warnings yellow on a terminal. Ctrl-C ends --follow, with exit code 0."
)]
pub struct Logs {
    /// Go on with what is written from now on, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// Where to begin: so long ago (30s, 10m, 2h, 1d), or at a time (2026-11-22T09:00:00Z)
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = Since::parse)]
    pub since: Since,
    /// Show only lines that hold this text as it stands, capitals included
    #[arg(long, value_name = "TEXT", value_parser = Filter::plain)]
    pub filter: Option<Filter>,
    /// Print each event as a line of JSON
    #[arg(long)]
    pub json: bool,
}

/// `emulator`
#[derive(Debug, Args)]
#[command(
    after_help = "stdout is two lines: the URL, and an `export` command that sets it with an access key. The key is generated for \
                  each run; requests signed with another one are refused, and so are requests of web pages."
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Emulator {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 4567)]
    pub port: u16,
    /// Has no effect: there is no manifest
    #[arg(short, long, value_name = "FILE", hide = true)]
    pub file: Option<PathBuf>,
    /// Has no effect: the emulator is always local
    #[arg(long, hide = true)]
    pub local: bool,
    /// Has no effect: nothing is called
    #[arg(long, value_name = "NAME", hide = true)]
    pub profile: Option<String>,
    /// Has no effect: there is no manifest
    #[arg(long, hide = true)]
    pub allow_outside: bool,
    /// Take as long as AWS for each operation, instead of no time
    #[arg(long)]
    pub realistic: bool,
    /// Store the account in this folder, which must be new, empty, or one that the emulator made [else in memory]
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Accept any access key; every user and program of this machine can then run code as you
    #[arg(long)]
    pub any_credentials: bool,
    /// Refuse to create agents, as AWS does in an account that has not used Agents in the last 12 months
    #[arg(long)]
    pub closed_to_new_agents: bool,
}
