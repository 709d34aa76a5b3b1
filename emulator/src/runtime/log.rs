//! What a function prints: both its streams through one pipe, so that they stay in order, and of it the end.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    /// When each piece came, by the number of bytes that came before it; those of lost bytes are lost too.
    times: VecDeque<(u64, Duration)>,
}

/// The end of a log.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// How many bytes came before those.
    pub(super) lost: u64,
    /// When the beginning of each line came, from the start on.
    pub(super) times: Vec<Duration>,
}

impl Log {
    /// A log whose times count from `began`, and the pipe's ends for a process's stdout and stderr.
    pub(super) fn capture(began: Instant) -> io::Result<(Self, (PipeWriter, PipeWriter))> {
        let (reader, writer) = io::pipe()?;
        let writers = (writer.try_clone()?, writer);
        let tail = Arc::default();
        let (sender, ended) = mpsc::channel();
        let into = Arc::clone(&tail);
        // A thread, as a pipe can't be waited for in the same way on every system. It ends with the last writer.
        std::thread::Builder::new().name("function log".to_owned()).spawn(move || {
            read(reader, &into, began);
            // Nobody may be waiting any more.
            let _ = sender.send(());
        })?;
        Ok((Self { tail, ended }, writers))
    }

    /// What was written. Waits for the last writer to be gone,
    /// but no longer than `patience`.
    pub(super) async fn end(self, patience: Duration) -> Written {
        // By the system's clock, as tokio's may be paused. Should a writer live on, what it has written so far is the log.
        let ended = self.ended;
        let _ = tokio::task::spawn_blocking(move || ended.recv_timeout(patience)).await;
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let tail = std::mem::take(&mut *tail);
        tail.whole_lines()
    }
}

fn read(mut reader: PipeReader, tail: &Mutex<Tail>, began: Instant) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return,
            Ok(length) => {
                tail.lock().unwrap_or_else(PoisonError::into_inner).add(&piece[..length], began.elapsed());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Tail {
    fn add(&mut self, bytes: &[u8], at: Duration) {
        self.times.push_back((self.lost + self.kept.len() as u64, at));
        self.kept.extend(bytes);
        let over = self.kept.len().saturating_sub(ROOM);
        self.drop_first(over);
    }

    /// Where something was lost, the first line is only the end of one: it goes too.
    fn whole_lines(mut self) -> Written {
        if self.lost > 0
            && let Some(end) = self.kept.iter().position(|byte| *byte == b'\n')
        {
            self.drop_first(end + 1);
        }
        let (bytes, mut times, mut at) = (Vec::from(self.kept), Vec::new(), self.lost);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            while self.times.get(1).is_some_and(|(from, _)| *from <= at) {
                self.times.pop_front();
            }
            times.push(self.times.front().map(|(_, time)| *time).unwrap_or_default());
            at += line.len() as u64;
        }
        Written { bytes, lost: self.lost, times }
    }

    fn drop_first(&mut self, count: usize) {
        self.kept.drain(..count);
        self.lost += count as u64;
        while self.times.get(1).is_some_and(|(from, _)| *from <= self.lost) {
            self.times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ROOM, Tail};

    #[test]
    fn only_the_last_whole_lines_are_kept_of_a_long_log() {
        let mut tail = Tail::default();
        let line = "0123456789\n".repeat(100);
        for _ in 0..1000 {
            tail.add(line.as_bytes(), Duration::ZERO);
        }
        let written = tail.whole_lines();
        let kept = written.bytes;
        assert!(kept.len() <= ROOM && kept.len() > ROOM - 20);
        assert_eq!(kept.len() as u64 + written.lost, 1_100_000);
        assert!(kept.starts_with(b"0123456789\n"));
    }

    #[test]
    fn a_line_has_the_time_at_which_it_began() {
        let mut tail = Tail::default();
        for (second, text) in ["one\ntw", "o\n", "three\nfour"].into_iter().enumerate() {
            tail.add(text.as_bytes(), Duration::from_secs(second as u64));
        }
        let seconds: Vec<u64> = tail.whole_lines().times.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [0, 0, 2, 2]);
    }
}
