//! Backups: made while it serves, restored into an empty database or not at all, and nothing revives by them.

mod in_token;
pub(crate) mod killed;
mod refused;
mod revived;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use passport::app;
use passport::audit::Audit;
use passport::backup::{self, BackupError, Done, MakeOrder, OpeningKey, Order, Parts, Programs};
use passport::config::{Config, PREFIX};
use passport::keys::MasterKey;
use shared::clock::{Clock as _, FakeClock};
use shared::db::DbConfig;
use shared::entropy::SystemEntropy;
use shared::secret::SecretBytes;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// What the keys of passports under test are sealed under.
fn master() -> MasterKey {
    MasterKey::new(&SecretBytes::new([7; 32]))
}

/// A second database of the same engine, which is empty.
pub(crate) struct Beside {
    pub(crate) config: DbConfig,
    /// The address of the first one, from where the second is made and removed, and its name (PostgreSQL).
    server: Option<(String, String)>,
}

impl Beside {
    pub(crate) async fn new(db: &DbConfig, folder: &Path) -> Self {
        if db.url.starts_with("sqlite:") {
            let url = format!("sqlite:{}", folder.join("restored.db").display());
            return Self { config: DbConfig { url, ..db.clone() }, server: None };
        }
        let mut url: Url = db.url.parse().expect("an address");
        let name = format!("{}_beside", url.path().trim_start_matches('/'));
        url.set_path(&name);
        let beside = Self { config: DbConfig { url: url.into(), ..db.clone() }, server: Some((db.url.clone(), name)) };
        beside.empty().await;
        beside
    }

    /// Makes it empty, whatever it holds.
    pub(crate) async fn empty(&self) {
        match &self.server {
            Some((_, name)) => {
                self.run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                self.run(format!("CREATE DATABASE {name}")).await;
            }
            // With the log that a program may have left that did not close it.
            None => ["", "-wal", "-shm"].iter().for_each(|suffix| {
                drop(std::fs::remove_file(format!("{}{suffix}", self.path().display())));
            }),
        }
    }

    pub(crate) async fn remove(self) {
        if let Some((_, name)) = &self.server {
            self.run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    async fn run(&self, statement: String) {
        let Some((server, _)) = &self.server else { return };
        let mut conn = PgConnection::connect(server).await.expect("the server");
        conn.execute(AssertSqlSafe(statement)).await.expect("done");
        conn.close().await.expect("closed");
    }

    /// The file (SQLite).
    fn path(&self) -> PathBuf {
        self.config.url.trim_start_matches("sqlite:").into()
    }

    /// How many tables it has.
    pub(crate) async fn tables(&self) -> i64 {
        if self.server.is_none() {
            return i64::from(self.path().exists());
        }
        let mut conn = PgConnection::connect(&self.config.url).await.expect("the server");
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'");
        count.fetch_one(&mut conn).await.expect("a count")
    }
}

/// Who makes backups and restores them: with a key, a clock and the master key that all passports under test have.
struct Operator {
    key: OpeningKey,
    clock: Arc<FakeClock>,
    programs: Programs,
    /// The ids of accounts to close again.
    erased: Vec<String>,
}

impl Operator {
    fn new(clock: &Arc<FakeClock>) -> Self {
        Self {
            key: OpeningKey::make().expect("a key"),
            clock: clock.clone(),
            programs: Programs::default(),
            erased: Vec::new(),
        }
    }

    async fn back_up(&self, db: &DbConfig, to: &Path) -> Result<backup::Made, BackupError> {
        let masters = master().into();
        let recipient = self.key.recipient();
        let order = MakeOrder { to, recipient, masters: &masters, programs: &self.programs };
        backup::make(db, order, &SystemEntropy::new(), self.clock.now()).await
    }

    async fn restore(&self, from: &Path, into: &DbConfig) -> Result<Done, BackupError> {
        self.restore_with(from, into, (&self.key, master())).await
    }

    async fn restore_with(
        &self,
        from: &Path,
        into: &DbConfig,
        (key, master): (&OpeningKey, MasterKey),
    ) -> Result<Done, BackupError> {
        let config =
            "issuer = 'https://passport.test'\n[database]\nurl = 'sqlite:unused'\n[keys]\nmaster_key_file = 'unused'";
        let config: Config = shared::config::parse(config, PREFIX, []).expect("settings");
        let entropy = Arc::new(SystemEntropy::new());
        let audit = Audit::new(self.clock.clone(), entropy.clone());
        let clock: shared::clock::SharedClock = self.clock.clone();
        let journal = app::key_journal(&audit, &clock, &config);
        let parts = Parts { masters: master.into(), entropy, time: self.clock.clone(), audit, journal };
        let order = Order { from, key, into, programs: &self.programs, erased: &self.erased };
        backup::restore(order, &Arc::new(parts)).await
    }
}
