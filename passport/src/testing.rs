//! Databases for unit tests.

use shared::db::{Db, DbConfig, DbError, sql};
use shared::entropy::{SystemEntropy, bytes};
use tempfile::TempDir;

use crate::migrations::MIGRATIONS;

/// An empty, migrated database of each engine at hand: SQLite always, PostgreSQL where `TEST_POSTGRES_URL` names a
/// server, in a schema of its own. The folder goes when the test ends.
pub(crate) async fn databases() -> Vec<(TempDir, Db)> {
    #[expect(clippy::disallowed_methods, reason = "where a test finds PostgreSQL is no setting of the product")]
    let postgres = std::env::var("TEST_POSTGRES_URL").ok();
    let mut urls = vec![None];
    urls.extend(postgres.map(Some));
    let mut out = Vec::new();
    for url in urls {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match url {
            None => format!("sqlite:{}", folder.path().join("test.db").display()),
            Some(url) => schema(&url).await,
        };
        let db = Db::connect(&DbConfig::new(url)).await.expect("a database");
        db.migrate(&MIGRATIONS).await.expect("migrations");
        out.push((folder, db));
    }
    out
}

/// Makes a schema; the address of the server that leads into it.
async fn schema(url: &str) -> String {
    let name = format!("test_{:032x}", u128::from_be_bytes(bytes(&SystemEntropy::new())));
    let statement: &'static str = format!("CREATE SCHEMA {name}").leak();
    let server = Db::connect(&DbConfig::new(url)).await.expect("a server");
    server
        .write::<_, DbError, _>(move |tx| Box::pin(async move { sql(statement).execute(tx).await }))
        .await
        .expect("a schema");
    server.close().await;
    format!("{url}{}options[search_path]={name}", if url.contains('?') { '&' } else { '?' })
}
