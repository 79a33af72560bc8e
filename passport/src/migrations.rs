//! The passport's migrations, embedded for both engines. Each slice owns one file of an equal name in
//! `migrations/sqlite` and `migrations/postgres`.

use shared::db::Migrations;
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Every migration of this program.
pub const MIGRATIONS: Migrations = Migrations { sqlite: &SQLITE, postgres: &POSTGRES };
