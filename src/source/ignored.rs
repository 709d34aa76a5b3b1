//! Decides which files of the source stay outside the image: traces, secrets, and what `.dockerignore` names, as Docker
//! reads it.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::error::SourceError;
use super::secrets::{self, Secret};

/// Never inside, in whatever folder: version control, caches, virtual environments.
const ANYWHERE: [&str; 6] = [".git", "__pycache__", ".venv", ".pytest_cache", ".DS_Store", ".bedrock-ops"];

/// Never inside when at the top of the source: what builds, composes and tests the image. An engine is given it, since a
/// Dockerfile may ask for it.
const AT_THE_TOP: [&str; 3] = [".dockerignore", "venv", "tests"];

/// Who is given the files that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The image, as they are.
    Image,
    /// An engine, whose Dockerfile chooses among them.
    Engine,
}

/// Why a file stays outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// `.dockerignore` names it, or it is no part of any image: version control, caches, what builds the image.
    Named,
    /// It holds secrets by its kind, and nobody asked for that.
    Secret,
}

/// The source's rules.
pub(crate) struct Ignored {
    reader: Reader,
    patterns: Option<Gitignore>,
    /// The exceptions that name files, which let in what else stays outside as a secret.
    named: Option<Gitignore>,
    /// Whether a `!` brings anything back, so that ignored folders must be looked into.
    has_exceptions: bool,
}

impl Ignored {
    /// Reads the folder's `.dockerignore`, if it has one.
    pub(crate) fn of(folder: &Path, reader: Reader) -> Result<Self, SourceError> {
        let path = folder.join(".dockerignore");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(SourceError::unreadable(&path)(error)),
        };
        Self::parse(&text, &path, reader)
    }

    fn parse(text: &str, path: &Path, reader: Reader) -> Result<Self, SourceError> {
        // The matcher's root is never looked at on disk: all paths are given relative to it.
        let mut patterns = GitignoreBuilder::new("");
        // Git takes `a[` literally; to Docker it is an error.
        patterns.allow_unclosed_class(false);
        let mut named = GitignoreBuilder::new("");
        named.allow_unclosed_class(false);
        let (mut any, mut has_exceptions) = (false, false);
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let Some((exception, pattern)) = pattern(line) else { continue };
            any = true;
            has_exceptions |= exception;
            let sign = if exception { "!" } else { "" };
            // Git's matcher stops at an ignored folder; Docker goes by the last pattern that names a path or any
            // folder above it. A second pattern for all that is beneath makes the one behave as the other.
            for whole in [format!("{sign}/{pattern}"), format!("{sign}/{pattern}/**")] {
                patterns.add_line(None, &whole).map_err(|error| bad_pattern(path, index + 1, line, &error))?;
            }
            // `!*` or `!src` means no file in particular: whoever writes it does not think of the key among them.
            let last = pattern.rsplit('/').next().unwrap_or_default();
            if exception && last.trim_matches('*').contains(char::is_alphanumeric) {
                let error = |error| bad_pattern(path, index + 1, line, &error);
                named.add_line(None, &format!("/{pattern}")).map_err(error)?;
            }
        }
        let build = |builder: GitignoreBuilder| builder.build().map_err(|error| bad_pattern(path, 0, "", &error));
        let named = if has_exceptions { Some(build(named)?) } else { None };
        Ok(Self { reader, patterns: if any { Some(build(patterns)?) } else { None }, named, has_exceptions })
    }

    /// Why the file at this path (relative, with `/`) stays outside, if it does; `origin` is where it lies.
    pub(super) fn file(&self, path: &str, origin: &Path) -> Option<Left> {
        if self.is_trace(path) || self.is_named(path) {
            return Some(Left::Named);
        }
        match secrets::kind(path, origin) {
            Some(Secret::Always) => Some(Left::Secret),
            Some(Secret::UnlessNamed) if !self.is_let_in(path) => Some(Left::Secret),
            _ => None,
        }
    }

    /// Why nothing beneath the folder can be inside either, if so.
    pub(super) fn folder(&self, path: &str, origin: &Path) -> Option<Left> {
        if self.is_trace(path) || (!self.has_exceptions && self.is_named(path)) {
            return Some(Left::Named);
        }
        (secrets::kind(path, origin) == Some(Secret::Always)).then(|| {
            // Whoever names it in .dockerignore knows that it is there.
            if self.is_named(path) { Left::Named } else { Left::Secret }
        })
    }

    /// Why the file stays outside, be it for a folder above it.
    pub(super) fn whole(&self, path: &str, origin: &Path) -> Option<Left> {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        let above = origin.ancestors().nth(path.matches('/').count() + 1).unwrap_or(origin);
        folders
            .into_iter()
            .find_map(|folder| self.folder(folder, &above.join(folder)))
            .or_else(|| self.file(path, origin))
    }

    fn is_trace(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let always = ANYWHERE.contains(&name) || has_extension(name, "pyc");
        always || (self.reader == Reader::Image && is_for_building(path))
    }

    /// Whether an exception names this very file.
    fn is_let_in(&self, path: &str) -> bool {
        self.named.as_ref().is_some_and(|named| named.matched(PathBuf::from(path), false).is_ignore())
    }

    /// Whether `.dockerignore` names it.
    pub(super) fn is_named(&self, path: &str) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.matched(PathBuf::from(path), false).is_ignore())
    }
}

