//! A sandbox beside the passport under test: another passport, reached over TLS on loopback.

use std::future::Future;

use passport::router;
use shared::http::{Server, ServerSettings};
use shared::testkit;
use shared::testkit::Browser;

use super::Passport;

/// What the portal registers sites with.
pub(crate) const TOKEN: &str = "a-token-of-the-portal-of-at-least-32-characters";

/// The sandbox.
pub(crate) struct Sandbox {
    /// Its address.
    pub(crate) issuer: String,
    /// It.
    pub(crate) passport: Passport,
    /// Settings of the passport beside it.
    settings: String,
    _folder: tempfile::TempDir,
}

impl Sandbox {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        let made = rcgen::generate_simple_self_signed(["sandbox.localhost".to_owned()]).expect("a certificate");
        std::fs::write(file("cert.pem"), made.cert.pem()).expect("a file");
        std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).expect("a file");
        std::fs::write(file("token"), TOKEN).expect("a file");
        let serves = ServerSettings {
            tls_cert: Some(file("cert.pem")),
            tls_key: Some(file("key.pem")),
            ..ServerSettings::loopback()
        };
        let server = Server::bind(&serves).await.expect("a free port");
        let issuer = format!("https://sandbox.localhost:{}", server.address().port());
        let db = testkit::one_more(&passport::MIGRATIONS, folder.path()).await;
        let token = file("token").display().to_string();
        let own = format!("[registration]\nportal_token_file = '{token}'\n");
        let passport = Passport::start_at(&issuer, db, &own).await;
        let kit = router::kit(&passport.app, &ServerSettings::loopback(), issuer.trim_start_matches("https://"));
        tokio::spawn(server.run(kit.apply(router::router(passport.app.clone())), std::future::pending()));
        let ca = file("cert.pem").display().to_string();
        let settings =
            format!("[sandbox]\nissuer = '{issuer}'\ntoken_file = '{token}'\nca_file = '{ca}'\ntimeout = '20s'\n");
        Self { issuer, passport, settings, _folder: folder }
    }

    /// A program that speaks with it.
    pub(crate) fn browser(&self) -> Browser {
        self.known_to(Browser::new())
    }

    /// A browser that comes here as well.
    pub(crate) fn known_to(&self, browser: Browser) -> Browser {
        let kit =
            router::kit(&self.passport.app, &ServerSettings::loopback(), self.issuer.trim_start_matches("https://"));
        browser.program(&self.issuer, kit.apply(router::router(self.passport.app.clone())))
    }
}

/// Runs a test with a passport that has a sandbox, on each database.
pub(crate) async fn on_both_with_sandbox<F, Fut>(test: F)
where
    F: Fn(Passport, std::sync::Arc<Sandbox>) -> Fut,
    Fut: Future<Output = ()>,
{
    on_both_with_sandbox_and("", test).await;
}

/// The same with more settings of the passport.
pub(crate) async fn on_both_with_sandbox_and<F, Fut>(more: &str, test: F)
where
    F: Fn(Passport, std::sync::Arc<Sandbox>) -> Fut,
    Fut: Future<Output = ()>,
{
    testkit::on_both(&passport::MIGRATIONS, |db| async {
        let sandbox = std::sync::Arc::new(Sandbox::start().await);
        let passport = Passport::start(db, &format!("{}{more}", sandbox.settings)).await;
        test(passport, sandbox).await;
    })
    .await;
}
