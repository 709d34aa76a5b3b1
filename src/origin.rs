//! Where a manifest comes from: its repository's remote, and its path in the repository. Deploys record it as a tag, so that
//! two projects of the same name notice each other.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::git;

/// The longest value of a tag in characters (Bedrock's `TagValue`, the strictest of all services here).
const LONGEST: usize = 256;

/// Hexadecimal digits of the hash that keeps shortened or rewritten origins distinct.
const HASH: usize = 12;

/// The origin of a manifest as `HOST/PATH:FILE`: host and path of the Git remote, without protocol, credentials and port, and
/// the file's path in the repository. `None` outside a repository, and where the repository has no remote on another host.
pub async fn of(manifest: &Path) -> Option<String> {
    let file = manifest.file_name()?.to_str()?;
    let folder = match manifest.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (within, remotes) = tokio::join!(
        git::read(folder, &["rev-parse", "--show-prefix"]),
        git::read(folder, &["config", "--get-regexp", r"^remote\..*\.url$"]),
    );
    let remote = remote(&remotes?).and_then(place)?;
    Some(as_tag(&format!("{remote}:{}{file}", within?.trim_end_matches('\n'))))
}

/// The URL of the remote `origin`; of the only remote, where none has that name.
fn remote(settings: &str) -> Option<&str> {
    let remotes = || settings.lines().filter_map(|line| line.split_once(' '));
    let named = remotes().find_map(|(name, url)| (name == "remote.origin.url").then_some(url));
    let only = || remotes().next().filter(|_| remotes().count() == 1).map(|(_, url)| url);
    named.or_else(only)
}

/// Host and path of a remote: the same for every protocol by which a repository can be reached.
fn place(remote: &str) -> Option<String> {
    let (host, path) = match Url::parse(remote) {
        Ok(url) if remote.contains("://") => (url.host_str()?.to_owned(), url.path().to_owned()),
        // Git's short form for SSH: `git@host:path`. A name of one letter is a drive of Windows.
        _ => {
            let (host, path) = remote.split_once(':').filter(|(host, _)| !host.contains('/'))?;
            let host = host.rsplit('@').next().filter(|host| host.len() > 1)?;
            (host.to_owned(), path.to_owned())
        }
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("{}/{path}", host.to_lowercase()))
}

/// As the value of a tag: characters that AWS does not take in tags become `_`, and a hash keeps the value distinct.
fn as_tag(origin: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || " ._:/=+@-".contains(letter);
    if origin.len() <= LONGEST && origin.chars().all(allowed) {
        return origin.to_owned();
    }
    let plain = origin.chars().map(|letter| if allowed(letter) { letter } else { '_' });
    let hash = format!("{:x}", Sha256::digest(origin));
    let start: String = plain.take(LONGEST - HASH - 1).collect();
    format!("{start}@{}", &hash[..HASH])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::{as_tag, of, place, remote};

    #[test]
    fn a_repository_has_one_place_however_it_is_reached() {
        for url in [
            "https://github.com/acme/ops.git",
            "https://somebody:ghp_secret@github.com/acme/ops",
            "https://x-access-token:secret@GitHub.com:443/acme/ops.git/",
            "ssh://git@github.com:22/acme/ops.git",
            "git@github.com:acme/ops.git",
            "github.com:/acme/ops",
            "git://github.com/acme/ops.git?token=secret#secret",
        ] {
            assert_eq!(place(url).as_deref(), Some("github.com/acme/ops"), "{url}");
        }
        for url in
            ["/srv/git/ops.git", "../ops", "file:///srv/git/ops.git", r"C:\git\ops", "C:/git/ops", "", "https://host"]
        {
            assert_eq!(place(url), None, "{url}: it is on this machine, or no place");
        }
    }

    #[test]
    fn the_remote_is_origin_or_the_only_one() {
        let both = "remote.fork.url git@host:fork\nremote.origin.url git@host:ops\n";
        assert_eq!(remote(both), Some("git@host:ops"));
        assert_eq!(remote("remote.upstream.url git@host:ops\n"), Some("git@host:ops"));
        assert_eq!(remote("remote.a.url git@host:a\nremote.b.url git@host:b\n"), None);
        assert_eq!(remote(""), None);
    }

    #[test]
    fn a_tag_takes_every_origin_and_keeps_different_ones_distinct() {
        assert_eq!(as_tag("github.com/acme/ops:agents/agent.yaml"), "github.com/acme/ops:agents/agent.yaml");
        let (one, other) = (as_tag("host/ops:エージェント/agent.yaml"), as_tag("host/ops:エージェンシ/agent.yaml"));
        assert!(one.starts_with("host/ops:______/agent.yaml@") && one != other, "{one} {other}");
        let long = as_tag(&format!("host/{}", "a".repeat(300)));
        assert!(long.len() == 256 && long != as_tag(&format!("host/{}", "a".repeat(301))), "{long}");
    }

    #[tokio::test]
    async fn a_manifest_is_placed_by_its_remote_and_its_path_in_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| {
            assert!(Command::new("git").arg("-C").arg(folder.path()).args(words).status().unwrap().success());
        };
        let agents = folder.path().join("agents/a b");
        fs::create_dir_all(&agents).unwrap();
        assert_eq!(of(&agents.join("agent.yaml")).await, None, "outside a repository");
        git(&["init", "--quiet"]);
        assert_eq!(of(&agents.join("agent.yaml")).await, None, "without a remote");
        git(&["remote", "add", "origin", "https://me:secret@git.example.com/acme/ops.git"]);
        let origin = of(&agents.join("agent.yaml")).await;
        assert_eq!(origin.as_deref(), Some("git.example.com/acme/ops:agents/a b/agent.yaml"));
        assert_eq!(of(&folder.path().join("x.yaml")).await.as_deref(), Some("git.example.com/acme/ops:x.yaml"));
        assert_eq!(of(Path::new("/")).await, None);
    }
}
