//! Requests to stop: Ctrl-C, SIGTERM (service managers, containers, CI systems), SIGHUP (the terminal was closed).

use crate::refused::Exit;

/// A request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    HangUp,
}

impl Stop {
    /// How a command that was stopped this way ends: 128 and the signal's number, as shells expect.
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
            Self::HangUp => Exit::HungUp,
        }
    }

    /// The beginning of the final message.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Interrupt => "interrupted",
            Self::Terminate => "terminated (SIGTERM)",
            Self::HangUp => "terminated (SIGHUP: the terminal was closed)",
        }
    }
}

/// Waits for the next request to stop.
pub(super) async fn any() -> Stop {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Stop::Interrupt,
        stop = but_ctrl_c() => stop,
    }
}

/// Waits for SIGTERM or SIGHUP. A SIGHUP that was ignored when the program started (`nohup`) stays ignored.
#[cfg(unix)]
pub(super) async fn but_ctrl_c() -> Stop {
    use tokio::signal::unix::SignalKind;

    tokio::select! {
        () = signal(SignalKind::terminate()) => Stop::Terminate,
        () = signal(SignalKind::hangup()), if !ignored::hangup() => Stop::HangUp,
    }
}

/// Waits for SIGTERM or SIGHUP, which this system does not have.
#[cfg(not(unix))]
pub(super) async fn but_ctrl_c() -> Stop {
    std::future::pending().await
}

#[cfg(unix)]
async fn signal(kind: tokio::signal::unix::SignalKind) {
    // A signal that can't be listened for ends the program by its default action.
    if let Ok(mut signals) = tokio::signal::unix::signal(kind) {
        signals.recv().await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// Does this until it is done or the command is asked to stop.
pub(super) async fn unless_stopped<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    tokio::select! {
        // Signals are listened for before the work prints anything.
        biased;
        stop = any() => Err(stop),
        done = work => Ok(done),
    }
}

#[cfg(unix)]
mod ignored {
    use std::sync::OnceLock;

    /// The number of SIGHUP on every Unix.
    const SIGHUP: u32 = 1;

    /// Whether SIGHUP was ignored before the first listener for it was installed.
    pub(super) fn hangup() -> bool {
        static IGNORED: OnceLock<bool> = OnceLock::new();
        *IGNORED.get_or_init(|| std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status)))
    }

    /// Whether the process with this `/proc/PID/status` ignores SIGHUP. Its `SigIgn` is a hexadecimal set of signals,
    /// bit 0 for signal 1 (proc(5)).
    fn ignores(status: &str) -> bool {
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
        ignored.is_some_and(|set| set & (1 << (SIGHUP - 1)) != 0)
    }

    #[cfg(test)]
    mod tests {
        use super::ignores;

        #[test]
        fn the_set_of_ignored_signals_is_read_from_the_process_status() {
            assert!(ignores("Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\n"));
            assert!(ignores("SigIgn:\t0000000000001007\n"));
            assert!(!ignores("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
            assert!(!ignores(""));
        }
    }
}
