//! Decides which files of the source stay outside the image: a fixed list, and `.dockerignore` as Docker reads it.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::image::error::ImageError;

/// Never inside, in whatever folder: version control, caches, virtual environments, and files of secrets.
const ANYWHERE: [&str; 7] = [".git", "__pycache__", ".venv", ".pytest_cache", ".DS_Store", ".bedrock-ops", ".env"];

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

/// The source's rules.
pub(crate) struct Ignored {
    reader: Reader,
    patterns: Option<Gitignore>,
    /// Whether a `!` brings anything back, so that ignored folders must be looked into.
    has_exceptions: bool,
}

impl Ignored {
    /// Reads the folder's `.dockerignore`, if it has one.
    pub(crate) fn of(folder: &Path, reader: Reader) -> Result<Self, ImageError> {
        let path = folder.join(".dockerignore");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ImageError::Unreadable { path, source }),
        };
        Self::parse(&text, &path, reader)
    }

    fn parse(text: &str, path: &Path, reader: Reader) -> Result<Self, ImageError> {
        // The matcher's root is never looked at on disk: all paths are given relative to it.
        let mut patterns = GitignoreBuilder::new("");
        // Git takes `a[` literally; to Docker it is an error.
        patterns.allow_unclosed_class(false);
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
        }
        let patterns = patterns.build().map_err(|error| bad_pattern(path, 0, "", &error))?;
        Ok(Self { reader, patterns: any.then_some(patterns), has_exceptions })
    }

    /// Whether the path (relative, with `/`) stays outside.
    pub(crate) fn skips(&self, path: &str) -> bool {
        self.is_always_out(path) || self.is_named(path)
    }

    /// Whether nothing beneath the folder can be inside either.
    pub(crate) fn prunes(&self, path: &str) -> bool {
        self.is_always_out(path) || (!self.has_exceptions && self.is_named(path))
    }

    fn is_always_out(&self, path: &str) -> bool {
        is_secret_or_trace(path) || (self.reader == Reader::Image && is_for_building(path))
    }

    fn is_named(&self, path: &str) -> bool {
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

fn is_secret_or_trace(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ANYWHERE.contains(&name) || name.starts_with(".env.") || has_extension(name, "pyc")
}

fn is_for_building(path: &str) -> bool {
    let composes = (path.starts_with("compose.") || path.starts_with("docker-compose."))
        && (has_extension(path, "yml") || has_extension(path, "yaml"));
    !path.contains('/') && (AT_THE_TOP.contains(&path) || path.starts_with("Dockerfile") || composes)
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn bad_pattern(path: &Path, line: usize, pattern: &str, error: &ignore::Error) -> ImageError {
    let (path, pattern) = (path.to_owned(), pattern.trim().to_owned());
    ImageError::BadPattern { path, line, pattern, reason: error.to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::{Ignored, Reader};

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
