//! What Bedrock sends to a function and what it takes back: the event, and the verdict on how the function dealt with
//! it. Pure. The rules are those of the user guide's page `agents-lambda`.

mod breach;
mod event;
mod parameters;
#[cfg(test)]
mod tests;
mod verdict;

pub use breach::Breach;
pub use event::{Asked, Caller, event};
pub use parameters::{Argument, ParameterError, WrongParameters, arguments};
pub use verdict::{Ended, Verdict, judge};

/// Bytes of a reply that Bedrock is sure to take: its pages named this limit first, Lambda's 6 MB later.
pub const REPLY_ROOM: usize = 25_000;

/// Seconds that the chat application waits for the agent's whole answer (admin guide, `bedrock-limits`).
pub const CHAT_PATIENCE: u64 = 120;
