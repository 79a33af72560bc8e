//! PostgreSQL databases for tests. Making one costs the server more than a test does, so they are kept and used again:
//! whoever holds the lock of a number has the database of that number, which is emptied before it is handed out.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

use super::{fingerprint, migrate};
use crate::db::{DbConfig, Migrations};

/// Beside each table of the database that all are copied from stands what the migrations put into it.
const REMEMBER: &str = "CREATE SCHEMA initial; \
    DO $$ DECLARE name text; BEGIN \
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP \
    EXECUTE format('CREATE TABLE initial.%I AS TABLE public.%I', name, name); END LOOP; END $$";

/// Brings a database back to that, whatever foreign keys say meanwhile. A table that a test made goes.
const FORGET: &str = "SET session_replication_role = replica; \
    DO $$ DECLARE name text; BEGIN \
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP \
    IF to_regclass(format('initial.%I', name)) IS NULL THEN EXECUTE format('DROP TABLE public.%I CASCADE', name); \
    ELSE EXECUTE format('DELETE FROM public.%I', name); \
    EXECUTE format('INSERT INTO public.%I SELECT * FROM initial.%I', name, name); END IF; END LOOP; END $$";

/// Whether it has other migrations than it was made with.
const WENT_FURTHER: &str = "SELECT EXISTS (SELECT version FROM public._sqlx_migrations \
    EXCEPT SELECT version FROM initial._sqlx_migrations)";

/// A database that no other test has, until this is dropped.
pub(super) struct Lent {
    pub(super) config: DbConfig,
    /// Holds the lock, which the server lifts when the connection ends.
    _lock: PgConnection,
}

/// Lends an empty, migrated database.
pub(super) async fn lend(migrations: &Migrations, server: &Url) -> Lent {
    let mut conn = connect(server.as_str()).await;
    let print = fingerprint(migrations.postgres.iter());
    let name = format!("lent_{print}_{}", lock_one(&mut conn, &print).await);
    let config = DbConfig::new(address(server, &name));
    let takes_connections = takes_connections(&mut conn, &name).await;
    if takes_connections == Some(false) {
        // The test that closed it did not come to its end.
        execute(&mut conn, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).await;
    }
    break_connections(&mut conn, &name).await;
    if takes_connections.is_none() || went_further(&config).await {
        let origin = origin(&mut conn, server, migrations, &print).await;
        execute(&mut conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        execute(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {origin}")).await;
    }
    run_in(&config, FORGET).await;
    Lent { config, _lock: conn }
}

/// Whether a test migrated the database beyond what it was copied from: its tables are others then, and cannot be brought
/// back by putting rows back.
async fn went_further(config: &DbConfig) -> bool {
    let mut inside = connect(&config.url).await;
    let further: bool = sqlx::query_scalar(WENT_FURTHER).fetch_one(&mut inside).await.expect("both count migrations");
    inside.close().await.expect("the connection ends");
    further
}

/// Breaks every connection to a database and lets it take no new one.
pub(in crate::testkit) async fn close(server: &Url, name: &str) {
    let mut conn = connect(server.as_str()).await;
    execute(&mut conn, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await;
    break_connections(&mut conn, name).await;
}

/// Lets a database take connections again.
pub(in crate::testkit) async fn open(server: &Url, name: &str) {
    execute(&mut connect(server.as_str()).await, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).await;
}

/// Ends who is connected, and waits for it: in milliseconds, of which it takes a few.
async fn break_connections(conn: &mut PgConnection, name: &str) {
    let each = format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
    execute(conn, each).await;
}

/// The first number that nobody else holds.
async fn lock_one(conn: &mut PgConnection, print: &str) -> i32 {
    for number in 0.. {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtext($1), $2)")
            .bind(print)
            .bind(number)
            .fetch_one(&mut *conn)
            .await
            .expect("PostgreSQL has locks");
        if free {
            return number;
        }
    }
    unreachable!("somewhere there is a number that nobody holds")
}

/// The database that all with these migrations are copied from. Test processes meet at a lock of the server: the first
/// one migrates. The name appears when the database is whole, so that a killed run leaves no half of one.
async fn origin(conn: &mut PgConnection, server: &Url, migrations: &Migrations, print: &str) -> String {
    let origin = format!("origin_{print}");
    execute(conn, "SELECT pg_advisory_lock(4711)".to_owned()).await;
    if takes_connections(conn, &origin).await.is_none() {
        let growing = format!("{origin}_growing");
        execute(conn, format!("DROP DATABASE IF EXISTS {growing} WITH (FORCE)")).await;
        execute(conn, format!("CREATE DATABASE {growing}")).await;
        let config = DbConfig::new(address(server, &growing));
        migrate(&config, migrations).await;
        run_in(&config, REMEMBER).await;
        execute(conn, format!("ALTER DATABASE {growing} RENAME TO {origin}")).await;
    }
    execute(conn, "SELECT pg_advisory_unlock(4711)".to_owned()).await;
    origin
}

/// Whether the database takes connections; none: there is no such database.
async fn takes_connections(conn: &mut PgConnection, name: &str) -> Option<bool> {
    sqlx::query_scalar("SELECT datallowconn FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_optional(conn)
        .await
        .expect("PostgreSQL lists its databases")
}

async fn run_in(config: &DbConfig, statements: &str) {
    let mut inside = connect(&config.url).await;
    execute(&mut inside, statements.to_owned()).await;
    inside.close().await.expect("the connection ends");
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("TEST_POSTGRES_URL leads to a PostgreSQL server")
}

/// Statements made of names of ours.
async fn execute(conn: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await.expect("a superuser may do this");
}

fn address(server: &Url, database: &str) -> String {
    let mut url = server.clone();
    url.set_path(database);
    url.into()
}
