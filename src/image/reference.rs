//! Reads the name of a base image: which registry, which repository, which tag or digest.

use std::fmt;

use crate::image::error::ImageError;
use crate::image::registry::Scheme;

/// A base image's name, taken apart. `python:3.12` means what it means to Docker: Docker Hub's `library/python`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseReference {
    /// The registry's host, with its port if it has one: `public.ecr.aws`.
    pub host: String,
    /// `lambda/python`.
    pub repository: String,
    /// `3.12`; `latest` when neither tag nor digest is given.
    pub tag: Option<String>,
    /// `sha256:…`; it wins over the tag, which is then only for people.
    pub digest: Option<String>,
}

/// The host behind Docker Hub's names.
const DOCKER_HUB: &str = "registry-1.docker.io";

impl BaseReference {
    /// Takes a name apart.
    pub fn parse(text: &str) -> Result<Self, ImageError> {
        let bad = |reason: &str| ImageError::BadReference { reference: text.to_owned(), reason: reason.to_owned() };
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest.to_owned())),
            Some(_) => return Err(bad("after @ must come sha256: and 64 hex digits")),
            None => (text, None),
        };
        let (host, path) = match name.split_once('/') {
            Some((host, _)) if looks_like_host(host) && !is_host(host) => {
                return Err(bad(
                    "a registry is a host name, and a port if it has one: letters, digits, `.`, `-` and `:`",
                ));
            }
            Some((host, path)) if looks_like_host(host) => (host, path),
            _ => ("docker.io", name),
        };
        let (path, tag) = match path.rsplit_once(':') {
            Some((path, tag)) if is_tag(tag) => (path, Some(tag.to_owned())),
            Some(_) => return Err(bad("after : must come a tag of letters, digits, `_`, `.` and `-`")),
            None => (path, None),
        };
        if !is_repository(path) {
            return Err(bad("a repository has lower-case letters, digits, `.`, `_`, `-` and `/` only"));
        }
        let hub = matches!(host, "docker.io" | "index.docker.io");
        let repository = if hub && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".to_owned()));
        Ok(Self { host: if hub { DOCKER_HUB } else { host }.to_owned(), repository, tag, digest })
    }

    /// What the registry is asked for: the digest, else the tag.
    pub fn reference(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// Plain HTTP for registries on this machine, as Docker does; TLS for all others.
    pub fn scheme(&self) -> Scheme {
        if Self::is_on_this_machine(&self.host) { Scheme::Http } else { Scheme::Https }
    }

    /// Whether a host (with its port) can be no other machine.
    pub fn is_on_this_machine(host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(rest),
            None => host.split(':').next().unwrap_or(host),
        };
        name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for BaseReference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(out, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(out, "@{digest}")?;
        }
        Ok(())
    }
}

/// The first part of a name is a host when it could not be a Docker Hub user.
fn looks_like_host(part: &str) -> bool {
    part == "localhost" || part.starts_with('[') || part.contains(['.', ':'])
}

/// A host name or an address, and nothing that a URL would read as something else.
fn is_host(text: &str) -> bool {
    let (name, colon) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("v6", after),
            _ => return false,
        },
        None => text.find(':').map_or((text, ""), |at| text.split_at(at)),
    };
    let is_label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let fits = colon.is_empty() || colon.strip_prefix(':').is_some_and(is_port);
    name.split('.').all(is_label) && fits
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether the text can be a tag.
pub(crate) fn is_tag(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    !text.is_empty() && text.len() <= 128 && text.bytes().all(allowed) && !text.starts_with(['.', '-'])
}

fn is_repository(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    text.split('/').all(|part| !part.is_empty() && part.bytes().all(allowed))
}

/// Whether the text is `sha256:` and 64 lower-case hex digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::BaseReference;
    use crate::image::registry::Scheme;

    #[test]
    fn names_are_read_as_docker_reads_them() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, host, repository, reference) in [
            ("public.ecr.aws/lambda/python:3.12", "public.ecr.aws", "lambda/python", "3.12"),
            ("python:3.12", "registry-1.docker.io", "library/python", "3.12"),
            ("docker.io/amazon/aws-lambda-python", "registry-1.docker.io", "amazon/aws-lambda-python", "latest"),
            ("127.0.0.1:5000/base", "127.0.0.1:5000", "base", "latest"),
            ("[::1]:5000/base:1", "[::1]:5000", "base", "1"),
            (&format!("ghcr.io/a/b:1@{digest}"), "ghcr.io", "a/b", &digest),
        ] {
            let read = BaseReference::parse(text).unwrap();
            assert_eq!((read.host.as_str(), read.repository.as_str(), read.reference()), (host, repository, reference));
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (text, scheme) in [
            ("localhost:5000/a", Scheme::Http),
            ("127.0.0.1:5000/a", Scheme::Http),
            ("[::1]:5000/a", Scheme::Http),
            ("10.0.0.1:5000/a", Scheme::Https),
            ("localhost.example.com/a", Scheme::Https),
        ] {
            assert_eq!(BaseReference::parse(text).unwrap().scheme(), scheme, "{text}");
        }
    }

    #[test]
    fn a_name_that_is_none_says_why() {
        for (text, why) in [
            ("Python:3.12", "lower-case"),
            ("python@sha256:abc", "64 hex digits"),
            ("python:3.12 ", "tag"),
            ("", "repository"),
            ("https://public.ecr.aws/lambda/python", "registry"),
            ("evil.com#.amazonaws.com/a", "registry"),
            ("evil.com?.amazonaws.com/a", "registry"),
            ("a.amazonaws.com\\.evil.com/a", "registry"),
            ("user:secret@evil.com/a", "sha256"),
            ("amazonaws.com./a", "registry"),
            ("аmazonaws.com/a", "registry"),
            ("evil.com:port/a", "registry"),
            ("evil.com:+80/a", "registry"),
            ("[::1/a", "registry"),
        ] {
            let error = BaseReference::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
