//! Log lines gather for a moment and are written together by a thread of their own, so that no request
//! waits for a terminal or a pipe.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long the first line waits for company.
const GATHER: Duration = Duration::from_millis(20);
/// So much is written without waiting longer.
const PLENTY: usize = 64 << 10;
/// Beyond this, lines are dropped and counted: a reader that stopped reading must not fill the memory.
const MOST: usize = 4 << 20;

/// Where log lines go. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Output(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: u64,
    closed: bool,
}

/// The thread that writes.
#[derive(Debug)]
pub(super) struct Writer(JoinHandle<()>);

impl Writer {
    /// Waits until everything is written; the output must be [closed](Output::close) before.
    pub(super) fn finish(self) {
        // A panic of the thread has nothing left to lose.
        let _ = self.0.join();
    }
}

impl Output {
    /// An output to `sink`, and the thread that feeds it.
    pub(super) fn to(sink: impl Write + Send + 'static) -> (Self, Writer) {
        let output = Self(Arc::new(Shared { waiting: Mutex::default(), wake: Condvar::new() }));
        let shared = Arc::clone(&output.0);
        (output, Writer(std::thread::spawn(move || shared.feed(sink))))
    }

    /// Adds whole lines.
    pub(super) fn append(&self, lines: &[u8]) {
        self.append_with(|bytes| bytes.extend_from_slice(lines));
    }

    /// Adds what `write` writes, straight into the buffer.
    pub(super) fn append_with(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut waiting = self.0.lock();
        let before = waiting.bytes.len();
        if before > MOST {
            waiting.lost += 1;
            return;
        }
        write(&mut waiting.bytes);
        let woken = before == 0 || (before < PLENTY && waiting.bytes.len() >= PLENTY);
        drop(waiting);
        if woken {
            self.0.wake.notify_one();
        }
    }

    /// Lets the thread end once everything is written.
    pub(super) fn close(&self) {
        self.0.lock().closed = true;
        self.0.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // The buffer is whole lines at any time a holder could have panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn feed(&self, mut sink: impl Write) {
        let mut taken = Vec::new();
        loop {
            let (closed, lost) = self.take(&mut taken);
            // Nobody is left to tell when standard error itself fails.
            let _ = sink.write_all(&taken);
            if lost > 0 {
                let _ = writeln!(sink, "{lost} log lines were lost: standard error is not read fast enough");
            }
            let _ = sink.flush();
            taken.clear();
            if closed {
                return;
            }
        }
    }

    /// Waits for lines, lets more gather, and takes them all.
    fn take(&self, taken: &mut Vec<u8>) -> (bool, u64) {
        let idle = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.closed;
        let gathering = |waiting: &mut Waiting| waiting.bytes.len() < PLENTY && !waiting.closed;
        let waiting = self.wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let (mut waiting, _) =
            self.wake.wait_timeout_while(waiting, GATHER, gathering).unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.bytes, taken);
        (waiting.closed, std::mem::take(&mut waiting.lost))
    }
}

/// One event of `tracing`, written whole.
pub(super) struct Event<'a>(&'a Output);

impl Write for Event<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Event<'a>;

    fn make_writer(&'a self) -> Event<'a> {
        Event(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A sink that hands on what is written, and waits to be let through.
    struct Gate(mpsc::Sender<Vec<u8>>, mpsc::Receiver<()>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(bytes.to_vec());
            let _ = self.1.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_whole_and_in_order_before_the_end() {
        let (sent, received) = mpsc::channel();
        let (_open, gate) = mpsc::channel();
        drop(_open);
        let (output, writer) = Output::to(Gate(sent, gate));
        for line in ["a\n", "b\n", "c\n"] {
            output.append(line.as_bytes());
        }
        output.close();
        writer.finish();
        assert_eq!(received.iter().flatten().collect::<Vec<u8>>(), b"a\nb\nc\n");
    }

    #[test]
    fn a_sink_that_stands_still_costs_lines_not_memory() {
        let (sent, received) = mpsc::channel();
        let (open, gate) = mpsc::channel();
        let (output, writer) = Output::to(Gate(sent, gate));
        output.append(b"first\n");
        assert_eq!(received.recv().expect("the first line"), b"first\n");
        output.append(&vec![b'x'; MOST + 1]);
        output.append(b"lost\n");
        assert!(output.0.lock().bytes.len() <= MOST + 1);
        drop(open);
        output.close();
        writer.finish();
        let rest = received.iter().flatten().collect::<Vec<u8>>();
        assert!(rest.ends_with(b"1 log lines were lost: standard error is not read fast enough\n"));
    }
}
