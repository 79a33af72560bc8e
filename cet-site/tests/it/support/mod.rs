//! A site in this process, a passport to rely on, and a browser that knows both.

mod passport;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use cet_site::app::{App, MIGRATIONS};
use cet_site::config::{ENV_PREFIX, Settings};
use cet_site::router;
use cet_site::status::Follower;
use cet_site::web::Failures;
use shared::clock::{FakeClock, Timestamp};
use shared::db::Db;
use shared::entropy::SystemEntropy;
use shared::http::Kit;
use shared::testkit::{self, Browser};

pub use passport::{CLIENT_SECRET, Lie, StubPassport, Twist};

/// Where the site stands in tests.
pub const SITE: &str = "https://cet.localhost:8444";
/// Its host.
pub const HOST: &str = "cet.localhost";

/// 2027-03-18, 10:00 in China: the first provinces have just opened.
pub fn opening_day() -> Timestamp {
    Timestamp::from_seconds(1_805_299_200 + 10 * 3600)
}

/// A running site.
pub struct World {
    pub clock: Arc<FakeClock>,
    pub passport: StubPassport,
    pub site: Router,
    pub db: Db,
    /// What the site hears of the passport beside the requests.
    pub status: Follower,
}

impl World {
    /// A site of that profile with that database.
    pub async fn of(profile: &str, db: Db) -> Self {
        let clock = Arc::new(FakeClock::at(opening_day()));
        let passport = StubPassport::start(Arc::clone(&clock)).await;
        let settings = settings(profile, &passport.issuer);
        let app = app(&settings, &clock, db.clone());
        let status = app.status.clone();
        Self { clock, passport, site: routes(&settings, app), db, status }
    }

    /// A person's browser.
    pub fn browser(&self) -> Browser {
        Browser::new().program(SITE, self.site.clone()).program(&self.passport.issuer, self.passport.router())
    }

    /// The site after a restart: nothing of the old process is left.
    pub fn restarted(&self) -> Router {
        site("cet", &self.passport.issuer, &self.clock, self.db.clone())
    }

    /// What is over goes, as it does every few minutes.
    pub async fn sweep(&self) {
        let app = app(&settings("cet", &self.passport.issuer), &self.clock, self.db.clone());
        app.sign_in.sweep().await.expect("swept");
    }

    /// Time passes.
    pub fn wait(&self, by: Duration) {
        self.clock.advance(by);
    }
}

fn app(settings: &Settings, clock: &Arc<FakeClock>, db: Db) -> App {
    App::build(settings, db, Arc::clone(clock) as _, Arc::new(SystemEntropy::new())).expect("a site")
}

/// The routes of a site with the HTTP kit around them, as `serve` puts them together.
pub fn site(profile: &str, issuer: &str, clock: &Arc<FakeClock>, db: Db) -> Router {
    let settings = settings(profile, issuer);
    routes(&settings, app(&settings, clock, db))
}

fn routes(settings: &Settings, app: App) -> Router {
    let kit = Kit::new(&settings.server).hosts([settings.base_url.authority()]).pages(Failures(app.web.clone()));
    kit.apply(router::routes(app))
}

fn settings(profile: &str, issuer: &str) -> Settings {
    let text = format!(
        "profile = \"{profile}\"\nbase_url = \"{SITE}\"\nissuer = \"{issuer}\"\nclient_id = \"{profile}\"\n\
         [database]\nurl = \"sqlite:given\"\n[site]\nicp = \"京ICP备00000000号-1\""
    );
    let secret = ("CET_SITE__CLIENT_SECRET".to_owned(), CLIENT_SECRET.to_owned());
    shared::config::parse(&text, ENV_PREFIX, [secret]).expect("settings")
}

/// Runs a test with a CET site, on both databases.
pub async fn with_cet<F, Fut>(test: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    testkit::on_both(&MIGRATIONS, async |db| test(World::of("cet", db).await).await).await;
}
