//! What commands stand on: settings, database, master key. Each command asks for no more than it needs.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::{SharedClock, SystemClock};
use shared::config::{ConnectionUrl, SecretSource};
use shared::db::{CommonClock, CommonTime, DatabaseTime, Db, MigrationState, Misfit};
use shared::entropy::{SharedEntropy, SystemEntropy};
use shared::http::client::ClientBuilder;
use shared::secret::SecretString;

use super::failure::{Exit, Failure};
use crate::MIGRATIONS;
use crate::app::{App, World};
use crate::backup;
use crate::config::{Config, Pkcs11Settings, SigningAlg, SmsSecondStep, SmsShape};
use crate::delivery::aliyun::{Access, AliyunSms, Around, Templates};
use crate::delivery::text::SMS_STEP;
use crate::delivery::{SmsGateway, Transport};
use crate::keys::store::StoredMaster;
use crate::keys::token::pkcs11::{Token, TokenSettings};
use crate::keys::token::{TokenError, TokenKeys};
use crate::keys::{self, Alg, MasterKey, MasterKeyError, Masters, Stock};

/// The system's clock.
pub fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

/// The system's randomness.
pub fn entropy() -> SharedEntropy {
    Arc::new(SystemEntropy::new())
}

/// The settings and the database, which has every table.
pub async fn database(file: Option<&Path>) -> Result<(Config, Db), Failure> {
    let config = Config::load(file)?;
    let db = connect(&config).await?;
    require_migrated(&db).await?;
    Ok((config, db))
}

/// The database, whatever state it is in.
pub async fn connect(config: &Config) -> Result<Db, Failure> {
    let db = Db::connect(&config.database.db_config()?).await?;
    // A server that cannot be asked now says so by itself when it is asked for something.
    if backup::store::is_under_way(&db).await.unwrap_or(false) {
        let message = "a restore into this database was begun and did not come to its end";
        return Err(Failure::new(Exit::Refused, message).advise("run `passport restore` again"));
    }
    Ok(db)
}

/// Refuses a database that lacks tables, or that does not fit this version.
pub async fn require_migrated(db: &Db) -> Result<MigrationState, Failure> {
    let state = fitting(db).await?;
    if state.pending.is_empty() {
        return Ok(state);
    }
    let message = format!("the database lacks {} migration(s) of this version", state.pending.len());
    Err(Failure::new(Exit::Unavailable, message).advise("run `passport migrate`"))
}

/// Refuses a database that this version cannot work with, whatever is migrated.
pub async fn fitting(db: &Db) -> Result<MigrationState, Failure> {
    let state = db.migration_state(&MIGRATIONS).await?;
    match state.misfit {
        Some(misfit) => Err(Failure::new(Exit::Refused, misfit).advise(advice(misfit))),
        None => Ok(state),
    }
}

/// What to do about a database that does not fit this version.
pub const fn advice(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::Newer { .. } => "run the newer version here too; docs/operate/upgrade.md says how to go back",
        Misfit::Apart { .. } | Misfit::Changed(_) => {
            "this program was built from other sources than the one that migrated: run that one"
        }
        Misfit::Unfinished(_) => "restore the backup that was made before the upgrade (docs/operate/upgrade.md)",
    }
}

/// The master key.
pub fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    first_master(config, token(&config.keys.pkcs11).as_ref())
}

fn first_master(config: &Config, token: Option<&Token>) -> Result<MasterKey, Failure> {
    let source = &config.keys.master_key_file;
    let missing = source.path().is_some_and(|path| !path.exists());
    let text = source.read().map_err(|error| {
        let failure = Failure::new(Exit::Unavailable, error);
        if missing { failure.advise("`passport keys init` makes the master key") } else { failure }
    })?;
    Ok(parse_master(&text, token)?)
}

/// The master key that is to be the next one, if one is named.
pub fn next_master_key(config: &Config) -> Result<Option<MasterKey>, Failure> {
    next_master(config, token(&config.keys.pkcs11).as_ref())
}

fn next_master(config: &Config, token: Option<&Token>) -> Result<Option<MasterKey>, Failure> {
    let Some(source) = &config.keys.next_master_key_file else { return Ok(None) };
    let text = source.read().map_err(|error| Failure::new(Exit::Unavailable, error))?;
    Ok(Some(parse_master(&text, token)?))
}

/// The key in that text, or the one in the token that it names. The token is not asked.
fn parse_master(text: &SecretString, token: Option<&Token>) -> Result<MasterKey, MasterKeyError> {
    let Some(object) = MasterKey::named(text)? else { return MasterKey::parse(text) };
    let token = token.ok_or(TokenError::NotConfiguredForMaster)?;
    Ok(MasterKey::in_token(Arc::new(token.clone()), object))
}

/// Both, to be looked for again where they come from when the one in use is neither; and the token that has signing keys.
pub fn masters(config: &Config) -> Result<Masters, Failure> {
    let token = token(&config.keys.pkcs11);
    let (first, next) = (first_master(config, token.as_ref())?, next_master(config, token.as_ref())?);
    let keys = token.clone().map(|token| {
        let calls = token.calls().clone();
        TokenKeys { holder: Arc::new(token), algs: in_token(config), calls }
    });
    let settings = config.keys.clone();
    Ok(Masters::from(first).and(next).beside(keys).from_source(move || {
        let sources = [Some(&settings.master_key_file), settings.next_master_key_file.as_ref()];
        let texts = sources.into_iter().flatten().filter_map(|source| source.read().ok());
        texts.filter_map(|text| parse_master(&text, token.as_ref()).ok()).collect()
    }))
}

