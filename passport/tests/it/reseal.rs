//! The keys that seal data are changed: everything stored is sealed anew, nothing is lost, and the older key goes when
//! nothing needs it any more.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use passport::accounts::admin::Seed;
use passport::keys::reseal::{Batch, Finish};
use passport::keys::store::SealedColumn;
use passport::keys::{Change, Keys};
use passport::tables::SEALED;
use passport::web::{KeyUse, Sealed};
use shared::db::{Db, DbError, sql};
use shared::secret::SecretString;

use crate::support::{BEGIN, Passport, on_both};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const COLUMNS: &[SealedColumn] = &SEALED;

/// More than one batch of them.
const PEOPLE: usize = 130;

#[test]
fn every_column_that_is_sealed_is_sealed_anew() {
    let stored = KeyUse::ALL.iter().filter(|used| used.sealed() == Some(Sealed::Stored)).map(|used| used.as_str());
    let listed = COLUMNS.iter().map(|column| column.purpose);
    assert_eq!(stored.collect::<Vec<_>>(), listed.collect::<Vec<_>>(), "each stored use has its column");

    // By the name that such columns have: what no list knows would not open any more.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).expect("migrations").map(|file| file.expect("a file").path()) {
        let mut table = String::new();
        for line in std::fs::read_to_string(file).expect("SQL").lines() {
            let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches([',', ';'])).collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, ..] | ["ALTER", "TABLE", name, "ADD", ..] => table = (*name).to_owned(),
                _ => {}
            }
            let column = words.iter().position(|word| *word == "BLOB").and_then(|at| words.get(at.checked_sub(1)?));
            found.extend(column.filter(|name| name.ends_with("sealed")).map(|name| format!("{table}.{name}")));
        }
    }
    // Data keys themselves are sealed under the master key.
    found.retain(|name| name != "data_keys.sealed");
    found.sort();
    let mut listed: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    listed.sort_unstable();
    assert_eq!(found, listed);
}

/// What a person's document is called in these tests.
fn number(person: &str) -> String {
    format!("number of {person}")
}

/// Fills the tables with people who have documents, one of them with everything else that is sealed.
async fn furnish(passport: &Passport) -> Vec<String> {
    let seeds = (0..PEOPLE).map(|n| Seed { plain_name: Some(format!("candidate-{n}")), ..Seed::default() }).collect();
    let people =
        passport.app.accounts.seed(seeds, &SecretString::new("Correct-horse-1"), false).await.expect("accounts");
    let people: Vec<String> = people.iter().map(ToString::to_string).collect();
    let (keys, ids) = (passport.app.keys.clone(), people.clone());
    let put = passport.db.write::<_, DbError, _>(move |tx| {
        let (keys, ids) = (keys.clone(), ids.clone());
        async move {
            for id in &ids {
                sql("INSERT INTO identities (account_id, kind, number_sealed, number_mac, created_at) \
                     VALUES ($1, 'passport', $2, $3, 1)")
                .bind(id)
                .bind(keys.seal("id-document", number(id).as_bytes(), b""))
                .bind(keys.mac("id-document", number(id).as_bytes()))
                .execute(tx)
                .await?;
            }
            let id = &ids[0];
            sql("INSERT INTO authenticators (account_id, secret_sealed, last_step, created_at) VALUES ($1, $2, 0, 1)")
                .bind(id)
                .bind(keys.seal("authenticator", number(id).as_bytes(), b""))
                .execute(tx)
                .await?;
            sql("INSERT INTO appeals (id, case_number, proof_id, document_mac, file_sealed, state, begun_at) \
                 VALUES ($1, 'a', 'a', $2, $3, 'submitted', 1)")
            .bind(id)
            .bind([1_u8; 32])
            .bind(keys.seal("appeal-file", number(id).as_bytes(), id.as_bytes()))
            .execute(tx)
            .await?;
            // One whose words were erased.
            sql("INSERT INTO appeals (id, case_number, proof_id, document_mac, state, begun_at) \
                 VALUES ('erased', 'b', 'b', $1, 'refused', 1)")
            .bind([1_u8; 32])
            .execute(tx)
            .await?;
            sql("INSERT INTO appeal_photos (appeal_id, sealed, created_at) VALUES ($1, $2, 1)")
                .bind(id)
                .bind(keys.seal("appeal-photo", number(id).as_bytes(), id.as_bytes()))
                .execute(tx)
                .await?;
            sql("INSERT INTO guardians (account_id, state, why, known_at, tries, person_sealed) \
                 VALUES ($1, 'consented', 'declared', 1, 0, $2)")
            .bind(id)
            .bind(keys.seal("guardian", number(id).as_bytes(), b""))
            .execute(tx)
            .await?;
            sql("INSERT INTO organisations (id, name, created_at, revision) VALUES ('o', 'o', 1, 0)")
                .execute(tx)
                .await?;
            sql("INSERT INTO sandbox_sites (id, organisation_id, client_id, name, registered_at, token_sealed) \
                 VALUES ($1, 'o', 'c', 's', 1, $2)")
            .bind(id)
            .bind(keys.seal("sandbox-site", number(id).as_bytes(), id.as_bytes()))
            .execute(tx)
            .await?;
            sql("INSERT INTO organisations (id, name, created_at, revision) VALUES ($1, 'p', 1, 0)")
                .bind(id)
                .execute(tx)
                .await?;
            sql("INSERT INTO sandbox_candidates (organisation_id, set_sealed, made_at) VALUES ($1, $2, 1)")
                .bind(id)
                .bind(keys.seal("sandbox-candidates", number(id).as_bytes(), id.as_bytes()))
                .execute(tx)
                .await?;
            sql("INSERT INTO client_signals (client_id, endpoint, events, state, created_at, changed_at, \
                 authorization_sealed) VALUES ($1, 'https://a.example/', '', 'enabled', 1, 1, $2)")
            .bind(id)
            .bind(keys.seal("signal-authorization", number(id).as_bytes(), id.as_bytes()))
            .execute(tx)
            .await?;
            Ok(())
        }
        .boxed()
    });
    put.await.expect("rows");
    people
}

