//! A passport that runs in the test: real database, real keys, a clock that stands still, entropy that repeats.

pub(crate) mod authenticator;
pub(crate) mod collector;
pub(crate) mod listener;
mod made;
pub(crate) mod process;
pub(crate) mod sandbox;
pub(crate) mod signer;
pub(crate) mod site;
pub(crate) mod softhsm;
pub(crate) mod stranger;
mod visitor;

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use passport::app::{App, World};
use passport::config::{Config, PREFIX};
use passport::keys::MasterKey;
use passport::{MIGRATIONS, router};
use shared::clock::{FakeClock, Timestamp};
use shared::db::{Db, DbError, Engine, Query, sql};
use shared::entropy::SeededEntropy;
use shared::http::{CertificateSource, ServerSettings};
use shared::secret::SecretBytes;
use shared::testkit::{self, Browser};

/// Where the passport under test is reached.
pub(crate) const ISSUER: &str = "https://passport.test";

/// Where certificates of clients are taken.
pub(crate) const MTLS: &str = "https://mtls.test";

/// When a test begins: 2027-03-18 09:00 in Beijing.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_805_331_600);

/// The settings of a test, beside which each may have its own.
const SETTINGS: &str = "issuer = 'https://passport.test'\nenvironment = 'development'\n\
    [database]\nurl = 'sqlite:unused'\n\
    [keys]\nmaster_key_file = 'unused'\n";

/// A running passport.
#[derive(Clone)]
pub(crate) struct Passport {
    /// Its parts, to prepare data with and to look at what a request left behind.
    pub(crate) app: App,
    /// Its database.
    pub(crate) db: Db,
    /// Its time.
    pub(crate) clock: Arc<FakeClock>,
}

impl Passport {
    /// A passport on that database. `settings` is TOML beside [`SETTINGS`]: whole sections.
    pub(crate) async fn start(db: Db, settings: &str) -> Self {
        Self::begin(db, settings, (BEGIN, 7)).await
    }

    /// A passport at another address. `settings` is TOML beside [`SETTINGS`].
    pub(crate) async fn start_at(issuer: &str, db: Db, settings: &str) -> Self {
        Self::begin_at(issuer, (db, settings), (BEGIN, 9)).await
    }

    /// Another passport on a database that one was on before, at that time and with other randomness.
    pub(crate) async fn start_again(db: Db, at: Timestamp) -> Self {
        Self::begin(db, "", (at, 8)).await
    }

    async fn begin(db: Db, settings: &str, from: (Timestamp, u64)) -> Self {
        Self::begin_at(ISSUER, (db, settings), from).await
    }

    async fn begin_at(issuer: &str, (db, settings): (Db, &str), (at, seed): (Timestamp, u64)) -> Self {
        let settings = format!("{}{settings}", SETTINGS.replace(ISSUER, issuer));
        let config: Config = shared::config::parse(&settings, PREFIX, []).expect("the test's settings");
        let clock = Arc::new(FakeClock::at(at));
        made::keys(&db).await;
        let app = App::build(World {
            config: Arc::new(config),
            db: db.clone(),
            clock: clock.clone(),
            time: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
            master: master().into(),
        })
        .await
        .expect("a passport");
        Self { app, db, clock }
    }

    /// Changes what is on record, which the database refuses to everybody: as an older version left it, or as somebody
    /// does who has the database.
    pub(crate) async fn rewrite_record(&self, statement: Query) {
        let engine = self.db.engine();
        let changed = self.db.write::<_, DbError, _>(move |tx| {
            let statement = statement.clone();
            async move {
                let lifts: &[&'static str] = match engine {
                    Engine::Postgres => &["SET LOCAL session_replication_role = replica"],
                    Engine::Sqlite => {
                        &["DROP TRIGGER IF EXISTS audit_events_stay", "DROP TRIGGER IF EXISTS audit_events_kept"]
                    }
                };
                for lift in lifts.iter().copied() {
                    sql(lift).execute(tx).await?;
                }
                statement.execute(tx).await
            }
            .boxed()
        });
        changed.await.expect("changed");
    }

    /// Removes a batch of the rows of a table whose time ended before that; how many.
    pub(crate) async fn sweep(&self, table: &str, limit: Timestamp) -> u64 {
        let rule = passport::tables::table(table).and_then(passport::tables::Table::sweep).expect("a rule");
        let swept = self.db.write::<_, DbError, _>(move |tx| async move { rule.remove(tx, limit).await }.boxed());
        swept.await.expect("swept")
    }

    /// What removes what is past its time.
    pub(crate) fn retention(&self) -> passport::tables::Retention {
        let (accounts, oidc) = (self.app.accounts.clone(), self.app.oidc.clone());
        passport::tables::Retention::new(accounts, oidc, std::time::Duration::from_secs(90 * 24 * 60 * 60))
    }

    /// A browser that reaches it and has been nowhere yet.
    pub(crate) fn browser(&self) -> Browser {
        self.browser_calling(ISSUER)
    }

    /// A browser that reaches it and takes `base` for its address.
    pub(crate) fn browser_calling(&self, base: &str) -> Browser {
        let kit = router::kit(&self.app, &ServerSettings::loopback(), "passport.test");
        Browser::new().program(base, kit.apply(router::router(self.app.clone())))
    }

    /// A browser, or a program, behind a proxy that hands certificates of clients on (RFC 9440). It reaches the passport
    /// at [`MTLS`] too.
    pub(crate) fn behind_a_proxy(&self) -> Browser {
        let settings = ServerSettings {
            trusted_proxies: vec!["127.0.0.1".parse().expect("a network")],
            ..ServerSettings::loopback()
        };
        let kit = router::kit(&self.app, &settings, "passport.test").hosts(["mtls.test"]);
        let router = kit.certificates(CertificateSource::Proxy).apply(router::router(self.app.clone()));
        Browser::new().program(ISSUER, router.clone()).program(MTLS, router)
    }
}

/// What the keys of every passport under test are sealed under.
fn master() -> MasterKey {
    MasterKey::new(&SecretBytes::new([7; 32]))
}

/// Runs a test on a passport with default settings, on each database.
pub(crate) async fn on_both<F, Fut>(test: F)
where
    F: Fn(Passport) -> Fut,
    Fut: Future<Output = ()>,
{
    on_both_with("", test).await;
}

/// The same with settings of the test's own.
pub(crate) async fn on_both_with<F, Fut>(settings: &str, test: F)
where
    F: Fn(Passport) -> Fut,
    Fut: Future<Output = ()>,
{
    testkit::on_both(&MIGRATIONS, |db| async { test(Passport::start(db, settings).await).await }).await;
}
