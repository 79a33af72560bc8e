//! The list is whole, and says nothing that contradicts itself. What is left of an erased account, and what a copy holds,
//! is tested from outside: `tests/it/accounts/held`.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, Engine, sql};
use shared::testkit;

use super::*;
use crate::MIGRATIONS;

/// Table and column, all that there are.
async fn columns(db: &Db) -> Vec<(String, String)> {
    let text = match db.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS tab, c.name AS col FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS tab, column_name::text AS col FROM information_schema.columns \
             WHERE table_schema = current_schema()"
        }
    };
    let rows = db.read::<_, DbError, _>(move |tx| async move { sql(text).fetch_all(tx).await }.boxed());
    let rows = rows.await.expect("the schema");
    rows.iter().map(|row| (row.get("tab").expect("a table"), row.get("col").expect("a column"))).collect()
}

#[tokio::test]
async fn every_column_of_every_table_is_in_the_list_and_nothing_else_is() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let mut found = columns(&db).await;
        let mut listed: Vec<(String, String)> = all()
            .flat_map(|table| table.each_column().map(|(column, ..)| (table.name.to_owned(), column.to_owned())))
            .collect();
        found.sort_unstable();
        listed.sort_unstable();
        let missing: Vec<_> = found.iter().filter(|one| !listed.contains(one)).collect();
        let gone: Vec<_> = listed.iter().filter(|one| !found.contains(one)).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "in tables/list, say of each what it holds and how long: missing {missing:?}; there is no {gone:?}"
        );
        assert_eq!(found.len(), listed.len(), "a column is listed twice");
    })
    .await;
}

#[test]
fn what_tells_of_a_person_says_of_whom_and_how_it_goes() {
    for table in all() {
        let personal = table.each_column().any(|(_, kind, _)| kind.is_personal());
        assert_eq!(personal, !matches!(table.whose, Whose::Nobody), "{}: of whom does it tell?", table.name);
        assert!(!table.goes.is_empty(), "{}: how do its rows go?", table.name);
        let for_good = table.goes.iter().any(|goes| matches!(goes, Goes::Never(_)));
        for (column, kind, stays) in table.each_column() {
            let identifies = matches!(kind, Kind::Identifies | Kind::Sealed(_) | Kind::SealedForAccount);
            assert!(!(identifies && for_good && stays == Stays::Row), "{}.{column} never goes", table.name);
        }
    }
}

#[test]
fn what_is_sealed_under_data_keys_is_listed_as_something_that_is_not_simply_shown() {
    for column in &super::SEALED {
        let (name, column) = column.name.split_once('.').expect("a table and a column");
        let table = table(name).expect("a table");
        let mut listed = table.each_column().filter(|(listed, ..)| *listed == column);
        let (_, kind, _) = listed.next().expect("a column");
        let fits = match table.whose {
            Whose::Nobody => kind == Kind::Plain,
            _ => matches!(kind, Kind::Sealed(_) | Kind::Secret | Kind::OfAnother),
        };
        assert!(fits, "{name}.{column}: {kind:?}");
    }
}

#[tokio::test]
async fn every_statement_of_the_list_runs() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        for table in all() {
            let ran = db.write::<_, DbError, _>(move |tx| async move { run(tx, table).await }.boxed()).await;
            assert!(ran.is_ok(), "{}: {ran:?}", table.name);
        }
    })
    .await;
}

async fn run(tx: &mut shared::db::Tx, table: &Table) -> Result<(), DbError> {
    for goes in table.goes {
        match goes {
            Goes::Over(_, _, sweep) => {
                assert_eq!(sweep.count.rows(tx, Timestamp::default()).await?, 0);
                assert_eq!(sweep.remove(tx, Timestamp::default()).await?, 0);
            }
            Goes::By(_, _, _, count) => assert_eq!(count.rows(tx, Timestamp::default()).await?, 0),
            Goes::Never(_) | Goes::Closed | Goes::When(_) => {}
        }
    }
    let (own, by) = match &table.whose {
        Whose::Account(own) => (own, store::By::Account("nobody".to_owned())),
        Whose::Receiver(own) => (own, store::By::Receiver([0; 32])),
        Whose::Nobody | Whose::Unlinked(_) => return Ok(()),
    };
    assert!(own.rows(tx, &by, |_| Ok(())).await?.is_empty());
    Ok(())
}