/// Every stored row of a column, by its id.
async fn rows(db: &Db, column: SealedColumn) -> Vec<(String, Vec<u8>)> {
    let read = db.read::<_, DbError, _>(move |tx| {
        async move {
            let (mut rows, mut after) = (Vec::new(), String::new());
            loop {
                let batch = column.batch(tx, &after, &[0xff; 5]).await?;
                let Some(last) = batch.last() else { return Ok(rows) };
                after = last.id.clone();
                rows.extend(batch.into_iter().map(|row| (row.id, row.sealed)));
            }
        }
        .boxed()
    });
    read.await.expect("rows")
}

/// That everything which is looked at opens, and is what it was; the number of the key that sealed it all.
async fn opens(db: &Db, keys: &Keys) -> u8 {
    let mut by = Vec::new();
    for column in COLUMNS {
        let found = rows(db, *column).await;
        assert!(!found.is_empty(), "{}", column.name);
        for (id, sealed) in found {
            let belongs_to = if column.bound { id.as_bytes() } else { &[] };
            let opened = keys.open(column.purpose, &sealed, belongs_to);
            assert_eq!(opened.as_deref(), Some(number(&id).as_bytes()), "{} of {id}", column.name);
            by.push(sealed[4]);
        }
    }
    by.dedup();
    assert_eq!(by.len(), 1, "{by:?}");
    by[0]
}

/// Goes through every column; how many rows were sealed anew, and which do not open.
async fn walk(keys: &Keys) -> (usize, Vec<String>) {
    let (mut done, mut broken) = (0, Vec::new());
    for column in COLUMNS {
        let mut after = String::new();
        while let Batch { done: more, broken: bad, last: Some(last) } =
            keys.reseal(*column, &after).await.expect("done")
        {
            done += more;
            broken.extend(bad);
            after = last;
        }
    }
    (done, broken)
}

async fn finish(keys: &Keys) -> Finish {
    keys.finish_reseal(COLUMNS, DAY).await.expect("an answer")
}

#[tokio::test]
async fn everything_is_sealed_by_a_new_key_and_the_older_one_goes_when_nothing_needs_it() {
    on_both(|passport| async move {
        let keys = &passport.app.keys;
        furnish(&passport).await;
        let cookie = keys.seal("draft", b"text", b"");
        let older = opens(&passport.db, keys).await;

        let made = keys.begin_reseal().await.expect("begun");
        assert!(matches!(made.as_slice(), [Change::DataKey { .. }]), "{made:?}");
        assert_eq!(keys.begin_reseal().await.expect("begun"), [], "a run that was stopped is taken up");
        assert_eq!(finish(keys).await, Finish::Left { column: "identities.number_sealed", rows: 130 });
        // Half-way, both open.
        let batch = keys.reseal(COLUMNS[0], "").await.expect("a batch");
        assert_eq!(batch.done, 100);
        assert_eq!(walk(keys).await, (37, vec![]));
        assert_eq!(walk(keys).await, (0, vec![]));
        let newer = opens(&passport.db, keys).await;
        assert!(newer > older, "{newer} {older}");

        assert_eq!(finish(keys).await, Finish::Waits { until: BEGIN + DAY });
        assert_eq!(keys.open("draft", &cookie, b"").as_deref(), Some(&b"text"[..]), "a browser may still have it");
        passport.clock.advance(DAY);
        let Finish::Done { changes } = finish(keys).await else { panic!("not done") };
        let [Change::DataKeyDestroyed { id, .. }] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(*id, i64::from(older));
        assert_eq!(finish(keys).await, Finish::Done { changes: vec![] });
        assert_eq!(keys.open("draft", &cookie, b""), None);
        assert_eq!(opens(&passport.db, keys).await, newer);
        let restarted = Passport::start(passport.db.clone(), "").await;
        assert_eq!(opens(&passport.db, &restarted.app.keys).await, newer);
        let next = keys.begin_reseal().await.expect("begun");
        assert!(matches!(next.as_slice(), [Change::DataKey { id, .. }] if *id > i64::from(newer)), "{next:?}");
    })
    .await;
}

