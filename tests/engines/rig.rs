//! What the tests stand on: a registry of their own, and what an engine needs to reach it.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bedrock_ops::image::{
    BasicAuth, Connections, Host, ImageError, OciRegistry, Pushed, Scheme, Source, build_and_push, resolve_base, tag,
};
use bedrock_ops::manifest::{Builder, Engine};
use bedrock_ops::network::Network;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Who may push.
const USER: &str = "deployer";
const PASSWORD: &str = "correct horse";

/// Whether the programs are all there. If not, the test says so past the harness's capture, and fails where it must run.
pub(crate) fn has(test: &str, programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().filter(|program| which(program).is_none()).copied().collect();
    if missing.is_empty() {
        return true;
    }
    skipped(test, &format!("not installed here: {}", missing.join(", ")));
    false
}

/// Whether this user may do everything.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).trim() == "0"
}

/// Says loudly that a test did not run.
pub(crate) fn skipped(test: &str, why: &str) {
    assert!(std::env::var_os("REQUIRE_ENGINES").is_none_or(|value| value != "1"), "{test} must run: {why}");
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {test}: {why}\n");
}

/// Where a program lies.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// For the inner half of a test: the outer half's registry, its base and its folder.
pub(crate) fn door_within() -> (OciRegistry, String, PathBuf) {
    let told = |name| std::env::var(name).unwrap();
    (door_of(&told("ENGINES_HOST")), told("ENGINES_BASE"), told("ENGINES_FOLDER").into())
}

/// The door of a registry, with the password.
pub(crate) fn door_of(host: &str) -> OciRegistry {
    let auth = BasicAuth { user: USER.to_owned(), password: PASSWORD.to_owned() };
    OciRegistry::new(&Connections::over(&Network::default()), host, Scheme::Http, Some(&auth))
}

/// Runs a program to its end; its words, which must be those of success.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A process that is ended with the test that started it.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // SIGTERM first: dockerd has processes of its own to end.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::yield_now();
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian's docker-registry on a loopback port, with a password, and the files by which the other tools know it.
pub(crate) struct Rig {
    pub(crate) host: String,
    // Ended before its folder goes: fields are dropped in this order.
    _registry: Ended,
    pub(crate) folder: TempDir,
}

impl Rig {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let host = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let users = output(Command::new("htpasswd").args(["-Bbn", USER, PASSWORD]));
        fs::write(at("users"), users).unwrap();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {store}}}}}\n\
             http: {{addr: '{host}'}}\nauth: {{htpasswd: {{realm: tests, path: {users}}}}}\n",
            store = at("store").display(),
            users = at("users").display()
        );
        fs::write(at("registry.yml"), config).unwrap();
        let log = fs::File::create(at("registry.log")).unwrap();
        let mut command = Command::new("docker-registry");
        let command = command.arg("serve").arg(at("registry.yml")).stdin(Stdio::null());
        let registry = Ended(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        await_port(&host);
        let token = base64(&format!("{USER}:{PASSWORD}"));
        let mut settings = json!({"auths": {&host: {"auth": token}}});
        fs::write(at("auth.json"), settings.to_string()).unwrap();
        // Where Debian has no docker-buildx, a folder with the plugin can be named. BuildKit's `RUN` then fails on the
        // bridge that the tests' daemon goes without; all else goes its way.
        if let Ok(folder) = std::env::var("ENGINES_DOCKER_PLUGINS") {
            settings["cliPluginsExtraDirs"] = json!([folder]);
        }
        fs::create_dir(at("docker")).unwrap();
        fs::write(at("docker/config.json"), settings.to_string()).unwrap();
        let registries = format!("[[registry]]\nlocation = \"{host}\"\ninsecure = true\n");
        fs::write(at("registries.conf"), registries).unwrap();
        fs::write(at("policy.json"), r#"{"default": [{"type": "insecureAcceptAnything"}]}"#).unwrap();
        Self { host, folder, _registry: registry }
    }

    /// The registry's door, with the password.
    pub(crate) fn door(&self) -> OciRegistry {
        door_of(&self.host)
    }

    /// Builds and pushes to the repository `openrate`.
    pub(crate) async fn deploy(&self, source: &Source) -> Result<(String, Pushed), ImageError> {
        let door = self.door();
        let base = resolve_base(&door, &source.base_image, &source.architecture).await?;
        let tag = tag(source, &base).await?;
        let pushed =
            build_and_push(source, &base, &door, &door, "openrate", &tag, &Host::new(None, std::env::vars_os()), &())
                .await?;
        Ok((tag, pushed))
    }

    /// Tells a process of registry, base and folder, and an engine in it how to reach them.
    pub(crate) fn surround<'c>(
        &self,
        command: &'c mut Command,
        base: &str,
        more: &[(&str, String)],
    ) -> &'c mut Command {
        let at = |name: &str| self.folder.path().join(name);
        command.env("ENGINES_HOST", &self.host).env("ENGINES_BASE", base).env("ENGINES_FOLDER", self.folder.path());
        command.env("CONTAINERS_REGISTRIES_CONF", at("registries.conf")).env("REGISTRY_AUTH_FILE", at("auth.json"));
        command.env("DOCKER_CONFIG", at("docker")).envs(more.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null())
    }

    /// Runs one ignored test of this program in a process of its own, with what an engine reads from its environment.
    pub(crate) fn within(&self, test: &str, base: &str, more: &[(&str, String)]) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
        let output = self.surround(&mut command, base, more).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains("1 passed"), "{test} within:\n{out}\n{err}");
    }
}

pub(crate) fn await_port(host: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(host).is_err() {
        assert!(Instant::now() < until, "nobody listens at {host}");
        std::thread::yield_now();
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A source folder on the base, for the builder.
pub(crate) fn source(files: &[(&str, &str)], base: &str, builder: Builder) -> (TempDir, Source) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    let source = Source {
        folder: folder.path().to_owned(),
        handler: "lambda_function.handler".to_owned(),
        base_image: base.to_owned(),
        architecture: "amd64".to_owned(),
        builder,
        files: None,
    };
    (folder, source)
}

/// An engine that builds the Dockerfile as it is.
pub(crate) fn by(engine: Engine) -> Builder {
    Builder::Engine { engine: Some(engine), handler: None }
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