/// The token that has signing keys, if one is configured. It is not touched yet.
pub fn token(settings: &Pkcs11Settings) -> Option<Token> {
    let (Some(module), Some(token), Some(pin)) = (&settings.module, &settings.token, &settings.pin_file) else {
        return None;
    };
    Some(Token::new(TokenSettings {
        module: module.clone(),
        token: token.clone(),
        pin: pin.clone(),
        sessions: settings.sessions,
        timeout: settings.timeout,
    }))
}

/// The algorithms whose new keys are made in the token.
pub fn in_token(config: &Config) -> Vec<Alg> {
    let alg = |alg: &SigningAlg| match alg {
        SigningAlg::Es256 => Alg::ES256,
        SigningAlg::EdDsa => Alg::EdDsa,
        SigningAlg::Ps256 => Alg::PS256,
        SigningAlg::Rs256 => Alg::RS256,
    };
    match config.keys.pkcs11.algs.as_slice() {
        [] => vec![Alg::ES256, Alg::PS256, Alg::RS256],
        named => named.iter().map(alg).collect(),
    }
}

/// The master key that a database's keys are sealed under; none: it has no keys yet, or not even tables.
pub async fn master_in_use(db: &Db) -> Option<StoredMaster> {
    db.read(|tx| keys::store::master_in_use(tx).boxed()).await.ok().flatten()
}

/// The way out for SMS, if there is one.
pub fn sms(config: &Config) -> Result<Option<Arc<dyn Transport>>, Failure> {
    let settings = &config.delivery;
    let Some(url) = settings.sms_url.as_ref().map(ConnectionUrl::expose) else { return Ok(None) };
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::Settings, format!("delivery: {error}"));
    let client = ClientBuilder::new().timeout(settings.timeout).build();
    let client = client.map_err(|error| Failure::new(Exit::Failed, error))?;
    if settings.sms_shape == SmsShape::Json {
        let token = settings.sms_token_file.as_ref().map(SecretSource::read).transpose()?;
        let gateway = SmsGateway::new(url, token.as_ref(), client).map_err(|error| wrong(&error))?;
        return Ok(Some(Arc::new(gateway)));
    }
    let (Some(key_id), Some(secret), Some(sign_name)) =
        (&settings.sms_key_id, &settings.sms_key_secret_file, &settings.sms_sign_name)
    else {
        return Err(wrong(&"sms_shape = \"aliyun\" needs sms_key_id, sms_key_secret_file and sms_sign_name"));
    };
    let spared: &[&str] = match config.accounts.sms_second_step {
        SmsSecondStep::Never => &SMS_STEP,
        SmsSecondStep::Allowed => &[],
    };
    let templates = match settings.sms_templates.as_slice() {
        [] => Templates::by_name(),
        list => Templates::parse(list, spared).map_err(|error| wrong(&format!("sms_templates: {error}")))?,
    };
    let access = Access { key_id: key_id.clone(), key_secret: secret.read()?, sign_name: sign_name.clone() };
    let around = Around { client, clock: clock(), entropy: entropy() };
    let way = AliyunSms::new(url, access, templates, config.issuer.as_str(), around).map_err(|error| wrong(&error))?;
    Ok(Some(Arc::new(way)))
}

/// This machine's clock, held to the time of the database.
pub async fn common_clock(db: &Db) -> Result<Arc<CommonClock>, Failure> {
    let clock = CommonClock::new(clock(), Arc::new(DatabaseTime));
    clock.correct(db).await?;
    Ok(Arc::new(clock))
}

/// What signing keys there are.
pub async fn stock(db: &Db) -> Result<Stock, Failure> {
    let time: Arc<dyn CommonTime> = Arc::new(DatabaseTime);
    Ok(Stock::read(db, &time).await?)
}

/// The whole passport, on these settings and this database.
pub async fn app(config: Config, db: Db) -> Result<App, Failure> {
    let clock = common_clock(&db).await?;
    app_by(config, db, clock).await
}

/// The same, by that clock.
pub async fn app_by(config: Config, db: Db, clock: SharedClock) -> Result<App, Failure> {
    let master = match masters(&config) {
        Ok(masters) => masters,
        Err(failure) => return Err(wanting(failure, &db).await),
    };
    let world = World { config: Arc::new(config), db, clock, time: Arc::new(DatabaseTime), entropy: entropy(), master };
    Ok(App::build(world).await?)
}

/// Says as well which master key the database wants: making another one would not help.
async fn wanting(failure: Failure, db: &Db) -> Failure {
    let Some(used) = master_in_use(db).await else { return failure };
    let said = failure.messages.join("; ");
    let message = format!("{said}, and the keys in this database are sealed under master key {}", used.id);
    Failure::new(failure.exit, message).advise("put that key back in place, from where its copy is kept")
}
