//! The composition root: every real part is made here, and only here do rooms of one tier meet.

mod key_journal;

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use shared::clock::SharedClock;
use shared::config::{ConfigError, SecretSource};
use shared::db::{CommonTime, Db};
use shared::entropy::SharedEntropy;
use shared::secret::SecretBytes;
use shared::status::Board;

use crate::accounts::assurance::Acr;
use crate::accounts::captcha::Captchas;
use crate::accounts::factors::passkeys::{PasskeyError, Passkeys};
use crate::accounts::hashing::{Hasher, Hashing, StartError};
use crate::accounts::{self, Accounts, SessionPolicies, SessionPolicy};
use crate::audit::{Audit, Chain};
use crate::clients::Clients;
use crate::clients::logos::Logos;
use crate::config::{
    AccountsSettings, Config, MtlsSettings, RegistrationPolicy, SandboxSettings, SecondFactor, SmsSecondStep,
};
use crate::console::{self, Console};
use crate::delivery::{Channel, Outbox, Reports};
use crate::egress::Egress;
use crate::home::Home;
use crate::keys::{self, Keys, KeysError, Masters};
use crate::limits::quota::Rates;
use crate::limits::{self, Limits, Quotas};
use crate::oidc::entered::EnteredSites;
use crate::oidc::logout::Farewells;
use crate::oidc::mtls::Mtls;
use crate::oidc::mtls::authorities::{Authorities, AuthoritiesError};
use crate::oidc::registrations::{self, SiteRegistrations};
use crate::oidc::signals::Herald;
use crate::oidc::{self, IssuerError, Oidc};
use crate::places::{Places, PlacesError};
use crate::portal::sandbox::Sandbox;
use crate::portal::{Owners, Portal};
use crate::status::{self, Status};
use crate::web::{KeyUse, Lookup, Pages, Sealed, Sealer, Web, texts};

use self::key_journal::KeyJournal;

/// What comes from outside: a test hands in a clock that stands still and entropy that repeats itself.
pub struct World {
    /// The settings.
    pub config: Arc<Config>,
    /// The database, migrated.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The time that all nodes share.
    pub time: Arc<dyn CommonTime>,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The key that everything else at rest is sealed under, and the next one while it is changed.
    pub master: Masters,
}

