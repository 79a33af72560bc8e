//! The log and the traces tell operators what happens, and nothing of a person: not what they typed, not what proves who
//! they are.

use std::fs;

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use crate::support::collector::Collector;
use crate::support::process::{Installation, SignIn};
use crate::support::site::{OURS, basic};

const EMAIL: &str = "wangxiaoming@example.cn";
const MOBILE: &str = "13900139123";
const NAME: &str = "王小明";
const NUMBER: &str = "11010519491231002X";
const NEW: &str = "Kite-over-2-lakes";
const WRONG: &str = "Wrong-pass-1";
const CALLBACK: &str = "https://cet.test/cb";

/// A request for a code, with PKCE's example (RFC 7636, appendix B).
const REQUEST: [(&str, &str); 9] = [
    ("response_type", "code"),
    ("client_id", "cet"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid email"),
    ("state", "a-state-of-the-site"),
    ("nonce", "a-nonce-of-the-site"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
    ("login_hint", "lihua@example.cn"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_people_type_and_no_secret_is_logged_at_any_level_or_traced() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let collector = Collector::listen().await;
        let installation = collector.of(Installation::new(folder.path(), &config).talkative());
        let (client, secret) = (folder.path().join("cet.toml"), folder.path().join("secret"));
        fs::write(&client, OURS).expect("a file");
        let add = ["clients", "add", "--file", client.to_str().expect("a path"), "--secret-file"];
        assert!(installation.command(&[&add[..], &[secret.to_str().expect("a path")]].concat()).0);
        let secret = fs::read_to_string(secret).expect("a secret").trim().to_owned();
        let process = installation.start();
        let visitor = process.visitor();

        let person = [
            ("email", EMAIL),
            ("mobile", MOBILE),
            ("password", NEW),
            ("password_confirm", NEW),
            ("name", NAME),
            ("id_type", "resident"),
            ("id_number", NUMBER),
            ("age", "over"),
            ("agree", "on"),
        ];
        assert_eq!(visitor.fill_in("/register", &person).await, 303);
        for (name, password) in [(EMAIL, WRONG), ("nobody-at-all@example.cn", WRONG), (MOBILE, NEW)] {
            visitor.fill_in("/sign-in", &[("username", name), ("password", password)]).await;
        }
        visitor.fill_in("/recover", &[("username", EMAIL)]).await;
        visitor.fill_in("/recover/account", &[("id_type", "resident"), ("id_number", NUMBER)]).await;

        let SignIn::Acknowledged(session) = visitor.sign_in().await else { panic!("no session") };
        let sent = process.sent_on("/authorize", &REQUEST, &session).await.expect("sent on");
        let code = sent["code"].clone();
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        let (status, tokens) = process.answer("/token", &grant, ("authorization", &basic("cet", &secret))).await;
        assert_eq!(status, 200, "{tokens}");
        let of = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let (access, id, refresh) = (of("access_token"), of("id_token"), of("refresh_token"));
        let bearer = format!("Bearer {access}");
        assert_eq!(process.answer("/userinfo", &[], ("authorization", &bearer)).await.0, 200);
        process.answer("/introspect", &[("token", &refresh)], ("authorization", &basic("cet", &secret))).await;
        process.answer("/token", &grant, ("authorization", &basic("cet", "a-wrong-secret"))).await;

        let said = process.last_words().await;
        assert!(said.contains("/register") && said.contains("/token"), "requests are logged: {said}");
        let traced = format!("{:?}", collector.spans());
        assert!(traced.contains("POST /register") && traced.contains("POST /token"), "requests are traced: {traced}");
        let session = session.split_once('=').expect("a cookie").1.to_owned();
        let typed = [EMAIL, "wangxiaoming", MOBILE, NAME, NUMBER, NEW, WRONG, "nobody-at-all", "lihua@", "13800138000"];
        // As they stand in an address.
        let asked = ["lihua%40", "%E7%8E%8B", "a-state-of-the-site", "a-nonce-of-the-site"];
        let secrets = [&secret, &session, &code, &access, &id, &refresh].map(String::as_str);
        for word in typed.into_iter().chain(asked).chain(secrets).chain(["a-wrong-secret", verifier, "Correct-horse-1"])
        {
            let line = said.lines().find(|line| line.contains(word));
            assert_eq!(line, None, "{word} is in the log");
            assert!(!traced.contains(word), "{word} is in a trace");
        }
    })
    .await;
}
