//! Which Python, processor and C library the requirements are installed for.

use crate::image::base::{Base, Parts};
use crate::image::error::ImageError;
use crate::image::reference::BaseReference;

/// The newest C library of each kind of base, as the minor version of glibc 2.
/// Amazon Linux 2023 has 2.34 and carries Lambda's Python from 3.12 on; before it, Amazon Linux 2 has 2.26, for which
/// the nearest tag that pip and uv both know is 2.17.
const GLIBC_SINCE_3_12: u8 = 34;
const GLIBC_BEFORE_3_12: u8 = 17;

/// `manylinux2014` is glibc 2.17: the oldest that wheels are still built for.
const OLDEST_GLIBC: u8 = 17;

/// What wheels must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The minor version of Python 3.
    minor: u8,
    /// `x86_64` or `aarch64`.
    machine: &'static str,
}

impl Platform {
    /// Reads the Python version from the base's environment (`PYTHON_VERSION`, which Docker's official images set), else from
    /// its tag (`…python:3.12`, as AWS's own bases are named).
    pub(crate) fn of(base: &Base, parts: &Parts) -> Result<Self, ImageError> {
        let environment = parts.config["config"]["Env"].as_array().into_iter().flatten();
        let told = environment.filter_map(|line| line.as_str()?.strip_prefix("PYTHON_VERSION=")).find_map(minor);
        let minor = told.or_else(|| minor_of_tag(&base.reference));
        let minor = minor.ok_or_else(|| ImageError::PythonUnknown { reference: base.reference.clone() })?;
        Ok(Self { minor, machine: machine(base) })
    }

    /// The same by the base's name alone, if that tells it.
    pub(crate) fn by_name(base: &Base) -> Option<Self> {
        Some(Self { minor: minor_of_tag(&base.reference)?, machine: machine(base) })
    }

    /// That of Python 3.`minor` on this processor, by its name in wheels.
    #[cfg(test)]
    pub(crate) fn new(minor: u8, machine: &'static str) -> Self {
        Self { minor, machine }
    }

    /// `x86_64` or `aarch64`.
    pub(crate) fn machine(&self) -> &'static str {
        self.machine
    }

    /// `3.12`.
    pub(crate) fn python(&self) -> String {
        format!("3.{}", self.minor)
    }

    /// The tags of wheels that fit, the newest first, so that pip and uv choose the same wheel.
    pub(crate) fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = (OLDEST_GLIBC..=self.glibc()).rev().map(|minor| self.tag(minor)).collect();
        // The name that 2.17 had before tags named the version.
        tags.push(format!("manylinux2014_{}", self.machine));
        tags
    }

    /// `manylinux_2_34_x86_64`.
    pub(crate) fn newest_tag(&self) -> String {
        self.tag(self.glibc())
    }

    /// The same as uv names it: `x86_64-manylinux_2_34`.
    pub(crate) fn target(&self) -> String {
        format!("{}-manylinux_2_{}", self.machine, self.glibc())
    }

    fn tag(&self, glibc: u8) -> String {
        format!("manylinux_2_{glibc}_{}", self.machine)
    }

    fn glibc(&self) -> u8 {
        if self.minor >= 12 { GLIBC_SINCE_3_12 } else { GLIBC_BEFORE_3_12 }
    }
}

fn machine(base: &Base) -> &'static str {
    if base.architecture == "arm64" { "aarch64" } else { "x86_64" }
}

/// `3.12.4` is 12.
fn minor(version: &str) -> Option<u8> {
    let rest = version.strip_prefix("3.")?;
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    rest[..digits].parse().ok()
}

/// The tag counts only where the image is called after Python.
fn minor_of_tag(reference: &str) -> Option<u8> {
    let name = BaseReference::parse(reference).ok()?;
    let called = name.repository.rsplit('/').next()?.contains("python");
    name.tag.filter(|_| called).as_deref().and_then(minor)
}

#[cfg(test)]
mod tests {
    use super::{Platform, minor, minor_of_tag};

    #[test]
    fn the_version_is_read_from_tags_as_they_occur() {
        for (reference, found) in [
            ("public.ecr.aws/lambda/python:3.12", Some(12)),
            ("public.ecr.aws/lambda/python:3.13.2026.11.01", Some(13)),
            ("python:3.9-slim", Some(9)),
            ("public.ecr.aws/lambda/provided:al2023", None),
            ("example.com/tools:3.12", None),
            ("public.ecr.aws/lambda/python:latest", None),
        ] {
            assert_eq!(minor_of_tag(reference), found, "{reference}");
        }
        assert_eq!((minor("3.11.9"), minor("2.7"), minor("3.x")), (Some(11), None, None));
    }

    #[test]
    fn old_pythons_get_wheels_for_the_old_amazon_linux() {
        let old = Platform { minor: 11, machine: "x86_64" };
        assert_eq!(old.tags(), ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]);
        let new = Platform { minor: 12, machine: "aarch64" };
        assert_eq!(new.tags().len(), 19);
        assert_eq!(new.newest_tag(), "manylinux_2_34_aarch64");
        assert_eq!(new.target(), "aarch64-manylinux_2_34");
    }
}
