//! An account with a function of a few lines of Python, deployed as an image of hand-built layers.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use emulator::{Emulator, Settings, Timing};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Response;
use serde_json::{Value, json};

use crate::account::{Account, GZIP_LAYER, OCI_MANIFEST, REGISTRY, parsed, signed};

pub(crate) const FUNCTIONS: &str = "/2015-03-31/functions";

/// An account in which nothing takes its time.
pub(crate) struct Stage {
    pub(crate) account: Account,
    pub(crate) role: String,
}

/// What a function is made of; what a test does not care about is in order.
pub(crate) struct Made<'a> {
    pub(crate) name: &'a str,
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) config: Value,
    pub(crate) more: Value,
}

/// One invocation's answer.
pub(crate) struct Told {
    pub(crate) status: u16,
    /// `X-Amz-Function-Error`.
    pub(crate) error: String,
    pub(crate) version: String,
    /// Decoded.
    pub(crate) log: String,
    pub(crate) body: Value,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::of(Emulator::new(settings())).await
    }

    pub(crate) async fn of(emulator: Emulator) -> Self {
        let account = Account { emulator };
        account.ecr("CreateRepository", json!({ "repositoryName": "code" })).await;
        let role = account.role("runner", "lambda.amazonaws.com", Duration::ZERO).await;
        Self { account, role }
    }

    /// The account that lives in a folder.
    pub(crate) fn open(folder: &Path) -> Self {
        let account = Account { emulator: Emulator::open(folder, settings()).expect("an account") };
        Self { account, role: "arn:aws:iam::123456789012:role/runner".to_owned() }
    }

    /// A function whose `app.handler` is in this source.
    pub(crate) async fn with_python(source: &str) -> Self {
        let stage = Self::new().await;
        stage.make(Made::python("app", source)).await;
        stage
    }

    /// Deploys it, and waits until it is active.
    pub(crate) async fn make(&self, made: Made<'_>) {
        let Made { name, layers, config, more } = made;
        let uri = self.push(name, &layers, config).await;
        let mut wanted = json!({
            "FunctionName": name, "Role": self.role, "PackageType": "Image", "Code": { "ImageUri": uri },
            "Timeout": 20, "MemorySize": 256, "Publish": true,
        });
        for (member, value) in more.as_object().into_iter().flatten() {
            wanted[member] = value.clone();
        }
        let (status, answer) = self.account.lambda("POST", FUNCTIONS, wanted).await;
        assert_eq!(status, 201, "{answer}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    /// Pushes an image and tells its URI.
    pub(crate) async fn push(&self, tag: &str, layers: &[Vec<u8>], config: Value) -> String {
        let document = json!({ "os": "linux", "architecture": "amd64", "config": config }).to_string();
        let config_type = "application/vnd.oci.image.config.v1+json";
        let config = self.account.push_blob("code", config_type, document.as_bytes()).await;
        let mut pushed = Vec::new();
        for layer in layers {
            pushed.push(self.account.push_blob("code", GZIP_LAYER, layer).await);
        }
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": pushed });
        self.account.push_manifest("code", tag, OCI_MANIFEST, &manifest).await;
        format!("{REGISTRY}/code:{tag}")
    }

    /// Sends the function `app` an event and waits for the answer, with the log.
    pub(crate) async fn invoke(&self, event: Value) -> Told {
        self.invoke_as("app", &[("x-amz-log-type", "Tail")], event).await
    }

    pub(crate) async fn invoke_as(&self, function: &str, headers: &[(&str, &str)], event: Value) -> Told {
        let path = format!("{FUNCTIONS}/{}/invocations", function.replace('?', "/invocations?").replace('$', "%24"));
        let path = if function.contains('?') { path.trim_end_matches("/invocations").to_owned() } else { path };
        let mut request = signed("POST", &path, "ap-northeast-1", "lambda");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Told::of(&self.account.send(request, event.to_string().into_bytes()).await)
    }
}

impl<'a> Made<'a> {
    /// The function `name`, whose handler `app.handler` is in this source.
    pub(crate) fn python(name: &'a str, source: &str) -> Self {
        let layers = vec![layer(&[("var/task/app.py", source)])];
        Self { name, layers, config: python_config(), more: json!({}) }
    }
}

impl Told {
    fn of(answer: &Response<Bytes>) -> Self {
        use base64::Engine as _;
        let header = |name: &str| crate::account::header(answer, name);
        let log = base64::engine::general_purpose::STANDARD.decode(header("x-amz-log-result")).expect("base64");
        Self {
            status: answer.status().as_u16(),
            error: header("x-amz-function-error"),
            version: header("x-amz-executed-version"),
            log: String::from_utf8_lossy(&log).into_owned(),
            body: parsed(answer),
        }
    }
}

pub(crate) fn settings() -> Settings {
    Settings { timing: Timing::quick(), ..Settings::for_tests() }
}

/// The configuration that AWS's base image and a Dockerfile's CMD make.
pub(crate) fn python_config() -> Value {
    json!({ "Entrypoint": ["/lambda-entrypoint.sh"], "Cmd": ["app.handler"], "WorkingDir": "/var/task" })
}

/// A gzipped tar of files, with the directories that they lie in.
pub(crate) fn layer(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = Archive::default();
    for (path, content) in files {
        archive.file(path, content);
    }
    archive.finish()
}

/// A layer in the making.
pub(crate) struct Archive {
    tar: tar::Builder<Vec<u8>>,
    made: std::collections::BTreeSet<String>,
}

impl Default for Archive {
    fn default() -> Self {
        Self { tar: tar::Builder::new(Vec::new()), made: std::collections::BTreeSet::new() }
    }
}

impl Archive {
    pub(crate) fn file(&mut self, path: &str, content: &str) -> &mut Self {
        self.parents(path);
        self.entry(path, tar::EntryType::Regular, content.as_bytes(), None)
    }

    /// A link (`Symlink` or `Link`), whose target is written as it stands.
    pub(crate) fn link(&mut self, path: &str, kind: tar::EntryType, target: &str) -> &mut Self {
        self.parents(path);
        self.entry(path, kind, b"", Some(target))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&self.tar.into_inner().expect("a tar")).expect("memory");
        gzip.finish().expect("memory")
    }

    fn parents(&mut self, path: &str) {
        let parts: Vec<&str> = path.split('/').collect();
        for end in 1..parts.len() {
            let parent = parts[..end].join("/");
            if self.made.insert(parent.clone()) {
                self.entry(&parent, tar::EntryType::Directory, b"", None);
            }
        }
    }

    /// The name and the target go in raw: a test may write what no archiver would.
    fn entry(&mut self, path: &str, kind: tar::EntryType, content: &[u8], target: Option<&str>) -> &mut Self {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        if let Some(target) = target {
            header.as_gnu_mut().expect("made so").linkname[..target.len()].copy_from_slice(target.as_bytes());
        }
        header.set_cksum();
        self.tar.append(&header, content).expect("memory");
        self
    }
}
