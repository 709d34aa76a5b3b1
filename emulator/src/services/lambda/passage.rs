//! A state that a function or a version passes through: until when, and where it ends.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// Something that Lambda has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passage {
    /// When it ends.
    pub(super) until: Millis,
    /// Why it fails then, if it does.
    pub(super) failure: Option<Failure>,
}

/// Why a creation or an update fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// `StateReasonCode`.
    pub(super) code: String,
    /// `StateReason`.
    pub(super) reason: String,
}

/// Where a passage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing<'p> {
    Underway,
    Done,
    Failed(&'p Failure),
}

impl Passage {
    pub(super) fn standing(&self, now: Millis) -> Standing<'_> {
        match &self.failure {
            _ if now < self.until => Standing::Underway,
            None => Standing::Done,
            Some(failure) => Standing::Failed(failure),
        }
    }
}

impl Failure {
    /// What Lambda finds wrong with an image after the call has long been answered.
    pub(super) fn invalid_image(reason: impl Into<String>) -> Self {
        Self { code: "InvalidImage".to_owned(), reason: reason.into() }
    }
}
