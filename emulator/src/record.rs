//! The log of calls: what was asked, in order, and how it was answered.

use crate::clock::Millis;

/// One call that reached the emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// `iam`, `sts`, `ecr`, `registry`, `logs`, `lambda`, `bedrock`, `bedrock-agent`, `bedrock-agent-runtime` or `pinpoint`;
    /// empty if it reached none of them.
    pub service: &'static str,
    /// AWS's name of the operation.
    pub operation: String,
    /// Whether it is an operation that may change something, refused or not.
    pub writes: bool,
    /// The HTTP status of the answer.
    pub status: u16,
    /// When it came, in milliseconds since 1970.
    pub at: Millis,
    /// The region that it was signed for.
    pub region: String,
}
