//! A base image with this machine's Python in it, laid out like AWS's, with AWS's runtime interface client and with pip.
//!
//! AWS's own base can't be fetched everywhere; this one has the same places (`/var/lang`, `/var/runtime`,
//! `/lambda-entrypoint.sh`) and variables (`Dockerfile.python3.x` of aws/aws-lambda-base-images). pip finds the wheels of
//! lambda/requirements.txt in `/opt/wheels` and asks no network, so that a `RUN` needs none.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::json;

use crate::base::{Layer, file, folder};
use crate::rig::{Rig, output, which};

/// As AWS's bases have it.
const ENTRYPOINT: &str = "#!/bin/sh\nif [ $# -ne 1 ]; then\n  echo 'one argument is needed: the handler' >&2\n  exit 142\nfi\n\
                          export _HANDLER=\"$1\"\nexec /var/runtime/bootstrap\n";
const BOOTSTRAP: &str = "#!/bin/sh\nexec /var/lang/bin/python3 -m awslambdaric \"$_HANDLER\"\n";
const PIP: &str = "#!/bin/sh\nexec /var/lang/bin/python3 -m pip \"$@\"\n";
const PIP_CONF: &str = "[global]\nno-index = true\nfind-links = /opt/wheels\nroot-user-action = ignore\n";
const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:993:990::/home/sbx_user1051:/bin/sh\n";

/// Parts of the standard library that are large and that no function uses.
const PASSED_OVER: [&str; 8] =
    ["site-packages", "dist-packages", "test", "__pycache__", "idlelib", "tkinter", "turtledemo", "ensurepip"];

/// This machine's Python.
struct Python {
    program: PathBuf,
    library: PathBuf,
    /// `3.12`.
    version: String,
    /// Where it looks for packages, below its prefix.
    packages: String,
}

impl Rig {
    /// Puts the base there; its name, or why it can't be made here.
    pub(crate) async fn put_python_base(&self) -> Result<String, String> {
        static MADE: OnceLock<Result<(String, Layer), String>> = OnceLock::new();
        let (version, layer) = MADE.get_or_init(make).as_ref().map_err(Clone::clone)?;
        let environment = json!([
            "LANG=C.UTF-8",
            "PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            "LAMBDA_TASK_ROOT=/var/task",
            "LAMBDA_RUNTIME_DIR=/var/runtime",
        ]);
        Ok(self.put_image(version, layer, &environment).await)
    }
}

fn make() -> Result<(String, Layer), String> {
    let python = Python::of_this_machine();
    let fetched = tempfile::tempdir().unwrap();
    let (packages, wheels) = (fetched.path().join("packages"), fetched.path().join("wheels"));
    let client = ["install", "--quiet", "--only-binary", ":all:", "awslambdaric", "pip", "--target"];
    pip(&client, &packages)?;
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("lambda/requirements.txt").display().to_string();
    pip(&["download", "--quiet", "--only-binary", ":all:", "-r", &requirements, "--dest"], &wheels)?;

    let mut tree = Tree { tar: tar::Builder::new(Vec::new()), folders: BTreeSet::new(), programs: Vec::new() };
    tree.copy(&python.program, "var/lang/bin/python3");
    tree.copy_all(&python.library, &format!("var/lang/lib/python{}", python.version));
    tree.copy_all(&packages, &format!("var/lang/{}", python.packages));
    tree.copy_all(&wheels, "opt/wheels");
    tree.copy(&which("sh").ok_or("there is no sh")?, "bin/sh");
    tree.copy_libraries();
    for (path, mode, text) in [
        ("lambda-entrypoint.sh", 0o755, ENTRYPOINT),
        ("var/runtime/bootstrap", 0o755, BOOTSTRAP),
        ("var/lang/bin/pip", 0o755, PIP),
        ("etc/pip.conf", 0o644, PIP_CONF),
        ("etc/passwd", 0o644, PASSWD),
    ] {
        tree.write(path, mode, text.as_bytes());
    }
    tree.folders_of("var/task/");
    tree.folders_of("tmp/");
    Ok((python.version, Layer::of(&tree.tar.into_inner().unwrap())))
}

/// Runs this machine's pip on a folder.
fn pip(words: &[&str], folder: &Path) -> Result<(), String> {
    let mut command = Command::new("python3");
    let answer = command.args(["-m", "pip"]).args(words).arg(folder).stdin(Stdio::null()).output();
    match answer {
        Ok(answer) if answer.status.success() => Ok(()),
        Ok(answer) => Err(format!("pip {}: {}", words.join(" "), String::from_utf8_lossy(&answer.stderr))),
        Err(error) => Err(format!("python3 -m pip: {error}")),
    }
}

impl Python {
    fn of_this_machine() -> Self {
        let asks = "import os, site, sys, sysconfig\n\
                    print(os.path.realpath(sys.executable), sysconfig.get_path('stdlib'), '%d.%d' % sys.version_info[:2],\n\
                    os.path.relpath(site.getsitepackages()[0], sys.prefix), sep='\\n')";
        let told = output(Command::new("python3").args(["-c", asks]));
        let [program, library, version, packages] = told.lines().collect::<Vec<_>>()[..] else {
            panic!("python3 tells {told}")
        };
        let (version, packages) = (version.to_owned(), packages.to_owned());
        Self { program: program.into(), library: library.into(), version, packages }
    }
}

/// The base's files, as they gather.
struct Tree {
    tar: tar::Builder<Vec<u8>>,
    folders: BTreeSet<String>,
    /// What asks for shared libraries, as it lies on this machine.
    programs: Vec<PathBuf>,
}

impl Tree {
    fn copy_all(&mut self, from: &Path, into: &str) {
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            // `config-3.12-x86_64-linux-gnu` is for building Python anew.
            let is_passed_over = PASSED_OVER.contains(&name.as_str()) || name.starts_with("config-");
            match entry.path() {
                path if path.is_dir() && is_passed_over => {}
                path if path.is_dir() => self.copy_all(&path, &format!("{into}/{name}")),
                path => self.copy(&path, &format!("{into}/{name}")),
            }
        }
    }

    fn copy(&mut self, from: &Path, into: &str) {
        // A link that leads nowhere is nobody's need.
        let Ok(bytes) = fs::read(from) else { return };
        let executable = fs::metadata(from).unwrap().permissions().mode() & 0o111 != 0;
        if bytes.starts_with(b"\x7fELF") {
            self.programs.push(from.to_owned());
        }
        self.write(into, if executable { 0o755 } else { 0o644 }, &bytes);
    }

    fn write(&mut self, path: &str, mode: u32, bytes: &[u8]) {
        self.folders_of(path);
        file(&mut self.tar, path, mode, bytes);
    }

    /// The folders above a path, once each.
    fn folders_of(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            if self.folders.insert(path[..at].to_owned()) {
                folder(&mut self.tar, &path[..=at]);
            }
        }
    }

    /// What `ldd` says that the programs load, at the paths where it is looked for.
    fn copy_libraries(&mut self) {
        let told = Command::new("ldd").args(&self.programs).stdin(Stdio::null()).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        // `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`.
        let path = |line: &str| line.split_whitespace().find(|word| word.starts_with('/')).map(str::to_owned);
        // Without a tab it is the name of a program.
        let libraries: BTreeSet<String> = told.lines().filter(|line| line.starts_with('\t')).filter_map(path).collect();
        for library in libraries {
            self.copy(Path::new(&library), library.trim_start_matches('/'));
        }
    }
}
