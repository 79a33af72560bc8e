//! What commands stand on: settings, database, master key. Each command asks for no more than it needs.

use std::path::Path;
use std::sync::Arc;

use shared::clock::{SharedClock, SystemClock};
use shared::config::{ConnectionUrl, SecretSource};
use shared::db::{CommonClock, CommonTime, DatabaseTime, Db};
use shared::entropy::{SharedEntropy, SystemEntropy};
use shared::http::client::ClientBuilder;

use super::failure::{Exit, Failure};
use crate::MIGRATIONS;
use crate::app::{App, World};
use crate::config::{Config, SmsShape};
use crate::delivery::aliyun::{Access, AliyunSms, Around, Templates};
use crate::delivery::{SmsGateway, Transport};
use crate::keys::{MasterKey, Stock};

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
    Ok(Db::connect(&config.database.db_config()?).await?)
}

/// Refuses a database that lacks tables.
pub async fn require_migrated(db: &Db) -> Result<(), Failure> {
    let state = db.migration_state(&MIGRATIONS).await?;
    if state.pending.is_empty() {
        return Ok(());
    }
    let message = format!("the database lacks {} migration(s) of this version", state.pending.len());
    Err(Failure::new(Exit::Unavailable, message).advise("run `passport migrate`"))
}

/// The master key.
pub fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    let source = &config.keys.master_key_file;
    let missing = source.path().is_some_and(|path| !path.exists());
    let text = source.read().map_err(|error| {
        let failure = Failure::new(Exit::Unavailable, error);
        if missing { failure.advise("`passport keys init` makes the master key") } else { failure }
    })?;
    Ok(MasterKey::parse(&text)?)
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
    let templates = match settings.sms_templates.as_slice() {
        [] => Templates::by_name(),
        list => Templates::parse(list).map_err(|error| wrong(&format!("sms_templates: {error}")))?,
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
    let master = master_key(&config)?;
    let world = World { config: Arc::new(config), db, clock, time: Arc::new(DatabaseTime), entropy: entropy(), master };
    Ok(App::build(world).await?)
}
