//! The handler on this machine, with the files and the packages that its image would have, and no others; the AWS that it
//! reaches is the emulator's.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use emulator::{Emulator, Exit, Invocation, Key, Outcome, Process, python};
use serde_json::Value;
use tokio::net::TcpListener;

use super::Run;
use super::interpreter::{self, Interpreter};
use super::lent::Lent;
use crate::aws::{Access, Door, LOCAL_REGION};
use crate::commands::output::note;
use crate::commands::{local, open};
use crate::contract::Ended;
use crate::image::{self, Host, Installed, Staged};
use crate::manifest::{Code, Manifest, Source};
use crate::progress::Progress;
use crate::refused::Refused;
use crate::resource::{Resource, Seen};
use crate::resources::pinpoint_application::PinpointApplication;
use crate::session::Session;

/// The folder that can be run here.
pub(super) fn source(manifest: &Manifest) -> Result<&Source> {
    let Code::Source(source) = &manifest.lambda.code else {
        return Err(Refused::usage(
            "`lambda.image` names a ready image, and --local runs a handler from its folder",
            "leave --local away to call the deployed function, or build from `lambda.source`",
        )
        .into());
    };
    Ok(source)
}

/// Makes sure that the handler is a Python module among the image's files.
fn check(source: &Source, task_root: &Path) -> Result<(), Refused> {
    let module = source.handler.rsplit_once('.').map_or("", |(module, _)| module).replace('.', "/");
    let is_there = |ending: &str| task_root.join(format!("{module}{ending}")).is_file();
    if is_there(".py") || is_there("/__init__.py") {
        return Ok(());
    }
    Err(Refused::usage(
        format!(
            "the handler {} in {} is not Python, and --local runs Python only",
            source.handler,
            source.folder.display()
        ),
        "omit --local to call the deployed function",
    ))
}

/// The files of the image on this machine; what only an engine could do to them is noted.
async fn staged(manifest: &Manifest, source: &Source) -> Result<Staged> {
    let staged = image::stage(&image::Source::of(source, manifest.lambda.architecture)).await?;
    check(source, staged.folder())?;
    if let Some(beyond) = staged.beyond() {
        note(format!("runs without what a container engine adds to the image: the Dockerfile's {beyond}"));
    }
    Ok(staged)
}

/// The packages that AWS's base image would have, of this Python; noted where the handler uses boto3.
fn lent(python: &Interpreter, staged: &Staged, installed: Option<&Installed>) -> Result<Lent> {
    let own: Vec<&Path> = std::iter::once(staged.folder()).chain(installed.map(Installed::folder)).collect();
    let has = |name: &str| own.iter().any(|folder| folder.join(name).is_dir());
    if ["boto3", "botocore"].iter().any(|name| staged.imports(name) && !has(name)) {
        note(if python.packages.contains_key("boto3") {
            "boto3 is not in requirements.txt: this machine's is used here, the base image's on Lambda, which may be of another \
             version; name it in requirements.txt for one version in both places"
        } else {
            "boto3 is not in requirements.txt, and this machine's Python has none: on Lambda the base image has it, so name it in \
             requirements.txt, or install it here"
        });
    }
    Lent::of(&python.packages, &own).context("linking the packages of the base image")
}

/// Runs the handler with this event.
pub(super) async fn run(manifest: &Manifest, event: &Value) -> Result<Run> {
    let source = source(manifest)?;
    let staged = staged(manifest, source).await?;
    let wanted = interpreter::version_of(&source.base_image);
    let python = interpreter::find(wanted.as_deref()).await?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != python.version()) {
        note(format!("runs on Python {} here, on Python {wanted} when it is deployed", python.version()));
    }
    let host = open::host();
    let packages = image::install_here(&source.folder, &python.program, &python.fits(), &host, &Told).await?;
    let emulator = local::emulator(manifest, Access::Write)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("serving the emulator on loopback")?;
    let endpoint = format!("http://{}", listener.local_addr().context("asking for the emulator's port")?);
    let mut env = environment(manifest, &emulator).await?;
    let lent = lent(&python, &staged, packages.as_ref())?;
    let key = Key::random().context("generating an access key for the emulator")?;
    env.extend(own(&endpoint, &python, packages.as_ref(), &lent));
    env.extend(key.variables());
    let process = process(manifest, source, &staged, &python, env);
    let event = Bytes::from(event.to_string());
    tokio::select! {
        invocation = process.invoke(event) => Ok(told(invocation, &process, &staged)),
        served = emulator.serve(listener, emulator::Access::Key(key)) => {
            served.context("serving the emulator on loopback")?;
            anyhow::bail!("the emulator ended before the handler did; run the same command again")
        }
    }
}

