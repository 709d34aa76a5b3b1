//! Container engines of a test's own: what they store goes with the test's folder, and a daemon ends with the test.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bedrock_ops::manifest::Engine;

use crate::rig::{Ended, Rig, has, skipped};

/// An engine that can be asked, and how a process is told to ask it.
pub(crate) struct Started {
    pub(crate) settings: Vec<(&'static str, String)>,
    _daemon: Option<Ended>,
}

impl Started {
    /// Starts it with the storage that every machine has, or says that the test is skipped.
    pub(crate) fn start(test: &str, rig: &Rig, engine: Engine) -> Option<Self> {
        Self::storing_by("vfs", test, rig, engine)
    }

    /// Starts it with another storage driver: `overlay`.
    pub(crate) fn storing_by(driver: &str, test: &str, rig: &Rig, engine: Engine) -> Option<Self> {
        let mut started = match engine {
            Engine::Docker => docker(driver, test, rig)?,
            _ if has(test, &[engine.program()]) => daemonless(driver, rig, engine),
            _ => return None,
        };
        started.settings.push(("ENGINES_ENGINE", engine.program().to_owned()));
        Some(started)
    }
}

/// What the inner half of a test is told to build with.
pub(crate) fn told() -> Engine {
    let name = std::env::var("ENGINES_ENGINE").unwrap();
    Engine::ALL.into_iter().find(|engine| engine.program() == name).unwrap()
}

/// buildah and podman take the same settings. A container's own file systems and namespaces can't be had on every machine.
fn daemonless(driver: &str, rig: &Rig, engine: Engine) -> Started {
    let at = |name: &str| rig.folder.path().join(format!("{}-{name}", engine.program())).display().to_string();
    let (graph, run) = (at("graph"), at("run"));
    let places = format!("[storage]\ndriver = \"{driver}\"\ngraphroot = {graph:?}\nrunroot = {run:?}\n");
    std::fs::write(at("storage.conf"), places).unwrap();
    let settings = vec![
        ("CONTAINERS_STORAGE_CONF", at("storage.conf")),
        ("STORAGE_DRIVER", driver.to_owned()),
        ("BUILDAH_ISOLATION", "chroot".to_owned()),
    ];
    Started { settings, _daemon: None }
}

fn docker(driver: &str, test: &str, rig: &Rig) -> Option<Started> {
    if !has(test, &["docker", "dockerd", "containerd"]) {
        return None;
    }
    let at = |name: &str| rig.folder.path().join(name);
    let socket = format!("unix://{}", at("docker.sock").display());
    let log = File::create(at("dockerd.log")).unwrap();
    let mut daemon = Command::new("dockerd");
    daemon.args(["--iptables=false", "--ip6tables=false", "--bridge=none", "-H", &socket]);
    // Docker's name for the second form of it.
    daemon.args(["--storage-driver", if driver == "overlay" { "overlay2" } else { driver }]);
    daemon.arg("--data-root").arg(at("data")).arg("--exec-root").arg(at("exec")).arg("-p").arg(at("docker.pid"));
    let daemon = Ended(daemon.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(30);
    let answers =
        || Command::new("docker").args(["-H", &socket, "version"]).output().is_ok_and(|it| it.status.success());
    while !answers() {
        if Instant::now() > until {
            let log = std::fs::read_to_string(at("dockerd.log")).unwrap_or_default();
            let end: Vec<&str> = log.lines().rev().take(3).collect();
            skipped(test, &format!("dockerd does not start here: {}", end.join(" | ")));
            return None;
        }
    }
    Some(Started { settings: vec![("DOCKER_HOST", socket)], _daemon: Some(daemon) })
}
