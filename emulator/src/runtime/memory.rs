//! How much memory a process and its children take, as far as the system tells without being asked for more.

/// Bytes of memory that are really in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Now.
    pub(super) now: u64,
    /// The most that each has had, added up.
    pub(super) most: u64,
}

/// The memory of a process and of all that descends from it. Nothing if it has ended.
#[cfg(target_os = "linux")]
pub(super) fn of(process: u32) -> Usage {
    let mut sum = read(process).unwrap_or_default();
    for child in children(process) {
        let of_child = of(child);
        sum = Usage { now: sum.now + of_child.now, most: sum.most + of_child.most };
    }
    sum
}

/// Elsewhere nothing is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_process: u32) -> Usage {
    Usage::default()
}

#[cfg(target_os = "linux")]
fn read(process: u32) -> Option<Usage> {
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// `VmRSS` and `VmHWM`, which stand there in kB.
#[cfg(target_os = "linux")]
fn parse(status: &str) -> Option<Usage> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    };
    Some(Usage { now: bytes("VmRSS")?, most: bytes("VmHWM")? })
}

#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let listed = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    listed.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Usage, of, parse};

    #[test]
    fn memory_is_read_in_bytes_and_that_of_this_process_is_some() {
        let status = "Name:\tpython3\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        assert_eq!(parse(status), Some(Usage { now: 1_048_576, most: 2_097_152 }));
        assert_eq!(parse("Name:\tzombie\n"), None);
        let own = of(std::process::id());
        assert!(own.now > 100_000 && own.most >= own.now, "{own:?}");
    }
}
