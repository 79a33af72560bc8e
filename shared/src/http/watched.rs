//! Files that are exchanged while the program runs.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Files that somebody may exchange at any time.
pub struct WatchedFiles {
    files: Vec<PathBuf>,
    seen: Vec<Option<Version>>,
    look_again: Duration,
    hangups: Hangups,
}

/// What tells one version of a file from another: when it was written, how long it is, and which file it is. A file that
/// was moved into place may be older than the one before.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    written: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Version {
    fn of(file: &Path) -> Option<Self> {
        let found = std::fs::metadata(file).ok()?;
        Some(Self {
            written: found.modified().ok(),
            length: found.len(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&found),
        })
    }
}

impl WatchedFiles {
    /// Those files, from now on: to be called before they are read, so that no version falls between. Within a runtime.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        let seen = look(&files);
        Self { files, seen, look_again: LOOK_AGAIN, hangups: Hangups::heard() }
    }

    /// The same, looked at as often as that.
    #[must_use]
    pub fn every(mut self, pause: Duration) -> Self {
        self.look_again = pause;
        self
    }

    /// Completes when one of them is another than when they were last looked at, or when SIGHUP says so. A file that is
    /// missing is on its way.
    pub async fn changed(&mut self) {
        loop {
            let told = tokio::select! {
                () = tokio::time::sleep(self.look_again) => false,
                () = self.hangups.next() => true,
            };
            if self.looks_new(told) {
                return;
            }
        }
    }

    /// Looks at them: whether they are to be taken up, since they changed or somebody says so.
    fn looks_new(&mut self, told: bool) -> bool {
        let found = look(&self.files);
        let new = told || (found != self.seen && found.iter().all(Option::is_some));
        if new {
            self.seen = found;
        }
        new
    }
}

fn look(files: &[PathBuf]) -> Vec<Option<Version>> {
    files.iter().map(|file| Version::of(file)).collect()
}

impl std::fmt::Debug for WatchedFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchedFiles").field("files", &self.files).finish_non_exhaustive()
    }
}

/// SIGHUP, where there is one.
struct Hangups(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

impl Hangups {
    #[cfg(unix)]
    fn heard() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok())
    }

    #[cfg(not(unix))]
    fn heard() -> Self {
        Self()
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(5);
    const PATIENCE: Duration = Duration::from_secs(10);

    async fn in_time(mut files: WatchedFiles) -> WatchedFiles {
        tokio::time::timeout(PATIENCE, files.changed()).await.expect("the change is seen");
        files
    }

    #[tokio::test]
    async fn another_file_in_its_place_is_seen_though_it_is_older_and_as_long() {
        let dir = tempfile::tempdir().expect("a folder");
        let [here, beside] = ["here", "beside"].map(|name| dir.path().join(name));
        std::fs::write(&beside, "a").expect("a file");
        std::fs::write(&here, "b").expect("a file");
        let files = WatchedFiles::new([here.clone()]).every(SOON);
        std::fs::rename(&beside, &here).expect("moved");
        let files = in_time(files).await;
        std::fs::write(&here, "longer").expect("a file");
        in_time(files).await;
    }

    #[tokio::test]
    async fn what_is_missing_is_waited_for_and_what_was_seen_is_not_new() {
        let dir = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|name| dir.path().join(name));
        std::fs::write(&one, "a").expect("a file");
        std::fs::write(&other, "a").expect("a file");
        let mut files = WatchedFiles::new([one.clone(), other.clone()]);
        assert!(!files.looks_new(false));
        std::fs::remove_file(&other).expect("removed");
        std::fs::write(&one, "new").expect("a file");
        assert!(!files.looks_new(false), "half of the change was taken for the whole");
        std::fs::write(&other, "new").expect("a file");
        assert!(files.looks_new(false));
        assert!(!files.looks_new(false), "it was seen");
        assert!(files.looks_new(true), "somebody says so");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_hangup_says_to_look_at_once() {
        let mut files = WatchedFiles::new([]).every(Duration::MAX);
        let pid = std::process::id().to_string();
        let told = async {
            let status = tokio::process::Command::new("kill").args(["-HUP", &pid]).status().await;
            assert!(status.expect("a signal is sent").success());
            files.changed().await;
        };
        tokio::time::timeout(PATIENCE, told).await.expect("it is heard");
    }
}
