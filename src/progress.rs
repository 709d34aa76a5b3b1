//! What is under way, told while it happens: bars on a terminal, lines elsewhere. All of it goes to stderr.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use crate::facts::Key;
use crate::sanitize::{self, Clean};

/// How often a log without a terminal says what is still awaited.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Tells what is under way. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Mutex<Form>>);

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Done,
    /// What was to go was left, with good reason.
    Spared,
    /// It was no longer waited for, because another failed.
    Abandoned,
    /// It failed.
    Failed,
}

#[derive(Debug)]
enum Form {
    Silent,
    Lines { started: BTreeMap<Key, &'static str>, told: BTreeMap<Key, Instant> },
    Bars { all: MultiProgress, bars: BTreeMap<Key, ProgressBar> },
}

impl Progress {
    /// Tells nothing.
    pub fn silent() -> Self {
        Self::new(Form::Silent)
    }

    /// A bar for each running step on a terminal, else a line for each step that ends.
    pub fn for_stderr(terminal: bool) -> Self {
        if terminal {
            Self::new(Form::Bars { all: MultiProgress::new(), bars: BTreeMap::new() })
        } else {
            Self::new(Form::Lines { started: BTreeMap::new(), told: BTreeMap::new() })
        }
    }

    fn new(form: Form) -> Self {
        Self(Arc::new(Mutex::new(form)))
    }

    /// A step begins.
    pub fn started(&self, key: &Key, word: &'static str) {
        self.with(|form| match form {
            Form::Silent => {}
            Form::Lines { started, told } => {
                started.insert(key.clone(), word);
                told.insert(key.clone(), Instant::now());
            }
            Form::Bars { all, bars } => {
                let bar = all.add(ProgressBar::new_spinner().with_style(spinner()));
                bar.set_prefix(sanitize::line(&format!("{word} {key}")));
                bar.enable_steady_tick(Duration::from_millis(100));
                bars.insert(key.clone(), bar);
            }
        });
    }

    /// A step waits for AWS.
    pub fn waiting(&self, key: &Key, what: &str, waited: Duration, limit: Duration) {
        self.note(key, &format!("waiting for {what}, {} s of {} s", waited.as_secs(), limit.as_secs()));
    }

    /// A step ended.
    pub fn finished(&self, key: &Key, word: &str, ended: Ended, took: Duration) {
        let seconds = took.as_secs_f64();
        let line = match ended {
            Ended::Done => format!("✓ {word} {key} {seconds:.1} s"),
            Ended::Spared => format!("- {key} kept"),
            Ended::Abandoned => format!("- {word} {key}: begun, no longer waited for after {seconds:.1} s"),
            Ended::Failed => format!("✗ {word} {key} failed after {seconds:.1} s"),
        };
        self.with(|form| match form {
            Form::Silent => {}
            Form::Lines { started, .. } => {
                started.remove(key);
                say(&line);
            }
            Form::Bars { all, bars } => {
                if let Some(bar) = bars.remove(key) {
                    bar.finish_and_clear();
                }
                // Only a terminal that went away refuses a line.
                let _ = all.println(sanitize::line(&line));
            }
        });
    }

    /// What a step has found out and somebody will want to read later.
    pub fn told(&self, key: &Key, text: &str) {
        let line = format!("  {key}: {text}");
        self.with(|form| match form {
            Form::Silent => {}
            Form::Lines { .. } => say(&line),
            // Only a terminal that went away refuses a line.
            Form::Bars { all, .. } => drop(all.println(sanitize::line(&line))),
        });
    }

    /// The form in which the image builder tells of one image.
    pub fn of(&self, key: Key) -> Of {
        Of { progress: self.clone(), key }
    }

    /// What a step is about, while it is under way.
    pub fn note(&self, key: &Key, text: &str) {
        self.with(|form| match form {
            Form::Silent => {}
            Form::Lines { started, told } => {
                let last = told.get(key).copied();
                if last.is_some_and(|last| last.elapsed() < HEARTBEAT) {
                    return;
                }
                told.insert(key.clone(), Instant::now());
                // The first wait of a mere look is no news.
                if last.is_some() {
                    say(&format!("  {} {key}: {text}", started.get(key).unwrap_or(&"look at")));
                }
            }
            Form::Bars { bars, .. } => {
                if let Some(bar) = bars.get(key) {
                    bar.set_message(sanitize::line(text));
                }
            }
        });
    }

    fn with(&self, tell: impl FnOnce(&mut Form)) {
        tell(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Tells of one step.
#[derive(Debug)]
pub struct Of {
    progress: Progress,
    key: Key,
}

impl crate::image::Progress for Of {
    fn note(&self, what: &str) {
        self.progress.note(&self.key, what);
    }

    fn bytes(&self, done: u64, total: u64) {
        let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
        self.progress.note(&self.key, &format!("uploading, {} of {} MB", megabytes(done), megabytes(total)));
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix} {elapsed} {msg:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn say(line: &str) {
    // A closed stderr is no reason to stop a deploy.
    let _ = writeln!(anstream::stderr(), "{}", Clean::from(line));
}
