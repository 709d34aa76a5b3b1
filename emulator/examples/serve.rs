//! Serves an empty emulated account on a free loopback port and prints its URL, and the settings of a client on the next
//! line; ends when it is killed.
//!
//! ```text
//! cargo run -p bedrock-ops-emulator --example serve            # as slow as AWS
//! cargo run -p bedrock-ops-emulator --example serve -- quick   # no waiting
//! ```

use std::io::{self, Write};
use std::net::Ipv4Addr;

use emulator::{Access, Emulator, Key, Settings, Timing};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let timing = match std::env::args().nth(1).as_deref() {
        None => Timing::realistic(),
        Some("quick") => Timing::quick(),
        Some(other) => return Err(io::Error::other(format!("`{other}` is no timing; there is only `quick`"))),
    };
    let emulator = Emulator::new(Settings { timing, ..Settings::for_tests() });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let (address, key) = (listener.local_addr()?, Key::random()?);
    let settings = key.variables().map(|(name, value)| format!(" {name}={value}")).concat();
    writeln!(io::stdout(), "http://{address}\nexport AWS_ENDPOINT_URL=http://{address}{settings}")?;
    emulator.serve(listener, Access::Key(key)).await
}
