//! `passport probe`: signs in from outside, over HTTPS, and says which step failed without a word of what it knows.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use passport::MIGRATIONS;
use serde_json::Value;
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::Installation;

const PASSWORD: &str = "Correct-horse-1";
const CLIENT: &str = "client_id = 'probe'\nclient_name = { zh = '探测', en = 'Probe' }\nfirst_party = true\n\
    redirect_uris = ['https://probe.test/cb']\nscopes = ['openid']\n";
const STEPS: [&str; 8] = ["discovery", "keys", "authorize", "sign-in", "token", "id-token", "userinfo", "sign-out"];

/// What the probe knows and must not say.
struct Known {
    secret: String,
}

/// Registers the probe's client, and writes what the probe is handed.
fn prepare(installation: &Installation, folder: &Path) -> Known {
    fs::write(folder.join("probe.toml"), CLIENT).expect("a file");
    let file = folder.join("probe.toml").display().to_string();
    let secret = folder.join("secret");
    let (done, said) =
        installation.command(&["clients", "add", "--file", &file, "--secret-file", &secret.display().to_string()]);
    assert!(done, "{said}");
    let secret = fs::read_to_string(secret).expect("a secret").trim().to_owned();
    fs::write(folder.join("password"), PASSWORD).expect("a file");
    Known { secret }
}

/// Probes with these changes of the usual arguments; the exit code and the report.
fn probe(installation: &Installation, folder: &Path, changes: &[(&str, &str)]) -> (Option<i32>, String, Value) {
    let file = |name: &str| folder.join(name).display().to_string();
    let mut arguments = vec![
        ("--issuer", installation.issuer()),
        ("--client", "probe".to_owned()),
        ("--client-secret-file", file("secret")),
        ("--redirect-uri", "https://probe.test/cb".to_owned()),
        ("--account", "lihua@example.cn".to_owned()),
        ("--password-file", file("password")),
        ("--browser-file", file("browser")),
        ("--ca-file", file("cert.pem")),
        ("--textfile", file("probe.prom")),
    ];
    for (name, value) in changes {
        let changed = arguments.iter_mut().find(|(known, _)| known == name).expect("an argument");
        (*value).clone_into(&mut changed.1);
    }
    let mut words = vec!["--json", "probe"];
    words.extend(arguments.iter().flat_map(|(name, value)| [*name, value.as_str()]));
    let (exit, said) = installation.outcome(&words);
    let report = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    (exit, said, report)
}

fn steps(report: &Value) -> Vec<&str> {
    report["steps"].as_array().expect("steps").iter().map(|step| step["step"].as_str().expect("a name")).collect()
}

/// The step that failed, which is the last.
fn failed(report: &Value) -> (&str, &str) {
    let last = report["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
    (last["step"].as_str().expect("a name"), last["failed"].as_str().expect("a reason"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_signs_in_and_out_over_https_and_leaves_nothing() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::taking_certificates(folder.path(), &config);
        prepare(&installation, folder.path());
        let process = installation.start();
        let (exit, said, report) = probe(&installation, folder.path(), &[]);
        assert_eq!((exit, &report["success"], steps(&report)), (Some(0), &Value::Bool(true), STEPS.to_vec()), "{said}");
        let metrics = fs::read_to_string(folder.path().join("probe.prom")).expect("metrics");
        assert!(metrics.contains("passport_probe_success 1\n"), "{metrics}");

        let browser = folder.path().join("browser");
        let token = fs::read_to_string(&browser).expect("the browser's token");
        assert_eq!(fs::metadata(&browser).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(probe(&installation, folder.path(), &[]).0, Some(0));
        assert_eq!(fs::read_to_string(&browser).expect("the browser's token"), token, "the same browser");
        process.kill();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_says_which_step_failed_and_never_what_it_knows() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::taking_certificates(folder.path(), &config);
        let known = prepare(&installation, folder.path());
        let wrong = folder.path().join("wrong");
        fs::write(&wrong, "Wrong-pass-1").expect("a file");
        let wrong = wrong.display().to_string();
        let process = installation.start();
        let mut all = String::new();
        for (change, step, why) in [
            (("--client", "nobody"), "authorize", "ended at /authorize (400"),
            (("--redirect-uri", "https://probe.test/other"), "authorize", "ended at /authorize (400"),
            (("--password-file", wrong.as_str()), "sign-in", "were refused"),
            (("--client-secret-file", wrong.as_str()), "token", "it answered 401"),
        ] {
            let (exit, said, report) = probe(&installation, folder.path(), &[change]);
            let (failing, reason) = failed(&report);
            assert!(exit == Some(6) && failing == step && reason.contains(why), "{change:?}: {said}");
            all += &said;
        }
        let metrics = fs::read_to_string(folder.path().join("probe.prom")).expect("metrics");
        assert!(metrics.contains("passport_probe_success 0\n"), "{metrics}");
        process.kill();
        let (exit, said, report) = probe(&installation, folder.path(), &[]);
        assert!(exit == Some(6) && failed(&report).0 == "discovery", "{said}");
        all += &said;
        for secret in [PASSWORD, "Wrong-pass-1", &known.secret, "lihua", "eyJ", "code="] {
            assert!(!all.contains(secret), "it says {secret}: {all}");
        }
    })
    .await;
}
