//! The function's log: read from CloudWatch Logs, followed while it grows, and each line told by its request.

mod filter;
mod following;
mod invocation;
mod joining;
mod line;
mod reading;
mod since;

pub use filter::Filter;
pub use following::{Follower, LATE, News, follow};
pub use invocation::End;
pub use joining::{Entry, Joiner, Said};
pub use line::Severity;
pub use reading::{Event, Look, Place, Query, look};
pub use since::Since;