/// A line as sign and anchored pattern; comments and blank lines are none.
fn pattern(line: &str) -> Option<(bool, String)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (exception, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim_start()));
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() {
        return None;
    }
    Some((exception, parts.join("/")))
}

fn is_for_building(path: &str) -> bool {
    let composes = (path.starts_with("compose.") || path.starts_with("docker-compose."))
        && (has_extension(path, "yml") || has_extension(path, "yaml"));
    !path.contains('/') && (AT_THE_TOP.contains(&path) || path.starts_with("Dockerfile") || composes)
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn bad_pattern(path: &Path, line: usize, pattern: &str, error: &ignore::Error) -> SourceError {
    let (path, pattern) = (path.to_owned(), pattern.trim().to_owned());
    SourceError::BadPattern { path, line, pattern, reason: error.to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::{Ignored, Left, Reader};

    impl Ignored {
        fn skips(&self, path: &str) -> bool {
            self.file(path, Path::new("nowhere")).is_some()
        }

        fn prunes(&self, path: &str) -> bool {
            self.folder(path, Path::new("nowhere")).is_some()
        }
    }

    fn ignored(text: &str) -> Ignored {
        Ignored::parse(text, Path::new(".dockerignore"), Reader::Image).unwrap()
    }

    #[test]
    fn patterns_are_anchored_at_the_top_and_cover_what_is_beneath() {
        let rules = ignored("# comment\nnotes\n*.md\n/data/\n./docs/*.txt\n**/*.log\n");
        for out in ["notes", "notes/a.txt", "README.md", "data/x/y", "docs/a.txt", "a.log", "x/y/a.log"] {
            assert!(rules.skips(out), "{out}");
        }
        for inside in ["lib/notes", "lib/README.md", "docs/deep/a.txt", "docs/a.md", "lambda_function.py"] {
            assert!(!rules.skips(inside), "{inside}");
        }
    }

    #[test]
    fn the_last_pattern_decides_and_an_exception_reaches_into_an_ignored_folder() {
        let rules = ignored("data\n!data/keep.json\n");
        assert!(rules.skips("data/other.json") && !rules.skips("data/keep.json"));
        assert!(!rules.prunes("data"), "the folder must be looked into");
        assert!(ignored("!data/keep.json\ndata\n").skips("data/keep.json"));
        let only_python = ignored("*\n!*.py\n");
        assert!(only_python.skips("a.txt") && !only_python.skips("a.py"));
    }

    #[test]
    fn secrets_and_build_files_never_get_in_whatever_dockerignore_says() {
        let rules = ignored("!.env\n!.git\n!**/.env.local\n");
        for out in [
            ".env",
            ".env.local",
            "lib/.env",
            "lib/.env.prod",
            ".git",
            "a/__pycache__",
            "a/b.pyc",
            ".venv",
            "venv",
            "tests",
            "Dockerfile",
            "Dockerfile.dev",
            "compose.yml",
            "docker-compose.yaml",
            "docker-compose.test.yml",
            ".dockerignore",
            ".bedrock-ops",
            ".DS_Store",
            ".pytest_cache",
        ] {
            assert!(rules.skips(out) && rules.prunes(out), "{out}");
        }
        for inside in ["environment.py", "lib/tests", "lib/venv", "node_modules", "lib/Dockerfile", "compose.py"] {
            assert!(!rules.skips(inside), "{inside}");
        }
    }

    #[test]
    fn a_key_gets_in_only_by_an_exception_that_names_it() {
        let rules = ignored("*.md\n!certs/client.key\n!src\n!*\n!**/*.p12\n");
        assert!(!rules.skips("certs/client.key") && !rules.skips("deep/a.p12"));
        for out in ["src/server.key", "other.key", "certs/client.key.pem.key", ".npmrc", "id_rsa"] {
            assert_eq!(rules.file(out, Path::new("nowhere")), Some(Left::Secret), "{out}");
        }
        assert!(ignored("!.npmrc\n").file(".npmrc", Path::new("nowhere")).is_none());
        assert!(ignored("!.netrc\n!.aws\n").skips(".netrc"), "it is nobody's on purpose");
    }

    #[test]
    fn what_dockerignore_names_is_nothing_to_report() {
        let rules = ignored(".env\n.aws\n");
        assert_eq!(rules.file(".env", Path::new("nowhere")), Some(Left::Named));
        assert_eq!(rules.folder(".aws", Path::new("nowhere")), Some(Left::Named));
        assert_eq!(rules.file("lib/.env", Path::new("nowhere")), Some(Left::Secret));
        assert_eq!(ignored("").folder("lib/.aws", Path::new("nowhere")), Some(Left::Secret));
    }

    #[test]
    fn an_engine_is_given_what_builds_the_image_but_never_a_secret() {
        let rules = Ignored::parse("notes\n", Path::new(".dockerignore"), Reader::Engine).unwrap();
        for inside in ["Dockerfile", "tests", "compose.yml"] {
            assert!(!rules.skips(inside), "{inside}");
        }
        for out in [".env", "lib/.env.prod", ".git", "notes"] {
            assert!(rules.skips(out), "{out}");
        }
    }

    #[test]
    fn a_broken_pattern_is_shown_with_its_line() {
        let error =
            Ignored::parse("ok\na[\n", Path::new("src/.dockerignore"), Reader::Image).err().unwrap().to_string();
        assert!(error.contains("line 2") && error.contains("a["), "{error}");
    }
}
