//! A call that AWS refuses: status, code and text. Each protocol gives it its own shape on the wire.

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The error code as it stands on the wire (`NoSuchEntity`, `ResourceNotFoundException`).
    pub(crate) code: &'static str,
    /// The text a person reads.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// An operation or a member that the emulator does not know: loud, so that nobody takes it for AWS.
    pub(crate) fn not_emulated(what: impl std::fmt::Display) -> Self {
        Self::new(501, "NotImplementedByEmulator", format!("the emulator does not know {what}"))
    }
}
