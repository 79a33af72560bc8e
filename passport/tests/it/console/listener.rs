//! The console's own listener, as `passport serve` opens it, and its command line.

use passport::MIGRATIONS;
use reqwest::header::HOST;
use serde_json::Value;
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::{Installation, free_port};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_for_its_own_host_alone_and_the_passport_answers_nothing_of_it() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let off = Installation::new(folder.path(), &db);
        assert_eq!(off.exit(&["staff", "list"]).0, 3, "it is off by itself");
        let port = free_port();
        let host = format!("console.localhost:{port}");
        let installation = off
            .told("PASSPORT__CONSOLE__ORIGIN", format!("http://{host}"))
            .told("PASSPORT__CONSOLE__LISTEN", format!("127.0.0.1:{port}"));

        let (made, said) = installation.command(&["staff", "invite", "王芳", "--role", "operator"]);
        assert!(made, "{said}");
        let link = said["link"].as_str().expect("a link").to_owned();
        let path = link.strip_prefix(&format!("http://{host}")).expect("of the console");
        let (_, people) = installation.command(&["staff", "list"]);
        let [person] = &people.as_array().expect("a list")[..] else { panic!("{people}") };
        assert_eq!([&person["name"], &person["state"], &person["roles"]], ["王芳", "invited", "operator"]);

        let process = installation.start();
        let site = process.site(None);
        let status = async |address: String, host: &str, path: &str| {
            let answer = site.get(format!("{address}{path}")).header(HOST, host).header("accept", "text/html");
            answer.send().await.expect("an answer").status().as_u16()
        };
        let (own, public) = (format!("http://127.0.0.1:{port}"), installation.issuer());
        let name = public.strip_prefix("http://").expect("plain HTTP").to_owned();
        assert_eq!(status(own.clone(), &host, path).await, 200);
        assert_eq!(status(own.clone(), &name, "/sign-in").await, 421, "the passport's host");
        assert_eq!(status(own, &host, "/register").await, 404, "nothing of the passport is here");
        for path in [path, "/accounts", "/staff"] {
            assert_eq!(status(public.clone(), &name, path).await, 404, "nothing of it is there: {path}");
        }

        let (done, said): (bool, Value) = installation.command(&["staff", "suspend", "王芳"]);
        assert!(done, "{said}");
        assert_eq!(installation.exit(&["staff", "suspend", "王芳"]).0, 5, "she is out");
    })
    .await;
}
