//! What a node counts and measures: everything that is looked at is there, and nobody outside makes it more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use http::Method;
use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::{Installation, Process, SignIn};

const PAGE: &str = "docs/operate/metrics.md";
const BEGIN: &str = "<!-- list -->\n";
const END: &str = "<!-- end of list -->\n";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The series of an answer of `/metrics`, without their values.
fn series(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect()
}

fn name(series: &str) -> &str {
    series.split('{').next().unwrap_or_default()
}

/// The names in a text that begin with one of our programs.
fn named(text: &str) -> BTreeSet<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !word(c));
    words.filter(|word| word.starts_with("passport_") || word.starts_with("cet_site_")).collect()
}

/// A passport over HTTPS that somebody has used.
async fn used(folder: &Path, config: &DbConfig) -> (Installation, Process) {
    let installation = Installation::taking_certificates(folder, config).watched();
    let process = installation.start();
    let SignIn::Acknowledged(_) = process.visitor().sign_in().await else { panic!("no session") };
    assert_eq!(process.status("/no-such-page", "").await, 404);
    (installation, process)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_dashboard_and_alerts_look_at_is_exported_and_described() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, process) = used(folder.path(), &config).await;
        let text = installation.metrics().await;
        let exported = series(&text);
        let names: BTreeSet<&str> = exported.iter().map(|series| name(series)).collect();
        let probe = include_str!("../../src/cli/probe/report.rs");
        for file in ["deploy/observe/alerts.yml", "deploy/observe/grafana/passport.json"] {
            let file = read(file);
            let looked_at = named(&file);
            assert!(looked_at.len() > 10, "{looked_at:?}");
            for name in looked_at {
                // The sites count requests with the same kit.
                let ours = name.replace("cet_site_http_", "passport_http_");
                let is_there = names.contains(ours.as_str()) || (name.contains("_probe_") && probe.contains(name));
                assert!(is_there, "{name} is looked at, and nothing exports it");
            }
        }
        let labels: BTreeSet<&str> = exported.iter().flat_map(|series| labels(series)).collect();
        for label in labels_looked_at(&read("deploy/observe/alerts.yml")) {
            assert!(labels.contains(label.as_str()), "the label {label} is looked at, and no metric has it");
        }
        is_described(&text);
        process.kill();
    })
    .await;
}

/// The labels of a series.
fn labels(series: &str) -> impl Iterator<Item = &str> {
    let inner = series.split_once('{').map(|(_, inner)| inner.trim_end_matches('}')).unwrap_or_default();
    inner.split(',').filter_map(|pair| Some(pair.split_once('=')?.0))
}

/// The labels that alerts tell, but for those that Prometheus gives to whoever is asked.
fn labels_looked_at(alerts: &str) -> BTreeSet<String> {
    let told = alerts.split("$labels.").skip(1);
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    told.map(|rest| rest.chars().take_while(word).collect()).filter(|label| label != "instance").collect()
}

/// Every metric stands in the list of the page, with its kind and its labels.
fn is_described(text: &str) {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for series in series(text) {
        let of = labels.entry(name(&series).to_owned()).or_default();
        of.extend(self::labels(&series).map(str::to_owned));
    }
    let kinds: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    let mut rows = vec!["| metric | kind | labels | what it is |".to_owned(), "|---|---|---|---|".to_owned()];
    for (name, help) in text.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' ')) {
        let kind = kinds[name];
        let shown = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        let sampled = if kind == "histogram" { format!("{name}_count") } else { shown.clone() };
        let labels: Vec<&str> = labels.get(&sampled).into_iter().flatten().map(String::as_str).collect();
        rows.push(format!("| `{shown}` | {kind} | {} | {} |", labels.join(", "), help.trim_end_matches('.')));
    }
    let list = rows.join("\n") + "\n";
    let page = read(PAGE);
    let (before, rest) = page.split_once(BEGIN).expect("where the list begins");
    let (there, after) = rest.split_once(END).expect("where the list ends");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root(PAGE), format!("{before}{BEGIN}{list}{END}{after}")).expect("written");
    } else {
        assert_eq!(there, list, "{PAGE} is old: UPDATE_DOCS=1 cargo test -p passport --test it metrics");
    }
}

#[test]
fn every_alert_has_a_test_of_when_it_fires_and_when_not() {
    let (alerts, tests) = (read("deploy/observe/alerts.yml"), read("deploy/observe/alerts_test.yml"));
    let alerts: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 15, "{alerts:?}");
    for alert in alerts {
        for what in ["fires", "keeps quiet"] {
            assert!(tests.contains(&format!("- name: {alert} {what}\n")), "no test that {alert} {what}");
        }
    }
}

/// A request for tokens, by whoever.
fn grant<'a>(grant: &'a str, client: &'a str) -> [(&'a str, &'a str); 3] {
    [("grant_type", grant), ("client_id", client), ("client_secret", "x")]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_stranger_sends_begins_a_series() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, process) = used(folder.path(), &config).await;
        let stranger = process.site(None);
        let ask = async |method: &str, path: &str, form: &[(&str, &str)]| {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let request = stranger.request(method, format!("{}{path}", installation.issuer())).form(form);
            request.send().await.expect("an answer").status().as_u16()
        };
        // What there is to be known of these routes and outcomes is known after the first time.
        for (path, form) in
            [("/token", &grant("password", "nobody")[..]), ("/authorize?client_id=nobody", &[]), ("/jwks", &[])]
        {
            ask("POST", path, form).await;
            ask("GET", path, &[]).await;
        }
        ask("GET", "/clients/nobody/jwks.json", &[]).await;
        let before = series(&installation.metrics().await);
        assert!(before.iter().any(|series| series.contains("route=\"none\"")), "{before:?}");

        for n in 0..20 {
            let unknown = format!("made-up-{n}");
            ask("GET", &format!("/{unknown}"), &[]).await;
            ask("GET", &format!("/clients/{unknown}/jwks.json"), &[]).await;
            ask(&format!("BREW{n}"), "/jwks", &[]).await;
            ask("GET", &format!("/authorize?client_id={unknown}"), &[]).await;
            ask("POST", "/token", &grant(&unknown, &unknown)).await;
        }
        let after = series(&installation.metrics().await);
        let new: Vec<_> = after.difference(&before).collect();
        assert_eq!(new, Vec::<&String>::new());
        process.kill();
    })
    .await;
}
