//! `emulator`: the emulated account on a loopback port, for any AWS client.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use emulator::{Emulator, Settings, Timing};
use tokio::net::TcpListener;

use super::local;
use super::output::{self, note};
use crate::cli::{Common, Emulator as Args};
use crate::refused::Exit;

pub(super) async fn run(_common: &Common, args: Args) -> Result<Exit> {
    let timing = if args.realistic { Timing::realistic() } else { Timing::quick() };
    let settings = Settings { closed_to_new_agents: args.closed_to_new_agents, ..local::settings(None, timing) };
    let emulator = match &args.keep {
        Some(folder) => Emulator::open(folder, settings).context("opening the emulated account")?,
        None => Emulator::new(settings),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))
        .await
        .with_context(|| format!("listening on 127.0.0.1:{}; --port 0 takes a free port", args.port))?;
    let address = listener.local_addr().context("asking for the port")?;
    output::result(format!("http://{address}"))?;
    note("any credentials do; for example:");
    note(format!("  export AWS_ENDPOINT_URL=http://{address} AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x"));
    note(format!("  the base image for builds against it: {address}/lambda/python:3.12 (lambda.base_image)"));
    note("Ctrl-C stops it");
    emulator.serve(listener).await.context("serving the emulator")?;
    Ok(Exit::Done)
}
