//! The rules of reading settings.

use std::path::PathBuf;
use std::time::Duration;

use super::*;

crate::choice! {
    /// A policy.
    enum Policy {
        /// Each time.
        Always = "always",
        /// Never.
        Off = "off",
    }
}

crate::settings! {
    /// All kinds of settings.
    struct Settings {
        /// The public
        /// address.
        issuer: BaseUrl,
        /// Somewhere.
        server: Server,
        /// A policy | of two.
        policy: Policy = "off",
    }
}

crate::settings! {
    /// A section.
    struct Server {
        /// Where.
        listen: std::net::SocketAddr = "127.0.0.1:8443",
        /// Names.
        names: Vec<String> = ["a", "b"],
        /// Waiting.
        wait: Duration = "30s",
        /// How much.
        body: Size = "64KiB",
        /// How many.
        threads: u16 = 4,
        /// A key.
        key_file: Option<SecretSource>,
        /// A folder.
        folder: Option<PathBuf>,
        /// Deeper.
        inner: Inner,
    }
    check wait_is_not_zero
}

crate::settings! {
    /// A section in a section.
    struct Inner {
        /// On or off.
        enabled: bool = true,
        /// A service.
        service: Option<ConnectionUrl>,
    }
}

fn wait_is_not_zero(server: &Server, problems: &mut Problems<'_>) {
    if server.wait.is_zero() {
        problems.add("wait", "must be longer than 0s");
    }
}

const ISSUER: &str = "issuer = 'https://passport.example'\n";

