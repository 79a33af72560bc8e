//! Who serves keys, and how far each has followed.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

/// A node that serves keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id: another one with every start.
    pub id: String,
    /// How people tell it from others: the address that it listens on.
    pub name: String,
    /// The change of the registry up to which it has followed.
    pub revision: i64,
    /// Until when it may sign, by the database's clock.
    pub lease_until: Timestamp,
}

/// Writes down how far a node has followed, and until when it may sign.
///
/// # Errors
/// The database refused.
pub async fn renew(tx: &mut Tx, node: &Node) -> Result<(), DbError> {
    sql("INSERT INTO key_nodes (node, name, revision, lease_until) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (node) DO UPDATE SET revision = excluded.revision, lease_until = excluded.lease_until")
    .bind(&node.id)
    .bind(&node.name)
    .bind(node.revision)
    .bind(node.lease_until)
    .execute(tx)
    .await
    .map(drop)
}

/// The change of the registry up to which every node has followed whose lease had not run out at that moment; none: there
/// is no node.
///
/// # Errors
/// The database refused.
pub async fn served(tx: &mut Tx, now: Timestamp) -> Result<Option<i64>, DbError> {
    sql("SELECT MIN(revision) AS served FROM key_nodes WHERE lease_until > $1")
        .bind(now)
        .fetch_one(tx)
        .await?
        .get("served")
}

/// Forgets every node.
///
/// # Errors
/// The database refused.
pub async fn forget_all(tx: &mut Tx) -> Result<(), DbError> {
    sql("DELETE FROM key_nodes").execute(tx).await.map(drop)
}

/// Every node whose lease has not run out.
///
/// # Errors
/// The database refused.
pub async fn live(tx: &mut Tx, now: Timestamp) -> Result<Vec<Node>, DbError> {
    let rows =
        sql("SELECT node, name, revision, lease_until FROM key_nodes WHERE lease_until > $1 ORDER BY name, node")
            .bind(now)
            .fetch_all(tx)
            .await?;
    rows.iter().map(node).collect()
}

fn node(row: &Row) -> Result<Node, DbError> {
    Ok(Node {
        id: row.get("node")?,
        name: row.get("name")?,
        revision: row.get("revision")?,
        lease_until: row.get("lease_until")?,
    })
}

/// Forgets a node that signs no more.
///
/// # Errors
/// The database refused.
pub async fn leave(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    sql("DELETE FROM key_nodes WHERE node = $1").bind(id).execute(tx).await.map(drop)
}

/// Forgets the nodes whose lease ran out before that.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    sql("DELETE FROM key_nodes WHERE lease_until < $1").bind(before).execute(tx).await.map(drop)
}
