//! What one line of a requirements file means to us.

use std::path::Path;

/// A line that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// An option such as `--index-url`, as it stands.
    Option(String),
    /// An option that names a folder or a file of wheels: `--find-links wheels`.
    Location {
        /// `--find-links`.
        option: String,
        /// As it stands there.
        place: String,
    },
    /// Another file.
    Includes {
        /// `-r` or `-c`.
        option: &'static str,
        /// As it stands there.
        file: String,
    },
    /// A requirement that an index answers, or the address of a wheel.
    Asks {
        /// As it stands there.
        text: String,
        /// Whether the text says which bytes: not for an address without a hash.
        pinned: bool,
    },
    /// A wheel in the source.
    Wheel {
        /// What stands before its path: `name @ `, without `file://`.
        before: String,
        /// Relative to the source folder, or absolute.
        path: String,
        /// What stands behind it: `; python_version > "3.9"`, `--hash=…`.
        after: String,
    },
}

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) requirement: String,
    pub(super) what: &'static str,
    pub(super) cure: String,
}

/// Endings of archives that hold sources.
const ARCHIVES: [&str; 8] = [".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar"];
/// What stands before the address of a repository.
const REPOSITORIES: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];
/// Options of one requirement that only a build takes.
const OF_BUILDS: [&str; 5] =
    ["--config-settings", "--config-setting", "--global-option", "--build-option", "--install-option"];

impl Line {
    /// Reads a line that is neither blank nor a comment.
    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        for (option, short) in [("--requirement", "-r"), ("--constraint", "-c")] {
            let Some(file) = value(text, option, short) else { continue };
            // What lies on a web server is read by the installer alone.
            return Ok(if file.contains("://") {
                Self::Asks { text: text.to_owned(), pinned: false }
            } else {
                Self::Includes { option: if short == "-r" { "-r" } else { "-c" }, file: file.to_owned() }
            });
        }
        if let Some(what) = value(text, "--editable", "-e") {
            return Err(refused(what, "is editable", wheel_of(what)));
        }
        if let Some(which) = value(text, "--no-binary", "--no-binary").filter(|which| *which != ":none:") {
            let cure = "remove the option: what has no wheel is named when it is installed".to_owned();
            return Err(refused(&format!("--no-binary {which}"), "asks for source distributions to be built", cure));
        }
        if let Some(place) = value(text, "--find-links", "-f") {
            return Ok(Self::Location { option: "--find-links".to_owned(), place: place.to_owned() });
        }
        if text.starts_with('-') {
            return Ok(Self::Option(text.to_owned()));
        }
        Self::asks(text)
    }

    fn asks(text: &str) -> Result<Self, Refused> {
        if let Some(option) = OF_BUILDS.iter().find(|option| text.contains(&format!(" {option}"))) {
            let name = text.split_whitespace().next().unwrap_or(text);
            return Err(refused(name, "has options for building it", format!("remove {option}")));
        }
        let options = text.find(" --").unwrap_or(text.len());
        let (wanted, options) = text.split_at(options);
        // In an address `;` begins a condition only after white space.
        let is_address = wanted.contains("://") || wanted.contains('@');
        let condition = if is_address { wanted.find(" ;") } else { wanted.find(';') }.unwrap_or(wanted.len());
        let (wanted, condition) = wanted.split_at(condition);
        let (before, place) = match wanted.split_once('@').filter(|(name, _)| is_name(name)) {
            Some((name, place)) => (format!("{} @ ", name.trim()), place.trim()),
            None => (String::new(), wanted.trim()),
        };
        let pinned = place.contains("sha256=") || options.contains("--hash");
        if REPOSITORIES.iter().any(|start| place.starts_with(start)) {
            return Err(refused(place, "is a repository", wheel_of(place)));
        }
        let file = place.strip_prefix("file://").unwrap_or(place);
        let name = file.split(['#', '?']).next().unwrap_or(file);
        let is_remote = file.contains("://");
        if is_remote && is_wheel(name) {
            return Ok(Self::Asks { text: text.to_owned(), pinned });
        }
        if ARCHIVES.iter().any(|ending| name.ends_with(ending)) || is_remote {
            return Err(refused(place, "is a source distribution", wheel_of(place)));
        }
        let is_path = place != file || file.contains(['/', '\\']) || file.starts_with(['.', '~']);
        if is_wheel(name) {
            return Ok(Self::Wheel { before, path: name.to_owned(), after: format!("{condition}{options}") });
        }
        if is_path && place.starts_with("file:///") {
            // `pip freeze` in a conda environment writes such paths.
            let cure =
                "write `name==version`; `pip list --format=freeze` writes such lines, also of a conda environment"
                    .to_owned();
            return Err(refused(place, "is a path of the machine that wrote it", cure));
        }
        if is_path {
            return Err(refused(place, "is a folder", wheel_of(place)));
        }
        Ok(Self::Asks { text: text.to_owned(), pinned: true })
    }

    /// The line for an installer that runs elsewhere: `folder` is the source, `above` that of the file with the line.
    pub(super) fn staged(&self, folder: &Path, above: &Path, included: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Option(text) | Self::Asks { text, .. } => text.clone(),
            Self::Location { option, place } if place.contains("://") => format!("{option} {place}"),
            Self::Location { option, place } => {
                // Beside the file, if it is there: pip's rule.
                let beside = above.join(place);
                format!("{option} {}", if beside.exists() { beside } else { folder.join(place) }.display())
            }
            Self::Includes { option, file } => format!("{option} {}", included(file)),
            Self::Wheel { before, path, after } => {
                let address = if before.is_empty() { "" } else { "file://" };
                format!("{before}{address}{}{after}", folder.join(path).display())
            }
        }
    }
}

/// The address of an index that an option names.
pub(super) fn index(option: &str) -> Option<&str> {
    value(option, "--index-url", "-i").or_else(|| value(option, "--extra-index-url", "--extra-index-url"))
}

/// The value of an option in its long or short form, if the line is that option.
fn value<'t>(text: &'t str, long: &str, short: &str) -> Option<&'t str> {
    let rest = match text.strip_prefix(long) {
        Some(rest) if rest.starts_with(['=', ' ', '\t']) => rest,
        _ => text.strip_prefix(short).filter(|rest| short.len() == 2 || rest.starts_with(['=', ' ', '\t']))?,
    };
    Some(rest.trim_start_matches('=').trim().trim_matches(['"', '\'']))
}

fn is_wheel(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("whl"))
}

/// Whether it may stand before `@`: a package's name with its extras.
fn is_name(text: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || "._-[], ".contains(letter);
    !text.trim().is_empty() && text.chars().all(letters) && !text.trim_start().starts_with('.')
}

fn refused(requirement: &str, what: &'static str, cure: String) -> Refused {
    Refused { requirement: requirement.to_owned(), what, cure }
}

/// How a wheel comes of what is none.
fn wheel_of(place: &str) -> String {
    format!(
        "build its wheel once (`pip wheel --no-deps --wheel-dir vendor \"{place}\"`) and write the wheel's path: `./vendor/….whl`"
    )
}
