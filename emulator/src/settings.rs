//! What the caller decides about the emulated account.

use crate::clock::{Millis, Timing};

/// The account, and how time passes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The account's number, 12 digits.
    pub account: String,
    /// The region of calls that carry no signature (the registry's).
    pub region: String,
    /// How long AWS takes over things.
    pub timing: Timing,
    /// What the clock shows at the start, in milliseconds since 1970.
    pub epoch: Millis,
    /// Whether the account may not create agents, as AWS has it since 2026-07-30 for an account that did not use Agents
    /// in the twelve months before: `CreateAgent` is then refused, and everything else works.
    pub closed_to_new_agents: bool,
}

impl Settings {
    /// The same account at the same moment for every test: 123456789012, 2026-11-22T09:00:00Z, as slow as AWS.
    pub fn for_tests() -> Self {
        Self {
            account: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
            timing: Timing::realistic(),
            epoch: 1_795_338_000_000,
            closed_to_new_agents: false,
        }
    }
}
