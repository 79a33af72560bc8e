//! The programs that a command starts, watched together: each becomes ready or fails with its own last words, and
//! none outlives the command.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::progress::now;

/// How long a part may take to be ready, or to tell anything.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a part may take to finish what it is doing when it is asked to stop.
const STOPPED_WITHIN: Duration = Duration::from_secs(8);
/// How many of a part's last lines are shown when it fails.
const LAST_WORDS: usize = 12;

enum Event {
    Ready(usize),
    Ended(usize, std::io::Result<ExitStatus>),
    /// Ctrl-C, or what a service manager or a closing terminal sends.
    Stop,
}

/// How to start a part.
pub(crate) struct Start {
    /// How people call it.
    pub(crate) name: &'static str,
    /// The program with its arguments.
    pub(crate) command: Command,
    /// Where all that it prints is kept.
    pub(crate) log: PathBuf,
    /// The word or words in the line by which it says that it is ready.
    pub(crate) ready: &'static str,
    /// The signal by which it stops in good order.
    pub(crate) stop: Signal,
}

struct Part {
    name: &'static str,
    group: Pid,
    stop: Signal,
    log: PathBuf,
    last_words: Arc<Mutex<VecDeque<String>>>,
    ready: bool,
    running: bool,
    /// Whether its end is wanted: then it is no failure.
    wanted_to_end: bool,
}

/// Running parts. Dropping it stops them all.
pub(crate) struct Fleet {
    parts: Vec<Part>,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

impl Fleet {
    /// A fleet without parts, which from now on takes Ctrl-C and its like.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let (sender, events) = channel();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("signals cannot be caught")?;
        let stop = sender.clone();
        std::thread::spawn(move || {
            for _ in signals.forever() {
                if stop.send(Event::Stop).is_err() {
                    break;
                }
            }
        });
        Ok(Self { parts: Vec::new(), sender, events })
    }

