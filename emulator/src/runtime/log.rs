//! What a function prints: both its streams through one pipe, so that they stay in order, and of it the end.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes that are kept: a function that prints without end must not fill the memory.
const ROOM: usize = 256 * 1024;

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Log {
    tail: Arc<Mutex<Tail>>,
    /// Answers when nobody can write any more.
    ended: Receiver<()>,
}

#[derive(Debug, Default)]
struct Tail {
    kept: VecDeque<u8>,
    lost: u64,
}

impl Log {
    /// A log, and the pipe's ends for a process's stdout and stderr.
    pub(super) fn capture() -> io::Result<(Self, (PipeWriter, PipeWriter))> {
        let (reader, writer) = io::pipe()?;
        let writers = (writer.try_clone()?, writer);
        let tail = Arc::default();
        let (sender, ended) = mpsc::channel();
        let into = Arc::clone(&tail);
        // A thread, as a pipe can't be waited for in the same way on every system. It ends with the last writer.
        std::thread::Builder::new().name("function log".to_owned()).spawn(move || {
            read(reader, &into);
            // Nobody may be waiting any more.
            let _ = sender.send(());
        })?;
        Ok((Self { tail, ended }, writers))
    }

    /// What was written: the end of it, and how many bytes before that are lost. Waits for the last writer to be gone,
    /// but no longer than `patience`.
    pub(super) async fn end(self, patience: Duration) -> (Vec<u8>, u64) {
        // By the system's clock, as tokio's may be paused. Should a writer live on, what it has written so far is the log.
        let ended = self.ended;
        let _ = tokio::task::spawn_blocking(move || ended.recv_timeout(patience)).await;
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let tail = std::mem::take(&mut *tail);
        tail.whole_lines()
    }
}

fn read(mut reader: PipeReader, tail: &Mutex<Tail>) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return,
            Ok(length) => tail.lock().unwrap_or_else(PoisonError::into_inner).add(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Tail {
    fn add(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        let over = self.kept.len().saturating_sub(ROOM);
        self.drop_first(over);
    }

    /// Where something was lost, the first line is only the end of one: it goes too.
    fn whole_lines(mut self) -> (Vec<u8>, u64) {
        if self.lost > 0
            && let Some(end) = self.kept.iter().position(|byte| *byte == b'\n')
        {
            self.drop_first(end + 1);
        }
        (self.kept.into(), self.lost)
    }

    fn drop_first(&mut self, count: usize) {
        self.kept.drain(..count);
        self.lost += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOM, Tail};

    #[test]
    fn only_the_last_whole_lines_are_kept_of_a_long_log() {
        let mut tail = Tail::default();
        let line = "0123456789\n".repeat(100);
        for _ in 0..1000 {
            tail.add(line.as_bytes());
        }
        let (kept, lost) = tail.whole_lines();
        assert!(kept.len() <= ROOM && kept.len() > ROOM - 20);
        assert_eq!(kept.len() as u64 + lost, 1_100_000);
        assert!(kept.starts_with(b"0123456789\n"));
    }
}
