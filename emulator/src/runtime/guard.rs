//! Who may speak to the runtime API of a function: whoever knows its secret, and on Linux every process of this user.
//! Not every runtime can be told a secret: Rust's takes nothing but host and port, Python's is ours.

use std::net::SocketAddr;

use crate::access::random_hex;

/// The variable by which the loader of Python handlers is told the secret.
pub(super) const VARIABLE: &str = "BEDROCK_OPS_RUNTIME_SECRET";

/// The secret of one function's run; none where there are no random numbers, and then it opens nothing.
#[derive(Clone)]
pub(super) struct Guard(Option<String>);

impl Guard {
    pub(super) fn random() -> Self {
        Self(random_hex().ok())
    }

    /// The variable with the secret.
    pub(super) fn variable(&self) -> Option<(String, String)> {
        self.0.clone().map(|secret| (VARIABLE.to_owned(), secret))
    }

    /// The path behind the secret, which is its first segment; none if another stands there.
    pub(super) fn behind<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix('/')?.strip_prefix(self.0.as_deref()?).filter(|rest| rest.starts_with('/'))
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Guard").finish_non_exhaustive()
    }
}

/// Whose a connection is, as far as the system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// A process of this user, or of root, who may do anything.
    Own,
    /// A process of another user.
    Foreign,
    /// The system does not tell.
    Unknown,
}

/// Looks up the owner of the socket at the other end of a connection on this machine.
#[cfg(target_os = "linux")]
pub(super) fn peer(peer: SocketAddr, here: SocketAddr) -> Peer {
    let own = rustix::process::geteuid().as_raw();
    // A client may have opened a socket for both versions of IP.
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        let Ok(table) = std::fs::read_to_string(table) else { continue };
        if let Some(owner) = owner(&table, peer, here) {
            return if owner == own || owner == 0 { Peer::Own } else { Peer::Foreign };
        }
    }
    Peer::Unknown
}

#[cfg(not(target_os = "linux"))]
pub(super) fn peer(_peer: SocketAddr, _here: SocketAddr) -> Peer {
    Peer::Unknown
}

/// The user number in the line of the kernel's table that has these two ends.
#[cfg(target_os = "linux")]
fn owner(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let ends = [local, remote].map(written);
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let [local, remote] = [fields.nth(1)?, fields.next()?];
        let is_it = local.ends_with(ends[0].as_deref()?) && remote.ends_with(ends[1].as_deref()?);
        is_it.then(|| fields.nth(4)?.parse().ok()).flatten()
    })
}

/// An end as the table has it: `0100007F:1F90`, on machines that keep the lowest byte first. In the table of IPv6 more
/// stands before it.
#[cfg(target_os = "linux")]
fn written(end: SocketAddr) -> Option<String> {
    let SocketAddr::V4(end) = end else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(end.ip().octets()), end.port()))
}

#[cfg(test)]
mod tests {
    use super::Guard;

    #[test]
    fn only_the_right_secret_opens_a_path() {
        let guard = Guard::random();
        let (_, secret) = guard.variable().expect("random numbers");
        let path = format!("/{secret}/2018-06-01/runtime/invocation/next");
        assert_eq!(guard.behind(&path), Some("/2018-06-01/runtime/invocation/next"));
        assert_eq!(guard.behind("/2018-06-01/runtime/invocation/next"), None);
        assert_eq!(guard.behind(&format!("/{secret}x/2018-06-01")), None);
        assert_eq!(Guard::random().behind(&path), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernels_table_tells_whose_a_connection_is() {
        use std::net::{TcpListener, TcpStream};

        use super::{Peer, owner, peer};

        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n\
            \x20  1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 65534        0 2 1\n\
            \x20  2: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 3 1\n";
        let [client, server] = ["127.0.0.1:40000", "127.0.0.1:8080"].map(|end| end.parse().expect("an address"));
        if cfg!(target_endian = "little") {
            assert_eq!((owner(table, client, server), owner(table, server, client)), (Some(65534), Some(1000)));
        }
        let mapped = table.replace(" 0100007F", " 0000000000000000FFFF00000100007F");
        assert_eq!(owner(&mapped, client, server), owner(table, client, server));

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("an address")).expect("connected");
        let (_accepted, from) = listener.accept().expect("accepted");
        assert_eq!(peer(from, listener.local_addr().expect("an address")), Peer::Own);
        drop(stream);
    }
}
