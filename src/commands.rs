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
mod signals;
mod status;
mod validate;

use std::process::ExitCode;
use std::task::Poll;

use anyhow::Result;
use clap::builder::Styles;

use crate::cli::{Cli, Command, Invoke, Logs};
use crate::error::{Printed, exit};
use crate::refused::Exit;
use crate::sanitize::{self, Clean};
use output::note;
use signals::Stop;

/// Runs the command; everything that goes wrong is printed here, once.
pub async fn run(cli: Cli) -> ExitCode {
    let last_word = last_word(&cli.command);
    let stopped = listened_for(&cli.command);
    let mut stopped = std::pin::pin!(stopped);
    // Polled once, so that signals are listened for before the command prints anything.
    let early = std::future::poll_fn(|context| Poll::Ready(stopped.as_mut().poll(context))).await;
    if let Poll::Ready(stop) = early {
        note(format!("{}; nothing was changed", stop.text()));
        return ExitCode::from(stop.exit() as u8);
    }
    let ended = tokio::select! {
        // The command is polled first: where it listens for a signal itself, its own message is the better one.
        biased;
        ended = dispatch(cli) => ended,
        stop = &mut stopped => {
            note(Clean::block(format!("\n{}; {last_word}", stop.text())));
            Ok(stop.exit())
        }
    };
    match ended {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => failed(&error),
    }
}

/// Waits for the signals that the command does not handle itself. `ask` deletes its temporary alias first, whatever the
/// signal; Ctrl-C is how commands that watch or follow are ended.
fn listened_for(command: &Command) -> impl Future<Output = Stop> + use<> {
    let handles_all = matches!(command, Command::Ask(_));
    let handles_ctrl_c =
        matches!(command, Command::Invoke(Invoke { watch: true, .. }) | Command::Logs(Logs { follow: true, .. }));
    async move {
        match (handles_all, handles_ctrl_c) {
            (true, _) => std::future::pending().await,
            (_, true) => signals::but_ctrl_c().await,
            _ => signals::any().await,
        }
    }
}

/// What a command says when it is stopped part-way.
fn last_word(command: &Command) -> &'static str {
    match command {
        Command::Deploy(_) | Command::Destroy(_) => {
            "completed steps remain in place. Run the same command again to resume from here"
        }
        Command::Emulator(args) if args.keep.is_none() => "the emulated account was in memory only and is gone",
        Command::Emulator(_) => "the emulated account is kept in the --keep folder",
        _ => "nothing was changed",
    }
}

/// Prints an error and gives its exit code.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    note(&Printed(error));
    ExitCode::from(exit(error) as u8)
}

/// Prints help, the version, or what is wrong with the command line.
pub fn usage(error: &clap::Error) -> ExitCode {
    let text = unstyled(&error.render().ansi().to_string());
    if sanitize::is_clean(&text) {
        // A closed stream has nobody left to tell.
        let _ = error.print();
    } else {
        note(Clean::block(text));
    }
    ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Done } as u8)
}

/// The text without the styles that clap gives it; what else looks like one comes from an argument.
fn unstyled(text: &str) -> String {
    let styles = Styles::styled();
    let styles = [
        styles.get_header(),
        styles.get_error(),
        styles.get_usage(),
        styles.get_literal(),
        styles.get_placeholder(),
        styles.get_valid(),
        styles.get_invalid(),
        styles.get_context(),
        styles.get_context_value(),
    ];
    let codes = styles.into_iter().flat_map(|style| [style.render().to_string(), style.render_reset().to_string()]);
    codes.filter(|code| !code.is_empty()).fold(text.to_owned(), |text, code| text.replace(&code, ""))
}

async fn dispatch(cli: Cli) -> Result<Exit> {
    let common = &cli.common;
    match cli.command {
        Command::Init(args) => init::run(common, &args),
        Command::Validate(args) => validate::run(common, &args),
        Command::Plan(args) => Box::pin(plan::run(common, &args)).await,
        Command::Deploy(args) => Box::pin(deploy::run(common, &args)).await,
        Command::Destroy(args) => Box::pin(destroy::run(common, &args)).await,
        Command::Status(args) => status::run(common, &args).await,
        Command::PrintConnector(args) => Box::pin(print_connector::run(common, args)).await,
        Command::Ask(args) => ask::run(common, &args).await,
        Command::Invoke(args) => invoke::run(common, &args).await,
        Command::Logs(args) => logs::run(common, &args).await,
        Command::Emulator(args) => emulator::run(common, args).await,
    }
}
