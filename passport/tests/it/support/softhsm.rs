//! A token in software (SoftHSM), in a folder of its own: a program finds it by its environment, so the tests run the
//! program as a process.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, fcntl_lock};

/// Debian's package `softhsm2`.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "4711-right";
const SECURITY_OFFICER: &str = "0815-officer";

/// A token.
pub(crate) struct SoftToken {
    folder: PathBuf,
    label: String,
}

impl SoftToken {
    /// Makes one, initialised; none where SoftHSM is not installed, unless that is required.
    pub(crate) fn new(folder: &Path, label: &str) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "what a machine has is no setting of the product")]
        let is_required = std::env::var("REQUIRE_SOFTHSM").is_ok_and(|required| required == "1");
        if !Path::new(MODULE).exists() {
            assert!(!is_required, "REQUIRE_SOFTHSM=1, but there is no {MODULE}: install softhsm2");
            eprintln!("left out: install softhsm2");
            return None;
        }
        let token = Self { folder: folder.to_owned(), label: label.to_owned() };
        std::fs::create_dir_all(token.objects_folder()).expect("a folder");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            token.objects_folder().display()
        );
        std::fs::write(token.configuration(), text).expect("a file");
        token.add(label);
        token.set_pin(PIN);
        Some(token)
    }

    /// Initialises another token beside it.
    pub(crate) fn add(&self, label: &str) {
        self.tool(&["--init-token", "--free", "--label", label, "--so-pin", SECURITY_OFFICER, "--pin", PIN]);
    }

    /// Writes that into the file of the PIN.
    pub(crate) fn set_pin(&self, pin: &str) {
        std::fs::write(self.folder.join("pin"), pin).expect("a file");
    }

    /// Writes the right one.
    pub(crate) fn right_pin(&self) {
        self.set_pin(PIN);
    }

    /// What a program is told that is to find it.
    pub(crate) fn environment(&self) -> (&'static str, String) {
        ("SOFTHSM2_CONF", self.configuration().display().to_string())
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    /// The section of the settings.
    pub(crate) fn settings(&self) -> String {
        format!(
            "[keys.pkcs11]\nmodule = '{MODULE}'\ntoken = '{}'\npin_file = '{}'\n",
            self.label,
            self.folder.join("pin").display()
        )
    }

    /// Takes every token away from whoever uses it, or brings it back.
    pub(crate) fn take_away(&self, is_away: bool) {
        let (here, away) = (self.objects_folder(), self.folder.join("away"));
        std::fs::create_dir_all(&away).expect("a folder");
        let (from, to) = if is_away { (here, away) } else { (away, here) };
        for token in std::fs::read_dir(from).expect("a folder") {
            let token = token.expect("a token");
            std::fs::rename(token.path(), to.join(token.file_name())).expect("moved");
        }
    }

    /// Has it keep whoever asks it waiting, until that is dropped: it waits for the locks of its files.
    pub(crate) fn hang(&self) -> Vec<File> {
        let lock = |path: PathBuf| {
            let file = OpenOptions::new().read(true).write(true).open(path).expect("a file");
            fcntl_lock(&file, FlockOperation::LockExclusive).expect("locked");
            file
        };
        self.files().into_iter().map(lock).collect()
    }

    /// How many objects are in it: each is a file.
    pub(crate) fn count(&self) -> usize {
        self.objects().len()
    }

    /// What is true of the objects in it: for each, the names of the attributes that are set.
    pub(crate) fn truths(&self) -> Vec<Vec<String>> {
        let of = |path: PathBuf| {
            let told = Command::new("softhsm2-dump-file").arg(path).output().expect("softhsm2-dump-file runs");
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            let mut name = "";
            let words = told.lines().filter_map(|line| line.split_whitespace().last());
            let mut truths = Vec::new();
            for word in words {
                match word {
                    "TRUE" => truths.push(name.to_owned()),
                    word if word.starts_with("CKA_") => name = word,
                    _ => {}
                }
            }
            truths
        };
        self.objects().into_iter().map(of).collect()
    }

    fn objects(&self) -> Vec<PathBuf> {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_one = |path: &PathBuf| name(path).ends_with(".object") && name(path) != "token.object";
        self.files().into_iter().filter(is_one).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let tokens = std::fs::read_dir(self.objects_folder()).expect("a folder");
        let files = tokens.flat_map(|token| std::fs::read_dir(token.expect("a token").path()).expect("a folder"));
        files.map(|file| file.expect("a file").path()).collect()
    }

    fn objects_folder(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    fn tool(&self, arguments: &[&str]) {
        let mut tool = Command::new("softhsm2-util");
        let done = tool.env("SOFTHSM2_CONF", self.configuration()).args(arguments).stdout(Stdio::null()).status();
        assert!(done.expect("softhsm2-util runs").success(), "{arguments:?}");
    }
}