    /// Stops the fleet when standard input ends: a parent that dies in any way ends its children.
    pub(crate) fn stop_at_end_of_input(&self) {
        let stop = self.sender.clone();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = stop.send(Event::Stop);
        });
    }

    /// Starts a part in a process group of its own, so that a Ctrl-C reaches it once, through [`Fleet::stop`].
    /// Returns its process id.
    pub(crate) fn start(&mut self, mut start: Start) -> anyhow::Result<u32> {
        let log = File::create(&start.log).with_context(|| format!("{} cannot be written", start.log.display()))?;
        let (reader, writer) = std::io::pipe()?;
        start.command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
        let child = start
            .command
            .spawn()
            .with_context(|| format!("{} ({}) cannot be started", start.name, start.command.get_program().display()))?;
        // The command still holds the pipe's writing end: the part's end would not be seen.
        drop(start.command);
        let id = child.id();
        let group = i32::try_from(id).ok().and_then(Pid::from_raw).context("no process id")?;
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        let watcher = Watcher {
            part: self.parts.len(),
            ready: start.ready,
            log,
            last_words: last_words.clone(),
            sender: self.sender.clone(),
        };
        std::thread::spawn(move || watcher.watch(child, reader));
        self.parts.push(Part {
            name: start.name,
            group,
            stop: start.stop,
            log: start.log,
            last_words,
            ready: false,
            running: true,
            wanted_to_end: false,
        });
        Ok(id)
    }

    /// Ends the part of that process id at once, and does not wait.
    pub(crate) fn strike(&mut self, id: u32) -> anyhow::Result<()> {
        self.tell_to_end(id, Signal::KILL).map(drop)
    }

    fn tell_to_end(&mut self, id: u32, signal: Signal) -> anyhow::Result<usize> {
        let group = i32::try_from(id).ok().and_then(Pid::from_raw).context("no process id")?;
        let part = self.parts.iter().position(|part| part.group == group).context("no part has this process id")?;
        self.parts[part].wanted_to_end = true;
        let _ = kill_process_group(group, signal);
        Ok(part)
    }

    /// Ends the part of that process id by that signal, and waits until it is gone.
    pub(crate) fn end(&mut self, id: u32, signal: Signal) -> anyhow::Result<()> {
        let part = self.tell_to_end(id, signal)?;
        let patience = now() + READY_WITHIN;
        while self.parts[part].running {
            self.watch_until(patience)?;
            anyhow::ensure!(now() < patience, "{} does not end", self.parts[part].name);
        }
        Ok(())
    }

    /// Lets time pass. Fails when a part ends by itself meanwhile, or when told to stop.
    pub(crate) fn pause(&mut self, time: Duration) -> anyhow::Result<()> {
        let until = now() + time;
        while now() < until {
            self.watch_until(until)?;
        }
        Ok(())
    }

    /// Waits for one event, until that moment at most.
    fn watch_until(&mut self, until: Instant) -> anyhow::Result<()> {
        match self.events.recv_timeout(until.saturating_duration_since(now())) {
            Ok(Event::Ready(part)) => self.parts[part].ready = true,
            Ok(Event::Ended(part, _)) if self.is_wanted_to_end(part) => self.gone(part),
            Ok(Event::Ended(part, status)) => return Err(self.ended(part, status)),
            Ok(Event::Stop) => bail!("stopped"),
            Err(_) => {}
        }
        Ok(())
    }

    fn is_wanted_to_end(&self, part: usize) -> bool {
        self.parts.get(part).is_some_and(|part| part.wanted_to_end)
    }

    fn gone(&mut self, part: usize) {
        if let Some(part) = self.parts.get_mut(part) {
            (part.running, part.ready) = (false, true);
        }
    }

    /// Waits until every part started so far is ready, calling `each` with the name of one that has become so.
    ///
    /// Fails with one sentence when a part ends, when none has become ready for a minute, or when told to stop.
    pub(crate) fn all_ready(&mut self, mut each: impl FnMut(&str)) -> anyhow::Result<()> {
        while let Some(waiting) = self.parts.iter().find(|part| !part.ready) {
            match self.events.recv_timeout(READY_WITHIN) {
                Ok(Event::Ready(part)) => {
                    self.parts[part].ready = true;
                    each(self.parts[part].name);
                }
                Ok(Event::Ended(part, _)) if self.is_wanted_to_end(part) => self.gone(part),
                Ok(Event::Ended(part, status)) => return Err(self.ended(part, status)),
                Ok(Event::Stop) => bail!("stopped before everything was ready"),
                Err(_) => bail!(
                    "{} has not become ready within {} s{}",
                    waiting.name,
                    READY_WITHIN.as_secs(),
                    waiting.words()
                ),
            }
        }
        Ok(())
    }

    /// Waits until told to stop (no error), or until a part ends by itself (an error that names it).
    pub(crate) fn until_stopped(&mut self) -> anyhow::Result<()> {
        loop {
            match self.events.recv() {
                Ok(Event::Ready(part)) => self.parts[part].ready = true,
                Ok(Event::Ended(part, status)) => return Err(self.ended(part, status)),
                Ok(Event::Stop) | Err(_) => return Ok(()),
            }
        }
    }

    /// Runs a program in the foreground while the parts run; its output is the command's own.
    ///
    /// Fails when it fails, and when a part ends or Ctrl-C comes first: then it is stopped too.
    pub(crate) fn run(&mut self, name: &'static str, mut command: Command) -> anyhow::Result<()> {
        command.stdin(Stdio::null()).process_group(0);
        let mut child = command
            .spawn()
            .with_context(|| format!("{name} ({}) cannot be started", command.get_program().display()))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("no process id")?;
        let part = self.parts.len();
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            let status = child.wait();
            let _ = sender.send(Event::Ended(part, status));
        });
        let outcome = loop {
            match self.events.recv() {
                Ok(Event::Ended(which, status)) if which == part => match status? {
                    status if status.success() => return Ok(()),
                    status => bail!("{name} failed ({status})"),
                },
                Ok(Event::Ended(which, status)) => break self.ended(which, status),
                Ok(Event::Ready(which)) => self.parts[which].ready = true,
                Ok(Event::Stop) | Err(_) => break anyhow::anyhow!("stopped while {name} was running"),
            }
        };
        let _ = kill_process_group(group, Signal::TERM);
        Err(outcome)
    }

    /// Asks every part to stop, the last started first, and waits for them; ends those that do not.
    pub(crate) fn stop(&mut self) {
        for part in self.parts.iter().rev().filter(|part| part.running) {
            let _ = kill_process_group(part.group, part.stop);
        }
        while self.parts.iter().any(|part| part.running) {
            match self.events.recv_timeout(STOPPED_WITHIN) {
                Ok(Event::Ended(part, _)) => {
                    if let Some(part) = self.parts.get_mut(part) {
                        part.running = false;
                    }
                }
                Ok(Event::Ready(_)) => {}
                // A second Ctrl-C, or patience has run out.
                Ok(Event::Stop) | Err(_) => {
                    for part in self.parts.iter().filter(|part| part.running) {
                        let _ = kill_process_group(part.group, Signal::KILL);
                    }
                    break;
                }
            }
        }
    }

    fn ended(&mut self, part: usize, status: std::io::Result<ExitStatus>) -> anyhow::Error {
        let Some(part) = self.parts.get_mut(part) else {
            return anyhow::anyhow!("an unknown program ended");
        };
        part.running = false;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let when = if part.ready { "stopped by itself" } else { "did not start" };
        anyhow::anyhow!("{} {when} ({status}){}", part.name, part.words())
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Part {
    /// The part's last lines and where the others are.
    fn words(&self) -> String {
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = format!("; all that it said is in {}", self.log.display());
        for line in words.iter() {
            text += "\n    ";
            text += line;
        }
        text
    }
}

/// Reads what one part prints, to its end.
struct Watcher {
    part: usize,
    ready: &'static str,
    log: File,
    last_words: Arc<Mutex<VecDeque<String>>>,
    sender: Sender<Event>,
}

impl Watcher {
    fn watch(mut self, mut child: Child, reader: PipeReader) {
        let mut ready = false;
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            let _ = self.log.write_all(&line).and_then(|()| self.log.write_all(b"\n"));
            let line = String::from_utf8_lossy(&line).into_owned();
            if !ready && says(&line, self.ready) {
                ready = true;
                let _ = self.sender.send(Event::Ready(self.part));
            }
            let mut words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
            if words.len() == LAST_WORDS {
                words.pop_front();
            }
            words.push_back(line);
        }
        let _ = self.sender.send(Event::Ended(self.part, child.wait()));
    }
}

