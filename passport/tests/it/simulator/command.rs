//! The command, as a process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing is left to do for one that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passport"));
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn one_command_serves_without_settings_and_without_a_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = command(&["simulate", "--listen", "127.0.0.1:0"]).current_dir(&folder).spawn().expect("started");
    let output = child.stdout.take().expect("its output");
    let _running = Running(child);
    let mut issuer = None;
    for line in BufReader::new(output).lines().map(|line| line.expect("a line")) {
        if let Some(address) = line.trim().strip_prefix("issuer") {
            issuer = Some(address.trim().to_owned());
        }
        if line == "ready" {
            break;
        }
    }
    let issuer = issuer.expect("an issuer");
    let http = shared::http::client::ClientBuilder::new().build().expect("a client");
    let read = async |path: &str| -> Value {
        let answer = http.get(format!("{issuer}{path}")).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
    };
    assert_eq!(read("/.well-known/openid-configuration").await["issuer"], issuer.as_str());
    assert_eq!(read("/simulator/faults").await["on"], serde_json::json!([]));
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 0, "it writes nothing");
}

#[test]
fn it_lets_no_other_machine_reach_it_unless_that_is_said() {
    let refused = command(&["simulate", "--listen", "0.0.0.0:0"]).output().expect("ended");
    assert_eq!(refused.status.code(), Some(5));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("other machines") && said.contains("--allow-others"), "{said}");
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.toml");
    std::fs::write(&file, "[[candidate]]\nid = 'minor'\n").expect("a file");
    let path = file.to_str().expect("a path");
    let refused = command(&["simulate", "--listen", "127.0.0.1:0", "--candidates", path]).output().expect("ended");
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("people.toml") && said.contains("minor"), "{said}");
}
