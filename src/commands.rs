//! The verbs, one a file, and what they share: loading, opening, asking, printing.

mod ask;
mod deploy;
mod destroy;
mod emulator;
mod init;
mod invoke;
mod local;
mod logs;
mod open;
mod output;
mod plan;
mod print_connector;
mod status;
mod validate;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Cli, Command, Invoke, Logs};
use crate::error::{Printed, exit};
use crate::refused::Exit;
use output::note;

/// Runs the command; everything that goes wrong is printed here, once.
pub async fn run(cli: Cli) -> ExitCode {
    // There Ctrl-C ends an answer, not always the command; or it is how the command is ended, and no interruption.
    let hears_ctrl_c = matches!(
        cli.command,
        Command::Ask(_) | Command::Invoke(Invoke { watch: true, .. }) | Command::Logs(Logs { follow: true, .. })
    );
    let ended = tokio::select! {
        // It hears first, where it has something better to say: a question was not answered, so nothing was begun.
        biased;
        ended = dispatch(cli) => ended,
        _ = tokio::signal::ctrl_c(), if !hears_ctrl_c => {
            note("\ninterrupted; what was done stays done. Run the same command again: it goes on where this stopped");
            Ok(Exit::Interrupted)
        }
    };
    match ended {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => failed(&error),
    }
}

/// Prints an error and gives its exit code.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    note(&Printed(error).to_string());
    ExitCode::from(exit(error) as u8)
}

/// Prints help, the version, or what is wrong with the command line.
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed stream has nobody left to tell.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Done } as u8)
}

async fn dispatch(cli: Cli) -> Result<Exit> {
    let common = &cli.common;
    match cli.command {
        Command::Init(args) => init::run(common, &args),
        Command::Validate(args) => validate::run(common, &args),
        Command::Plan(args) => plan::run(common, &args).await,
        Command::Deploy(args) => deploy::run(common, &args).await,
        Command::Destroy(args) => destroy::run(common, &args).await,
        Command::Status(args) => status::run(common, &args).await,
        Command::PrintConnector(args) => print_connector::run(common, args).await,
        Command::Ask(args) => ask::run(common, &args).await,
        Command::Invoke(args) => invoke::run(common, &args).await,
        Command::Logs(args) => logs::run(common, &args).await,
        Command::Emulator(args) => emulator::run(common, args).await,
    }
}