fn read(text: &str, env: &[(&str, &str)]) -> Result<Settings, ConfigErrors> {
    parse(text, "APP", env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn refusal(text: &str, env: &[(&str, &str)]) -> String {
    read(text, env).expect_err("these settings are wrong").to_string()
}

#[test]
fn defaults_apply_where_nothing_is_said() {
    let settings = read(ISSUER, &[]).expect("valid");
    assert_eq!(settings.issuer.as_str(), "https://passport.example");
    assert_eq!(settings.server.listen.port(), 8443);
    assert_eq!(settings.server.names, ["a", "b"]);
    assert_eq!(settings.server.wait, Duration::from_secs(30));
    assert_eq!(settings.server.body.bytes(), 65536);
    assert_eq!(settings.server.threads, 4);
    assert!(settings.server.inner.enabled && settings.server.folder.is_none());
    assert_eq!(settings.policy, Policy::Off);
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = format!("{ISSUER}policy = 'off'\n[server]\nwait = '1m'\n[server.inner]\nenabled = true");
    let env = [
        ("APP__SERVER__WAIT", "2h"),
        ("APP__SERVER__INNER__ENABLED", "false"),
        ("APP__SERVER__NAMES", "x, y"),
        ("APP__POLICY", "always"),
        ("OTHER__SERVER__WAIT", "5s"),
    ];
    let settings = read(&file, &env).expect("valid");
    assert_eq!(settings.server.wait, Duration::from_secs(7200));
    assert!(!settings.server.inner.enabled);
    assert_eq!(settings.server.names, ["x", "y"]);
    assert_eq!(settings.policy, Policy::Always);
}

#[test]
fn an_empty_variable_unsets_an_optional_setting() {
    let file = format!("{ISSUER}[server]\nfolder = '/srv'");
    assert_eq!(read(&file, &[("APP__SERVER__FOLDER", "")]).expect("valid").server.folder, None);
    assert!(refusal(ISSUER, &[("APP__SERVER__THREADS", "")]).contains("APP__SERVER__THREADS: must be an integer"));
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let file =
        "policy = 'sometimes'\n[server]\nlisten = 'here'\nthreads = 70000\nwait = 30\nbody = '1 elephant'\nlisetn = 1";
    let text = refusal(file, &[("APP__SERVER__NAME", "x")]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "issuer: is required (https URL)",
            "server.listen: `here` is not an IP address and port such as 127.0.0.1:8443",
            "server.wait: must be a duration such as \"30s\", \"15m\", \"12h\" or \"30d\"",
            "server.body: must be a size such as \"64KiB\" or \"2MiB\"",
            "server.threads: must be an integer from 0 to 65535",
            "policy: `sometimes` is none of `always`, `off`",
            "server.lisetn: no such setting; did you mean `server.listen`?",
            "APP__SERVER__NAME: no such setting in the environment; did you mean `APP__SERVER__NAMES`?",
        ]
    );
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    assert_eq!(
        refusal(&format!("{ISSUER}listen = '1'"), &[]),
        "listen: no such setting; did you mean `server.listen`?"
    );
    assert_eq!(
        refusal(&format!("{ISSUER}[sever]\nwait = '1s'"), &[]),
        "[sever]: no such section; did you mean `server`?"
    );
    assert_eq!(
        refusal(&format!("{ISSUER}[server.iner]\n"), &[]),
        "[server.iner]: no such section; did you mean `server.inner`?"
    );
    assert_eq!(refusal(&format!("{ISSUER}zzz = 1"), &[]), "zzz: no such setting");
}

#[test]
fn a_section_must_be_a_table() {
    assert_eq!(refusal(&format!("{ISSUER}server = 1"), &[]), "server: is a section: write its settings below [server]");
}

#[test]
fn the_check_of_a_section_names_the_setting() {
    assert_eq!(refusal(&format!("{ISSUER}[server]\nwait = '0s'"), &[]), "server.wait: must be longer than 0s");
}

#[test]
fn a_syntax_error_names_the_line_and_shows_no_content() {
    let text = refusal("issuer = 'https://a.example'\nsecret = hunter2", &[]);
    assert!(text.starts_with("line 2: not valid TOML"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_secret_comes_from_a_file_or_the_environment_and_is_never_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("key");
    std::fs::write(&path, "hunter2\n").expect("a file");
    let file = format!("{ISSUER}[server]\nkey_file = '{}'", path.display());
    let settings = read(&file, &[]).expect("valid");
    let source = settings.server.key_file.clone().expect("given");
    assert_eq!(source.read().expect("readable").expose(), "hunter2");
    assert!(!format!("{settings:?}").contains("hunter2"));

    let settings = read(&file, &[("APP__SERVER__KEY", "hunter3")]).expect("valid");
    assert!(!format!("{settings:?}").contains("hunter3"));
    assert_eq!(settings.server.key_file.expect("given").read().expect("given").expose(), "hunter3");

    assert!(refusal(&format!("{ISSUER}[server]\nkey = 'hunter2'"), &[]).contains("server.key: no such setting"));
}

#[test]
fn a_secret_file_that_is_missing_or_empty_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let missing = dir.path().join("none");
    assert!(
        SecretSource::file(&missing)
            .read()
            .expect_err("missing")
            .to_string()
            .contains("none: the secret cannot be read")
    );
    let empty = dir.path().join("empty");
    std::fs::write(&empty, " \n").expect("a file");
    assert!(SecretSource::file(&empty).read().expect_err("empty").message.contains("empty"));
}

#[test]
fn a_password_in_an_address_is_refused_in_the_file_and_hidden_from_the_environment() {
    let file = format!("{ISSUER}[server.inner]\nservice = 'postgres://me:hunter2@db/app'");
    let text = refusal(&file, &[]);
    assert!(text.starts_with("server.inner.service: must not hold a password"), "{text}");
    assert!(!text.contains("hunter2"));

    let settings = read(ISSUER, &[("APP__SERVER__INNER__SERVICE", "postgres://me:hun@ter2@db/app")]).expect("valid");
    let service = settings.server.inner.service.expect("given");
    assert_eq!(format!("{service:?}"), "postgres://me:[redacted]@db/app");
    assert_eq!(service.expose(), "postgres://me:hun@ter2@db/app");
}

#[test]
fn the_password_of_the_database_is_put_into_its_address() {
    let settings = DatabaseSettings {
        url: ConnectionUrl::new("postgres://me@db/app"),
        password_file: Some(SecretSource::given(crate::secret::SecretString::new("p@ss/word"))),
        max_connections: 2,
        statement_timeout: Duration::from_secs(1),
        acquire_timeout: Duration::from_secs(1),
    };
    assert_eq!(settings.db_config().expect("valid").url, "postgres://me:p%40ss%2Fword@db/app");
}

#[test]
fn a_public_address_is_https_and_plain() {
    for good in
        ["https://a.example", "https://a.example/", "http://127.0.0.1:8080", "http://x.localhost", "http://[::1]:1"]
    {
        assert!(BaseUrl::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "http://a.example",
        "https://a.example/?q",
        "https://a.example/#f",
        "https://u@a.example",
        "ftp://a",
        "a.example",
        "",
    ] {
        assert!(BaseUrl::parse(bad).is_err(), "{bad}");
    }
    let url = BaseUrl::parse("https://A.example:8443/base/").expect("valid");
    assert_eq!((url.as_str(), url.origin()), ("https://a.example:8443/base", "https://a.example:8443"));
    assert_eq!((url.host(), url.authority()), ("a.example", "a.example:8443"));
    assert_eq!(url.join("/x"), "https://a.example:8443/base/x");
    assert_eq!(BaseUrl::parse("https://a.example:443").expect("valid").authority(), "a.example");
}

#[test]
fn the_reference_names_every_setting_with_kind_and_default() {
    let page = reference_markdown(&[Program::of::<Settings>("app", "APP")]);
    assert!(page.contains("| `issuer` | https URL | **required** | The public address. |"), "{page}");
    assert!(page.contains("### `[server]`\n\nSomewhere."), "{page}");
    assert!(page.contains("| `server.names` | list | `[\"a\", \"b\"]` | Names. |"), "{page}");
    assert!(page.contains("| `server.folder` | path | none | A folder. |"), "{page}");
    assert!(page.contains("| `server.inner.enabled` | true or false | `true` | On or off. |"), "{page}");
    assert!(page.contains("| `policy` | `always`, `off` | `\"off\"` | A policy \\| of two. |"), "{page}");
}

#[test]
fn a_missing_file_is_one_clear_sentence() {
    let error = load::<Settings>(Some(Path::new("/nowhere/app.toml")), "APP").expect_err("missing");
    assert!(error.to_string().starts_with("/nowhere/app.toml: the settings file cannot be read"), "{error}");
}
