//! The process group of a function: all that the function started and that did not leave the group on purpose.

/// Killed when dropped.
#[derive(Debug)]
pub(super) struct Group(Option<u32>);

impl Group {
    /// The group that this process leads.
    pub(super) fn of(leader: Option<u32>) -> Self {
        Self(leader)
    }

    /// Kills every process in it, once.
    pub(super) fn kill(&mut self) {
        if let Some(leader) = self.0.take() {
            kill(leader);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(unix)]
fn kill(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // None is left: nothing to do.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Elsewhere there are no such groups; the process itself is killed by its owner.
#[cfg(not(unix))]
fn kill(_leader: u32) {}