/// The passport, put together. Cheap to clone, which happens several times a request; handlers take the part that they
/// need out of it.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the passport is made of.
pub struct Parts {
    /// What pages and forms share.
    pub web: Web,
    /// Texts and the frame of pages.
    pub pages: Pages,
    /// Signing and sealing.
    pub keys: Keys,
    /// What seals by them.
    pub sealer: Arc<dyn Sealer>,
    /// The registry of exam sites.
    pub clients: Clients,
    /// Their logos.
    pub logos: Logos,
    /// Candidates and their sessions.
    pub accounts: Accounts,
    /// Pictures to read and sums to work out.
    pub captchas: Captchas,
    /// The record of what was done.
    pub audit: Audit,
    /// The batches in which it is sealed.
    pub chain: Chain,
    /// Where messages to people are written.
    pub outbox: Outbox,
    /// What is reported of messages.
    pub reports: Reports,
    /// Calls to addresses that relying parties registered.
    pub egress: Egress,
    /// How often something may be tried.
    pub limits: Limits,
    /// How much each client may ask for.
    pub quotas: Quotas,
    /// The OpenID provider.
    pub oidc: Oidc,
    /// The candidate's home.
    pub home: Home,
    /// Where exam sites join.
    pub portal: Portal,
    /// Where the staff works, if it is switched on.
    pub console: Option<Console>,
    /// How everything stands.
    pub status: Status,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

macro_rules! handlers_take {
    ($($part:ident: $type:ty),* $(,)?) => {$(
        impl FromRef<App> for $type {
            fn from_ref(app: &App) -> Self {
                app.$part.clone()
            }
        }
    )*};
}

handlers_take! {
    web: Web,
    pages: Pages,
    logos: Logos,
    accounts: Accounts,
    captchas: Captchas,
    reports: Reports,
    oidc: Oidc,
    home: Home,
    portal: Portal,
    status: Status,
}

/// Why the passport cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Hashing passwords.
    #[error(transparent)]
    Hashing(#[from] StartError),
    /// The provider.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The relying party of passkeys.
    #[error("issuer: {0}")]
    Passkeys(PasskeyError),
    /// The relying party of the staff's passkeys.
    #[error("console.origin: {0}")]
    Console(PasskeyError),
    /// The authorities of clients' certificates.
    #[error("mtls.ca_file: {0}")]
    Authorities(#[from] AuthoritiesError),
    /// The database of places.
    #[error("places.database: {0}")]
    Places(#[from] PlacesError),
    /// The secret by which a portal registers sites here.
    #[error("registration.portal_token_file: {0}")]
    PortalToken(ConfigError),
    /// The secret by which sites are registered in the sandbox.
    #[error("sandbox.token_file: {0}")]
    SandboxToken(ConfigError),
    /// The secret of reports.
    #[error("delivery.report_secret_file: {0}")]
    ReportSecret(ConfigError),
}

impl App {
    /// Puts the passport together.
    ///
    /// # Errors
    /// The keys cannot be opened, or a part cannot be started.
    pub async fn build(world: World) -> Result<Self, BuildError> {
        let World { config, db, clock, time, entropy, master } = world;
        let audit = Audit::new(clock.clone(), entropy.clone());
        let journal = Arc::new(KeyJournal::new(&audit, &clock, &config));
        let keys = Keys::start(keys::Parts {
            db: db.clone(),
            clock: clock.clone(),
            time,
            entropy: entropy.clone(),
            master,
            policy: key_policy(&config),
            journal: journal.clone(),
        })
        .await?;
        let sealer: Arc<dyn Sealer> = Arc::new(KeySealer(keys.clone()));
        let seed = SecretBytes::new(keys.mac(KeyUse::AuditSeal.as_str(), b"batches"));
        audit.origins().derive_from(SecretBytes::new(keys.mac(KeyUse::AuditOrigin.as_str(), b"accounts")));
        let personal = (audit.origins().clone(), entropy.clone());
        let chain = Chain::new(db.clone(), clock.clone(), &seed, personal);
        let web = Web::new(config.issuer.origin(), sealer.clone(), clock.clone(), entropy.clone());
        let board = Arc::new(Board::default());
        let pages = Pages::new(Arc::new(texts::catalogue()), config.site.icp.as_deref());
        let pages = pages.announcing(Arc::clone(&board), clock.clone());
        let pages = pages.of_sandbox(config.registration.portal_token_file.is_some());
        let recipients_key = SecretBytes::new(keys.mac(KeyUse::Delivery.as_str(), b"recipients"));
        let outbox = Outbox::new(clock.clone(), entropy.clone(), config.issuer.as_str(), recipients_key);
        audit.watched_by(Arc::new(Herald::new(outbox.clone())));
        // Only now, since the outbox needs the keys. Nothing that sites are told of can have happened before.
        journal.outbox.get_or_init(|| outbox.clone());
        let report_secret = config.delivery.report_secret_file.as_ref().map(SecretSource::read).transpose();
        let reports = Reports::new(db.clone(), clock.clone(), report_secret.map_err(BuildError::ReportSecret)?);
        let clients = Clients::new(db.clone(), clock.clone(), entropy.clone(), audit.clone());
        let limits_key = SecretBytes::new(keys.mac(KeyUse::Limits.as_str(), b"subjects"));
        let limits =
            Limits::new(limits::Policy::of(&config.limits, &config.accounts), config.limits.enabled, limits_key);
        let quotas = Quotas::new(Rates::of(&config.limits), config.limits.enabled);
        let captchas = Captchas::new(sealer.clone(), entropy.clone(), config.accounts.captcha_work_bits);
        let egress = Egress::new(config.egress.clone());
        let accounts = Accounts::new(accounts::Parts {
            db: db.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            sealer: sealer.clone(),
            audit: audit.clone(),
            outbox: outbox.clone(),
            limits: limits.clone(),
            hasher: Hasher::start(Hashing::of(&config.accounts), entropy.clone())?,
            web: web.clone(),
            sessions: sessions(&config.accounts),
            number_wait: config.accounts.number_wait,
            appeals: accounts::appeals::Policy {
                hearing: config.accounts.appeal_hearing,
                keep: config.accounts.appeal_keep,
            },
            photos: accounts::appeals::Photos::default(),
            farewell: Arc::new(Farewells::new(outbox.clone())),
            registrations: Arc::new(SiteRegistrations::new(registrations::Parts {
                issuer: config.issuer.origin().to_owned(),
                clients: clients.clone(),
                keys: keys.clone(),
                egress: egress.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
            })),
            organisations: Arc::new(Owners::new(db.clone())),
            places: Places::of(config.places.database.as_deref())?,
            sites: Arc::new(EnteredSites::new(db.clone(), clients.clone())),
            passkeys: Passkeys::new(config.issuer.origin(), "E-TEST 通行证").map_err(BuildError::Passkeys)?,
            captchas: captchas.clone(),
            captcha: config.accounts.captcha,
            captcha_after: config.accounts.captcha_after,
            password_profile: config.accounts.password_profile,
            sms_step: config.accounts.sms_second_step == SmsSecondStep::Allowed,
            least: match config.accounts.second_factor {
                SecondFactor::Optional => Acr::One,
                SecondFactor::Required => Acr::Two,
            },
            sign_ins: accounts::login::counts::none(),
        });
        let logos = Logos::new(db.clone(), clock.clone(), clients.clone(), egress.clone());
        let portal_token = config.registration.portal_token_file.as_ref().map(SecretSource::read).transpose();
        let portal_token = portal_token.map_err(BuildError::PortalToken)?;
        let portal = Portal::new(accounts.clone(), clients.clone(), sandbox(&config.sandbox)?);
        let portal = portal.known_by(portal_token.clone());
        let console = config.console.origin.as_ref();
        let rooms = console::Rooms { accounts: accounts.clone(), clients: clients.clone(), portal: portal.clone() };
        let console = console.map(|at| Console::new(at.origin(), rooms, &web, pages.clone())).transpose();
        let console = console.map_err(BuildError::Console)?;
        let home = Home::new(accounts.clone(), clients.clone(), config.issuer.origin());
        let status = Status::new(status::Parts {
            db: db.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            audit: audit.clone(),
            keys: keys.clone(),
            accounts: accounts.clone(),
            channels: channels(&config),
            board,
        });
        let oidc = Oidc::new(oidc::Parts {
            issuer: config.issuer.origin().to_owned(),
            lifetimes: lifetimes(&config),
            dpop_nonce: config.tokens.dpop_nonce,
            mtls: mtls(&config.mtls)?,
            db,
            clock,
            entropy,
            keys: keys.clone(),
            clients: clients.clone(),
            egress: egress.clone(),
            registration: match config.registration.policy {
                RegistrationPolicy::Closed => oidc::register::Policy::Closed,
                RegistrationPolicy::Invited => oidc::register::Policy::Invited,
                RegistrationPolicy::Open => oidc::register::Policy::Open,
            },
            portal_token,
            limits: limits.clone(),
            quotas: quotas.clone(),
            accounts: accounts.clone(),
            audit: audit.clone(),
            web: web.clone(),
            pages: pages.clone(),
        })?;
        Ok(Self(Arc::new(Parts {
            web,
            pages,
            keys,
            sealer,
            clients,
            logos,
            accounts,
            captchas,
            audit,
            chain,
            outbox,
            reports,
            egress,
            limits,
            quotas,
            oidc,
            home,
            portal,
            console,
            status,
        })))
    }
}

/// By which ways messages to people can leave.
fn channels(config: &Config) -> Vec<Channel> {
    let ways = [(Channel::Mail, config.delivery.smtp_url.is_some()), (Channel::Sms, config.delivery.sms_url.is_some())];
    ways.into_iter().filter_map(|(channel, exists)| exists.then_some(channel)).collect()
}

/// The sandbox that the portal registers sites in, if there is one.
fn sandbox(settings: &SandboxSettings) -> Result<Option<Sandbox>, BuildError> {
    let Some(token) = &settings.token_file else { return Ok(None) };
    Ok(Sandbox::new(settings.clone(), token.read().map_err(BuildError::SandboxToken)?))
}

fn mtls(settings: &MtlsSettings) -> Result<Option<Mtls>, BuildError> {
    let Some(address) = &settings.address else { return Ok(None) };
    let authorities = settings.ca_file.as_deref().map(Authorities::open).transpose()?;
    Ok(Some(Mtls { origin: address.origin().to_owned(), authorities }))
}

/// How long keys stay in their states.
pub fn key_policy(config: &Config) -> keys::Policy {
    keys::Policy {
        publish_for: config.keys.publish_for,
        active_for: config.keys.active_for,
        verify_for: config.keys_verify_for(),
        hint_for: config.keys.hint_for,
        return_within: config.keys.return_within,
        trial_required: config.keys.trial_required,
    }
}

fn sessions(settings: &AccountsSettings) -> SessionPolicies {
    // Who asks for less never gets more, whatever was left at its default.
    let browser = SessionPolicy { idle: settings.session_idle, absolute: settings.session_absolute };
    SessionPolicies {
        browser,
        remembered: SessionPolicy {
            idle: settings.session_remembered_idle.max(browser.idle),
            absolute: settings.session_remembered_absolute.max(browser.absolute),
        },
        public: SessionPolicy {
            idle: settings.session_public_idle.min(browser.idle),
            absolute: settings.session_public_absolute.min(browser.absolute),
        },
    }
}

fn lifetimes(config: &Config) -> oidc::Lifetimes {
    oidc::Lifetimes {
        code: config.tokens.code,
        pushed_request: config.tokens.pushed_request,
        access_token: config.tokens.access,
        id_token: config.tokens.id,
        refresh_idle: config.tokens.refresh_idle,
        refresh_absolute: config.tokens.refresh_absolute,
        refresh_retry: config.tokens.refresh_retry,
        jwks: config.keys.jwks_max_age,
    }
}

/// Lets pages seal with the key ring.
struct KeySealer(Keys);

impl Sealer for KeySealer {
    fn seal_for(&self, purpose: KeyUse, data: &[u8], belongs_to: &[u8]) -> Vec<u8> {
        self.0.seal(purpose.as_str(), data, belongs_to)
    }

    fn open_for(&self, purpose: KeyUse, sealed: &[u8], belongs_to: &[u8]) -> Option<Vec<u8>> {
        match purpose.sealed() {
            Some(Sealed::Stored) => self.0.open(purpose.as_str(), sealed, belongs_to),
            _ => self.0.open_passing(purpose.as_str(), sealed, belongs_to),
        }
    }

    fn lookup(&self, purpose: KeyUse, data: &[u8]) -> Lookup {
        let keys::Hashes { key, written, next, other } = self.0.hashes(purpose.as_str(), data);
        Lookup { key, written, next, other }
    }

    fn mac(&self, purpose: KeyUse, data: &[u8]) -> [u8; 32] {
        self.0.mac(purpose.as_str(), data)
    }
}

/// What writes changes of keys into the audit record where no site is to be told of one.
pub fn key_journal(audit: &Audit, clock: &SharedClock, config: &Config) -> Arc<dyn keys::Journal> {
    Arc::new(KeyJournal::new(audit, clock, config))
}
