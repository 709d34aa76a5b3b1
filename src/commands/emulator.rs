//! `emulator`: the emulated account on a loopback port, for any AWS client.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use emulator::{Access, Emulator, Key, Settings, Timing};
use tokio::net::TcpListener;

use super::local;
use super::output::{self, note};
use crate::cli::{Common, Emulator as Args};
use crate::refused::Exit;

pub(super) async fn run(_common: &Common, args: Args) -> Result<Exit> {
    let timing = if args.realistic { Timing::realistic() } else { Timing::quick() };
    let settings = Settings { closed_to_new_agents: args.closed_to_new_agents, ..local::settings(None, timing) };
    let emulator = match &args.keep {
        Some(folder) => {
            let kept = Emulator::open(folder, settings).context("opening the emulated account")?;
            local::remove_unused_images(&kept);
            kept
        }
        None => Emulator::new(settings),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))
        .await
        .with_context(|| format!("listening on 127.0.0.1:{}; --port 0 takes a free port", args.port))?;
    let address = listener.local_addr().context("asking for the port")?;
    let (access, id, secret) = access(args.any_credentials)?;
    output::result(format!("http://{address}"))?;
    let credentials = format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}");
    output::result(format!("export AWS_ENDPOINT_URL=http://{address} {credentials}"))?;
    if args.any_credentials {
        note("warning: any credentials are accepted: every user and program of this machine can run code as you");
    } else {
        note("run the line above in each shell that is to use the emulator; the key is valid until the emulator ends");
    }
    note(format!("base image for builds against the emulator (lambda.base_image): {address}/lambda/python:3.12"));
    note("press Ctrl-C to stop the emulator");
    emulator.serve(listener, access).await.context("serving the emulator")?;
    Ok(Exit::Done)
}

/// Whose requests are answered, and the access key to print.
fn access(any_credentials: bool) -> Result<(Access, String, String)> {
    if any_credentials {
        return Ok((Access::AnyCredentials, "x".to_owned(), "x".to_owned()));
    }
    let key = Key::random().context("generating an access key")?;
    let (id, secret) = (key.id().to_owned(), key.secret().to_owned());
    Ok((Access::Key(key), id, secret))
}