fn process(
    manifest: &Manifest,
    source: &Source,
    staged: &Staged,
    python: &Interpreter,
    env: BTreeMap<String, String>,
) -> Process {
    let region = manifest.region.as_ref().map_or(LOCAL_REGION, AsRef::as_ref);
    let (name, account) = (manifest.name.to_string(), local::account(Some(manifest)));
    Process {
        arn: format!("arn:aws:lambda:{region}:{account}:function:{name}"),
        version: "$LATEST".to_owned(),
        log: (format!("/aws/lambda/{name}"), "local".to_owned()),
        name,
        handler: source.handler.clone(),
        region: region.to_owned(),
        command: python::command(&python.program, &source.handler),
        env,
        cwd: staged.folder().to_owned(),
        timeout: Duration::from_secs(manifest.lambda.timeout.into()),
        memory_mb: manifest.lambda.memory,
    }
}

/// The function's variables, as a deploy would set them.
async fn environment(manifest: &Manifest, emulator: &Emulator) -> Result<BTreeMap<String, String>> {
    let mut all = manifest.lambda.environment.clone();
    if let Some(application) = manifest.pinpoint.clone().map(PinpointApplication) {
        let key = application.key();
        let door = Door::local(emulator.clone(), manifest);
        let session = Session::new(manifest.clone(), door, Host::default(), Progress::silent());
        let resources: [Arc<dyn Resource>; 1] = [Arc::new(application)];
        let (_, snapshot) = session.observe(&resources).await?;
        let id = match snapshot.get(&key) {
            Some(Seen::Unusable { reason, .. }) => {
                let hint = "the emulator has the applications push-openrate (with campaigns) and weekly-newsletter";
                return Err(Refused::usage(reason, hint).into());
            }
            seen => seen.and_then(Seen::identity).with_context(|| format!("there is no {key}"))?,
        };
        all.insert("APPLICATION_ID".to_owned(), id.to_owned());
    }
    Ok(all)
}

/// The variables that make it run here: its packages, and the emulator in AWS's place.
fn own(endpoint: &str, python: &Interpreter, packages: Option<&Installed>, lent: &Lent) -> Vec<(String, String)> {
    // As in the image: what the requirements ask for comes before what the base image has.
    let path = packages.map(Installed::folder).into_iter().chain([lent.folder()]);
    let path: Vec<String> = path.map(|folder| folder.display().to_string()).collect();
    vec![
        ("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned()),
        ("AWS_EXECUTION_ENV".to_owned(), format!("AWS_Lambda_python{}", python.version())),
        ("PYTHONPATH".to_owned(), path.join(":")),
    ]
}

fn told(invocation: Invocation, process: &Process, staged: &Staged) -> Run {
    let Invocation { outcome, log, log_lost, took, .. } = invocation;
    let ended = match outcome {
        Outcome::Returned(reply) => Ended::Returned(reply.to_vec()),
        Outcome::Failed { error_type, message, stack: _ } => {
            Ended::Failed { kind: error_type, message: staged.in_terms_of_the_source(&message) }
        }
        Outcome::Exited(Exit::Code(code)) => Ended::Exited { how: format!("exit code {code}") },
        Outcome::Exited(Exit::Signal(signal)) => Ended::Exited { how: format!("signal {signal}") },
        Outcome::OutOfMemory => {
            let message = format!("killed at its {} MB", process.memory_mb);
            Ended::Failed { kind: "Runtime.OutOfMemory".to_owned(), message }
        }
        Outcome::TimedOut => Ended::TimedOut { after: Some(process.timeout) },
        Outcome::NeverAsked(waited) => {
            let seconds = waited.as_secs();
            Ended::NotStarted { reason: format!("it did not ask for its event within {seconds} seconds") }
        }
        Outcome::NotStarted(reason) => Ended::NotStarted { reason },
    };
    // awslambdaric ends the lines of one entry with a carriage return alone.
    let log = String::from_utf8_lossy(&log).replace("\r\n", "\n").replace('\r', "\n");
    let log = staged.in_terms_of_the_source(&log);
    Run { ended, log, log_lost, took, version: None }
}

/// Tells how the requirements come along.
struct Told;

impl image::Progress for Told {
    fn note(&self, what: &str) {
        note(what);
    }

    fn bytes(&self, _done: u64, _total: u64) {}
}
