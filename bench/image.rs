//! A changed handler, from its folder to an image in a registry: native beside container engines.
//!
//! `cargo bench --bench image` prints the table of bench/README.md. It stands on the same registry, base and engines as
//! `tests/engines`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark, whose stdout is its table")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/article.rs"]
mod article;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/base.rs"]
mod base;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/confined.rs"]
mod confined;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/engine.rs"]
mod engine;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/judge.rs"]
mod judge;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/python.rs"]
mod python;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/engines/rig.rs"]
mod rig;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use bedrock_ops::image::{Host, Source, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::{Builder, Engine};
use serde_json::{Value, json};

use crate::engine::Started;
use crate::rig::{Rig, by, door_within, output, write};

/// Rounds that are measured, after one that fills every cache.
const ROUNDS: usize = 7;

/// Who builds and pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contender {
    Native,
    /// By bedrock-ops, which hands the folder to the engine and pushes what it made.
    Through(Engine),
    /// By the engine's own `build` and `push`, as the article does it.
    ByHand(Engine),
}

/// What a contender took, round by round.
struct Measured {
    contender: Contender,
    settings: Vec<(&'static str, String)>,
    _started: Option<Started>,
    rounds: Vec<Value>,
}

fn main() {
    if std::env::args().any(|word| word == "within") {
        return within();
    }
    let rig = Rig::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = runtime.block_on(rig.put_python_base()).unwrap();
    let driver = if has_overlay(rig.folder.path()) { "overlay" } else { "vfs" };
    let mut all = contenders(&rig, driver);
    for round in 0..=ROUNDS {
        for one in &mut all {
            let taken = one.round(&rig, &base, round);
            one.rounds.extend((round > 0).then_some(taken));
        }
    }
    println!("{ROUNDS} rounds; engines store by {driver}\n");
    println!("| | median, s | least – largest, s | ÷ native | layers uploaded | bytes uploaded |");
    println!("|---|--:|--:|--:|--:|--:|");
    let native = all[0].median();
    for one in &all {
        println!("{}", one.row(native));
    }
}

/// Those that can run here; native first.
fn contenders(rig: &Rig, driver: &str) -> Vec<Measured> {
    let mut all =
        vec![Measured { contender: Contender::Native, settings: Vec::new(), _started: None, rounds: Vec::new() }];
    for engine in [Engine::Buildah, Engine::Podman, Engine::Docker] {
        let Some(started) = Started::storing_by(driver, engine.program(), rig, engine) else { continue };
        let settings = started.settings.clone();
        let measured = |contender, started| {
            let settings = settings.clone();
            Measured { contender, settings, _started: started, rounds: Vec::new() }
        };
        all.push(measured(Contender::Through(engine), None));
        all.push(measured(Contender::ByHand(engine), Some(started)));
    }
    all
}

/// Whether this user may lay file systems one over another, as engines do where they can.
fn has_overlay(folder: &Path) -> bool {
    let at = |name: &str| folder.join("overlay").join(name);
    for name in ["lower", "upper", "work", "merged"] {
        std::fs::create_dir_all(at(name)).unwrap();
    }
    let places = format!(
        "lowerdir={},upperdir={},workdir={}",
        at("lower").display(),
        at("upper").display(),
        at("work").display()
    );
    let mut mount = Command::new("mount");
    let mounted = mount.args(["-t", "overlay", "overlay", "-o", &places]).arg(at("merged")).output();
    mounted.is_ok_and(|it| it.status.success())
        && Command::new("umount").arg(at("merged")).status().is_ok_and(|it| it.success())
}

impl Measured {
    /// One round: the handler changed by a line that nobody else's has.
    fn round(&self, rig: &Rig, base: &str, round: usize) -> Value {
        let line = format!("# {:?}, round {round}\n", self.contender);
        if let Contender::ByHand(engine) = self.contender {
            return self.by_hand(rig, base, engine, &line, round);
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["within", &line]);
        let said = output(rig.surround(&mut command, base, &self.settings));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    fn by_hand(&self, rig: &Rig, base: &str, engine: Engine, line: &str, round: usize) -> Value {
        let (_kept, source) = changed(base, Builder::Native, line);
        let name = format!("{}/by-hand-{}:{round}", rig.host, engine.program());
        let run = |words: &[&str]| {
            let mut command = Command::new(engine.program());
            rig.surround(&mut command, base, &self.settings).args(words).current_dir(&source.folder);
            output(&mut command);
        };
        let began = Instant::now();
        match engine {
            Engine::Buildah => run(&["build", "--layers", "--tag", &name, "."]),
            _ => run(&["build", "--tag", &name, "."]),
        }
        match engine {
            Engine::Docker => run(&["push", &name]),
            _ => run(&["push", "--tls-verify=false", &name]),
        }
        json!({"seconds": began.elapsed().as_secs_f64()})
    }

    fn seconds(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.rounds.iter().map(|round| round["seconds"].as_f64().unwrap()).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    fn median(&self) -> f64 {
        self.seconds()[self.rounds.len() / 2]
    }

    fn row(&self, native: f64) -> String {
        let name = match self.contender {
            Contender::Native => "native".to_owned(),
            Contender::Through(engine) => format!("`builder: {}`", engine.program()),
            Contender::ByHand(engine) => format!("`{0} build`, `{0} push`", engine.program()),
        };
        let (all, median) = (self.seconds(), self.median());
        let (least, largest) = (all[0], all[all.len() - 1]);
        let told =
            |member: &str| self.rounds.last().unwrap()[member].as_u64().map_or(String::new(), |it| it.to_string());
        let (layers, bytes) = (told("layers"), told("bytes"));
        format!("| {name} | {median:.2} | {least:.2} – {largest:.2} | {:.0} | {layers} | {bytes} |", median / native)
    }
}

/// The article's folder with one more line in its handler.
fn changed(base: &str, builder: Builder, line: &str) -> (tempfile::TempDir, Source) {
    let (kept, source) = article::folder(base, &article::with_slashes(), builder);
    let handler = std::fs::read_to_string(source.folder.join("lambda_function.py")).unwrap();
    write(&source.folder, "lambda_function.py", &(handler + line));
    (kept, source)
}

/// In a process of its own, with an engine's environment: from the folder to the image, in bedrock-ops's way.
fn within() {
    let line = std::env::args().next_back().unwrap();
    let builder = std::env::var_os("ENGINES_ENGINE").map_or(Builder::Native, |_| by(engine::told()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (door, base_image, folder) = door_within();
    let (_kept, source) = changed(&base_image, builder, &line);
    let cache = folder.join("cache");
    let began = Instant::now();
    let pushed = runtime.block_on(async {
        let base = resolve_base(&door, &base_image, &source.architecture).await.unwrap();
        let tag = tag(&source, &base).await.unwrap();
        let host = Host::new(Some(cache), std::env::vars_os());
        build_and_push(&source, &base, &door, &door, "openrate", &tag, &host, &()).await.unwrap()
    });
    let (seconds, layers, bytes) = (began.elapsed().as_secs_f64(), pushed.uploaded_layers, pushed.uploaded_bytes);
    println!("{}", json!({"seconds": seconds, "layers": layers, "bytes": bytes}));
}
