//! Where a `COPY` puts the files of the source.

/// One source of a `COPY`, and where it goes below the task root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// A file or folder of the source, with at most one `*` in each name; empty for the whole folder.
    pub from: String,
    /// A path below the task root; empty for the root itself.
    pub to: String,
    /// Whether a file keeps its name below `to`, instead of taking that name. A folder's content always goes below it.
    pub into_folder: bool,
}

impl Copied {
    /// What is copied to where the source has it, as in `COPY a.py lib ./`.
    pub fn in_place(path: &str) -> Self {
        Self { from: path.to_owned(), to: path.to_owned(), into_folder: false }
    }

    /// The path below the task root that a file of the source is copied to, if it is among what is copied.
    pub fn destination(&self, path: &str) -> Option<String> {
        let mut names = path.split('/');
        let mut last = "";
        for wanted in self.from.split('/').filter(|name| !name.is_empty()) {
            last = names.next().filter(|name| fits(name, wanted))?;
        }
        let below: Vec<&str> = names.collect();
        Some(match below.as_slice() {
            [] if self.into_folder => joined(&self.to, last),
            [] => self.to.clone(),
            below => joined(&self.to, &below.join("/")),
        })
    }
}

/// Whether the name is the wanted one, in which a `*` stands for any part.
fn fits(name: &str, wanted: &str) -> bool {
    match wanted.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => name == wanted,
    }
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::Copied;

    #[test]
    fn files_and_folders_go_where_docker_puts_them() {
        let copied = |from: &str, to: &str, into_folder| Copied { from: from.into(), to: to.into(), into_folder };
        for (copied, path, destination) in [
            (copied("", "", true), "lib/a.py", Some("lib/a.py")),
            (copied("", "app", true), "a.py", Some("app/a.py")),
            (copied("a.py", "", true), "a.py", Some("a.py")),
            (copied("src/a.py", "", true), "src/a.py", Some("a.py")),
            (copied("src/a.py", "b.py", false), "src/a.py", Some("b.py")),
            (copied("src", "", true), "src/deep/a.py", Some("deep/a.py")),
            (copied("src", "src", false), "src/a.py", Some("src/a.py")),
            (copied("src", "src", false), "srcs/a.py", None),
            (copied("*.py", "", true), "a.py", Some("a.py")),
            (copied("*.py", "", true), "lib/a.py", None),
            (copied("lib/*", "lib", true), "lib/a.py", Some("lib/a.py")),
            // A folder that a pattern names is spread out, as a folder that is named by itself.
            (copied("lib/*", "lib", true), "lib/deep/a.py", Some("lib/a.py")),
            (copied("lib/a.py", "lib", true), "lib", None),
        ] {
            assert_eq!(copied.destination(path).as_deref(), destination, "{copied:?} {path}");
        }
    }
}