/// Whether a line has the words in it, as words: "already" is not "ready".
fn says(line: &str, words: &str) -> bool {
    line.match_indices(words).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + words.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    })
}

/// A new empty log file's place in a folder.
pub(crate) fn log_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(name: &'static str, script: &str) -> Start {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let log = std::env::temp_dir().join(format!("fleet-{name}-{}.log", std::process::id()));
        Start { name, command, log, ready: "ready", stop: Signal::TERM }
    }

    #[test]
    fn only_the_word_itself_says_ready() {
        assert!(says("INFO ready address=127.0.0.1:1", "ready"));
        assert!(says(r#"{"message":"ready"}"#, "ready"));
        assert!(!says("the port is already taken", "ready"));
    }

    #[test]
    fn a_part_that_fails_is_named_with_its_last_words() -> anyhow::Result<()> {
        let mut fleet = Fleet::new()?;
        fleet.start(start("failing", "echo the disk is full; exit 3"))?;
        let error = fleet.all_ready(|_| {}).err().context("it did not fail")?.to_string();
        assert!(error.starts_with("failing did not start (exit status: 3)"), "{error}");
        assert!(error.contains("the disk is full"), "{error}");
        Ok(())
    }

    #[test]
    fn dropping_the_fleet_ends_its_parts() -> anyhow::Result<()> {
        let mut fleet = Fleet::new()?;
        let id = fleet.start(start("lasting", "echo ready; exec tail -f /dev/null"))?;
        fleet.all_ready(|_| {})?;
        assert!(Path::new(&format!("/proc/{id}")).exists() || !Path::new("/proc").exists());
        drop(fleet);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
        Ok(())
    }
}
