//! The composition root: every real dependency of the site is made here.

use std::sync::Arc;

use axum::extract::FromRef;
use shared::clock::SharedClock;
use shared::config::ConfigError;
use shared::db::{Db, DbError, Migrations};
use shared::entropy::SharedEntropy;
use shared::http::client::{ClientBuilder, ClientError};
use shared::status::Board;

use crate::config::Settings;
use crate::profile::{self, ProfileError};
use crate::sign_in::session::SessionLimits;
use crate::sign_in::{Parts, Passport, RelyingParty, SignIn};
use crate::status::Follower;
use crate::web::{Site, Web, paths};

/// The migrations of the site's database.
pub static MIGRATIONS: Migrations = Migrations { sqlite: &SQLITE, postgres: &POSTGRES };
static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The running site. Handlers take its parts, never the whole.
#[derive(Clone, FromRef)]
pub struct App {
    /// Pages and their frame.
    pub web: Web,
    /// Signing in and out.
    pub sign_in: SignIn,
    /// What is heard of the passport beside the requests.
    pub status: Follower,
    /// The database, for readiness and closing.
    pub db: Db,
}

/// Why the site cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file that the settings name cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The embedded profile is not whole.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The client for calls to the passport cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// An address is none.
    #[error("not an address: {0}")]
    Address(#[from] url::ParseError),
    /// The database cannot be opened.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl App {
    /// Builds the site from its settings, around a database, a clock and a source of randomness.
    ///
    /// # Errors
    /// Something that the settings name cannot be used.
    pub fn build(settings: &Settings, db: Db, clock: SharedClock, entropy: SharedEntropy) -> Result<Self, BuildError> {
        let (profile, content) = profile::load(settings.profile, settings.issuer.as_str())?;
        let client_secret = settings.client_secret_file.read()?;
        let us = RelyingParty {
            client_id: settings.client_id.clone(),
            client_secret: client_secret.clone(),
            redirect_uri: settings.base_url.join(paths::CALLBACK),
            asks_province: profile.asks_province,
        };
        let mut http = ClientBuilder::new().ca_file(settings.ca_file.as_deref());
        if let Some(address) = settings.issuer_connect {
            http = http.resolve(settings.issuer.host(), address);
        }
        let (http, board) = (http.build()?, Arc::new(Board::default()));
        let status = Follower::new(&settings.issuer, http.clone(), Arc::clone(&board), Arc::clone(&clock));
        let passport = Passport::new(settings.issuer.as_str(), http, us, Arc::clone(&clock))?;
        let web = Web::new(Site {
            id: settings.profile,
            profile,
            content,
            base_url: settings.base_url.clone(),
            passport: settings.issuer.clone(),
            icp: settings.site.icp.clone(),
            status: board,
            clock: Arc::clone(&clock),
        });
        let sign_in = SignIn::new(Parts {
            profile: settings.profile,
            base_url: settings.base_url.clone(),
            issuer: settings.issuer.clone(),
            db: db.clone(),
            passport,
            client_secret,
            limits: SessionLimits { idle: settings.session_idle, absolute: settings.session_absolute },
            clock,
            entropy,
        });
        Ok(Self { web, sign_in, status, db })
    }
}