#[tokio::test]
async fn two_operators_at_once_make_one_key_and_seal_each_row_once() {
    on_both(|passport| async move {
        furnish(&passport).await;
        let others = [Passport::start(passport.db.clone(), "").await, passport.clone()];
        let begun = join_all(others.iter().map(|other| other.app.keys.begin_reseal())).await;
        assert_eq!(begun.into_iter().filter(|made| made.as_ref().is_ok_and(|made| made.len() == 1)).count(), 1);
        for other in &others {
            other.app.keys.refresh().await.expect("followed");
        }
        let done = join_all(others.iter().map(|other| walk(&other.app.keys))).await;
        assert_eq!(done.iter().map(|(done, _)| done).sum::<usize>(), PEOPLE + 7);
        opens(&passport.db, &passport.app.keys).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_written_meanwhile_has_the_last_word() {
    on_both(|passport| async move {
        let keys = &passport.app.keys;
        let people = furnish(&passport).await;
        let before = rows(&passport.db, COLUMNS[1]).await;
        keys.begin_reseal().await.expect("begun");
        let (id, written) = (people[0].clone(), keys.seal("authenticator", b"another secret", b""));
        let change = sql("UPDATE authenticators SET secret_sealed = $2 WHERE account_id = $1").bind(&id).bind(&written);
        passport.db.execute(change).await.expect("written");
        let late = passport.db.write::<_, DbError, _>(move |tx| {
            let (row, sealed) = before[0].clone();
            let row = passport::keys::store::SealedRow { id: row, sealed };
            async move { COLUMNS[1].replace(tx, &row, vec![1]).await }.boxed()
        });
        assert!(!late.await.expect("an answer"), "what was read before is not there any more");
        walk(keys).await;
        assert_eq!(rows(&passport.db, COLUMNS[1]).await, [(id, written)]);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_has_not_followed_keeps_the_older_key() {
    on_both(|passport| async move {
        let (keys, minute) = (&passport.app.keys, Duration::from_secs(60));
        let node = Passport::start(passport.db.clone(), "").await;
        node.app.keys.join("b", minute / 2).await.expect("joined");
        keys.begin_reseal().await.expect("begun");
        passport.clock.advance(DAY - minute);
        assert_eq!(finish(keys).await, Finish::Unfollowed, "its lease is over, but it may be there");
        node.app.keys.watch().await.expect("followed");
        assert!(matches!(finish(keys).await, Finish::Waits { .. }));
        passport.clock.advance(minute);
        assert!(matches!(finish(keys).await, Finish::Done { .. }));

        keys.begin_reseal().await.expect("begun");
        node.app.keys.leave().await.expect("left");
        assert!(matches!(finish(keys).await, Finish::Waits { .. }), "nobody waits for one that left");
    })
    .await;
}

#[tokio::test]
async fn a_row_that_opens_with_no_key_is_left_as_it_is_and_keeps_the_older_key() {
    on_both(|passport| async move {
        let keys = &passport.app.keys;
        let people = furnish(&passport).await;
        let damaged = [&keys.seal("id-document", b"x", b"")[..20], &[0; 20]].concat();
        let damage = sql("UPDATE identities SET number_sealed = $2 WHERE account_id = $1");
        passport.db.execute(damage.bind(&people[7]).bind(&damaged)).await.expect("damaged");
        keys.begin_reseal().await.expect("begun");
        let (done, broken) = walk(keys).await;
        assert_eq!((done, broken), (PEOPLE + 6, vec![people[7].clone()]));
        passport.clock.advance(DAY);
        assert_eq!(finish(keys).await, Finish::Left { column: "identities.number_sealed", rows: 1 });
    })
    .await;
}
