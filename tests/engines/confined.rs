//! An unpacked image started as Lambda starts it, and confined to its own files: its entrypoint with its command, under
//! `chroot`, as a user without rights, asking the emulator's runtime API for its event.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use emulator::{Emulator, Invocation, Process, Settings, Timing};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::rig::{Rig, is_root, which};

/// Lambda's own user and group in its sandbox: whatever only root may read is not readable there.
const USER: [&str; 4] = ["--setuid", "993", "--setgid", "990"];
/// The emulator's application with sample campaigns.
const APPLICATION: &str = "5f2c9b1e7a804d36b0c1d2e3f4a59687";

/// What keeps this machine from confining a process, if anything does.
pub(crate) fn obstacle() -> Option<&'static str> {
    let answer = Command::new("unshare").args(["--map-root-user", "true"]).stderr(Stdio::null()).status();
    let may = is_root() || answer.is_ok_and(|status| status.success());
    (!may).then_some("chroot takes root or user namespaces, and there is neither")
}

/// What came of an event.
pub(crate) struct Answered {
    pub(crate) invocation: Invocation,
    log: String,
}

impl Answered {
    /// The reply, which there must be.
    pub(crate) fn reply(&self) -> Value {
        match &self.invocation.outcome {
            emulator::Outcome::Returned(reply) => serde_json::from_slice(reply).unwrap(),
            other => panic!("{other:?}; its log:\n{}", self.log),
        }
    }
}

impl Rig {
    /// Gives the image of a tag one event.
    pub(crate) async fn invoke(&self, tag: &str, event: &Value) -> Answered {
        let config = self.config(tag)["config"].clone();
        let process = process(&self.unpacked(tag), &config);
        let emulator = Emulator::new(Settings { timing: Timing::quick(), ..Settings::for_tests() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let process = Process {
            env: process.env.into_iter().chain([("AWS_ENDPOINT_URL".to_owned(), endpoint)]).collect(),
            ..process
        };
        let invocation = tokio::select! {
            invocation = process.invoke(event.to_string().into()) => invocation,
            served = emulator.serve(listener, emulator::Access::AnyCredentials) => panic!("{served:?}"),
        };
        let log = String::from_utf8_lossy(&invocation.log).into_owned();
        Answered { invocation, log }
    }
}

/// The function, with what the image's configuration says of it.
fn process(root: &Path, config: &Value) -> Process {
    let texts = |name: &str| -> Vec<String> {
        let list = config[name].as_array().into_iter().flatten();
        list.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut env: BTreeMap<String, String> =
        texts("Env").iter().map(|line| line.split_once('=').unwrap()).map(|(a, b)| (a.into(), b.into())).collect();
    for (name, value) in [("APPLICATION_ID", APPLICATION), ("KPI_NAME", "push-open-rate"), ("HOME", "/")] {
        env.insert(name.to_owned(), value.to_owned());
    }
    let command = texts("Cmd");
    let words = texts("Entrypoint").into_iter().chain(command.clone());
    Process {
        name: "openrate".to_owned(),
        handler: command[0].clone(),
        arn: "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate".to_owned(),
        version: "$LATEST".to_owned(),
        log: ("/aws/lambda/openrate".to_owned(), "confined".to_owned()),
        region: "ap-northeast-1".to_owned(),
        command: chroot(root, config["WorkingDir"].as_str().unwrap()).chain(words.map(OsString::from)).collect(),
        env,
        cwd: PathBuf::from(root),
        timeout: Duration::from_mins(1),
        memory_mb: 256,
    }
}

/// Gives the runtime API's secret to a runtime that knows host and port only, as the first part of the path: another user's
/// process is not recognized without it.
const WITH_SECRET: &str = "AWS_LAMBDA_RUNTIME_API=$AWS_LAMBDA_RUNTIME_API/$BEDROCK_OPS_RUNTIME_SECRET; export AWS_LAMBDA_RUNTIME_API; exec \"$@\"";

/// What stands before the command. `unshare --root` is `chroot` that can also enter a folder; no namespace is left but, for
/// who is not root, the user's.
fn chroot(root: &Path, folder: &str) -> impl Iterator<Item = OsString> {
    // By its path: the `PATH` is the image's.
    let mut words: Vec<OsString> =
        [which("sh").unwrap().as_os_str(), "-c".as_ref(), WITH_SECRET.as_ref(), "sh".as_ref()]
            .map(OsString::from)
            .into();
    words.extend([which("unshare").unwrap().into(), "--root".into(), root.into()]);
    words.extend(["--wd".into(), folder.into()]);
    if is_root() {
        words.extend(USER.map(OsString::from));
    } else {
        words.push("--map-root-user".into());
    }
    words.push("--".into());
    words.into_iter()
}
