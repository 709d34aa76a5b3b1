//! Reads requirements.txt and the files it includes: what is asked for, and whether the text alone says it all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::image::error::ImageError;
use crate::source::SourceError;

/// The requirements of a source, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirements {
    /// `requirements.txt` and what it includes with `-r` and `-c`, by the names they are included by.
    files: BTreeMap<String, String>,
    cacheable: bool,
}

/// The file that pip's users write.
pub(crate) const FILE: &str = "requirements.txt";

impl Requirements {
    /// Reads them, or `None` when there is no such file or nothing in it.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, ImageError> {
        if !folder.join(FILE).exists() {
            return Ok(None);
        }
        let mut files = BTreeMap::new();
        let mut waiting = vec![FILE.to_owned()];
        let (mut any, mut cacheable) = (false, true);
        while let Some(name) = waiting.pop() {
            if files.contains_key(&name) {
                continue;
            }
            let path = folder.join(&name);
            let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            for line in text.lines().map(Line::read) {
                match line {
                    Line::Nothing => {}
                    Line::Includes(file) => waiting.push(beside(&name, file)),
                    Line::Asks { elsewhere } => {
                        any = true;
                        cacheable &= !elsewhere;
                    }
                }
            }
            files.insert(name, text);
        }
        Ok(any.then_some(Self { files, cacheable }))
    }

    /// Name and text of each file, sorted by name.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Whether the texts name everything that is installed; a path or a branch can change while they don't.
    pub(crate) fn is_cacheable(&self) -> bool {
        self.cacheable
    }
}

/// What a line of a requirements file means to us.
enum Line<'a> {
    /// Blank, a comment, or an option such as `--index-url`.
    Nothing,
    /// Another file.
    Includes(&'a str),
    /// A requirement; `elsewhere` when its content is not named by the text (a path, a URL, a branch).
    Asks { elsewhere: bool },
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Self {
        let text = line.split(" #").next().unwrap_or_default().trim();
        if text.is_empty() || text.starts_with('#') {
            return Self::Nothing;
        }
        for option in ["--requirement", "--constraint", "-r", "-c"] {
            if let Some(rest) = text.strip_prefix(option) {
                let file = rest.trim_start_matches('=').trim();
                // What lies on a web server is read by the installer alone.
                return if file.contains("://") { Self::Asks { elsewhere: true } } else { Self::Includes(file) };
            }
        }
        if text.starts_with("-e") || text.starts_with("--editable") {
            return Self::Asks { elsewhere: true };
        }
        if text.starts_with('-') {
            return Self::Nothing;
        }
        // `name @ URL`, `git+https://…`, `./folder`, `vendor/a.whl`; a file beside is known by its ending.
        let wanted = text.split(';').next().unwrap_or_default().trim();
        let is_file = Path::new(wanted).extension().is_some_and(|ending| ending == "whl" || ending == "gz");
        Self::Asks { elsewhere: is_file || wanted.contains(['/', '@']) || wanted.starts_with('.') }
    }
}

/// An included file's name, seen from the source folder: pip reads it relative to the including file.
fn beside(including: &str, file: &str) -> String {
    match including.rsplit_once('/') {
        Some((folder, _)) if !file.starts_with('/') => format!("{folder}/{file}"),
        _ => file.to_owned(),
    }
}

fn unreadable(path: &Path, source: io::Error) -> ImageError {
    SourceError::unreadable(path)(source).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::Requirements;

    fn read(files: &[(&str, &str)]) -> Option<Requirements> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Requirements::read(folder.path()).unwrap()
    }

    #[test]
    fn a_file_without_requirements_asks_for_nothing() {
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("requirements.txt", "# none yet\n\n--index-url https://example.com/simple\n")]), None);
    }

    #[test]
    fn included_files_count_too() {
        let read = read(&[
            ("requirements.txt", "-r more/all.txt\n"),
            ("more/all.txt", "-c pins.txt\nsix\n"),
            ("more/pins.txt", "six==1.16.0"),
        ]);
        let names: Vec<String> = read.unwrap().files().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["more/all.txt", "more/pins.txt", "requirements.txt"]);
    }

    #[test]
    fn what_the_text_does_not_pin_down_is_not_cached() {
        for (line, cacheable) in [
            ("six==1.16.0 # pinned", true),
            ("requests[socks]>=2; python_version > '3.8'", true),
            ("./vendor/six", false),
            ("-e .", false),
            ("six @ https://example.com/six.whl", false),
            ("git+https://example.com/six", false),
        ] {
            assert_eq!(read(&[("requirements.txt", line)]).unwrap().is_cacheable(), cacheable, "{line}");
        }
    }
}
