//! The registry of relying parties in a database: what one node writes, another reads within seconds; secrets are
//! exchanged without an outage.

use std::time::Duration;

use passport::MIGRATIONS;
use passport::audit::{self, Actor, Audit};
use passport::clients::secret::SecretError;
use passport::clients::{Applied, ClientId, Clients, ClientsError, Metadata, store};
use shared::clock::{Clock as _, Timestamp};
use shared::db::{Db, DbConfig, sql};
use shared::entropy::SystemEntropy;
use shared::secret::{SecretString, sha256};
use shared::testkit::{self, Outage};

use crate::support::site::{basic, encoded, post};
use crate::support::{self, Passport};

fn metadata(more: &str) -> Metadata {
    let text = format!(
        "client_id = 'a'\nclient_name = {{ zh = '甲', en = 'A' }}\nredirect_uris = ['https://a.example/cb']\n{more}"
    );
    toml::from_str(&text).expect("metadata")
}

/// The registry as another node has it.
fn other_node(passport: &Passport) -> Clients {
    let entropy = std::sync::Arc::new(SystemEntropy::new());
    let audit = Audit::new(passport.clock.clone(), entropy.clone());
    Clients::new(passport.db.clone(), passport.clock.clone(), entropy, audit)
}

async fn register(passport: &Passport) {
    let applied = passport.app.clients.apply(Actor::Operator, metadata("")).await;
    assert_eq!(applied.expect("a client"), Applied::Registered);
}

#[tokio::test]
async fn another_node_sees_a_change_within_a_second() {
    support::on_both(|passport| async move {
        let other = other_node(&passport);
        assert!(other.find("a").await.expect("an answer").is_none());
        register(&passport).await;
        passport.clock.advance(Duration::from_millis(999));
        assert!(other.find("a").await.expect("an answer").is_none(), "the copy is still trusted");
        passport.clock.advance(Duration::from_millis(1));
        assert!(other.find("a").await.expect("an answer").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_taken_before_and_would_be_refused_today_is_in_no_other_clients_way() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let clients = &passport.app.clients;
        let broken = metadata("jwks = { keys = [{ kty = 'EC', crv = 'P-256', x = 'AAAA', y = 'AAAA' }] }");
        let refused = clients.apply(Actor::Operator, broken.clone()).await;
        assert!(matches!(refused, Err(ClientsError::Metadata(_))), "{refused:?}");

        let old = serde_json::to_string(&Metadata { client_id: "b".to_owned(), ..broken }).expect("JSON");
        let insert = sql("INSERT INTO clients (client_id, metadata, created_at, updated_at) VALUES ('b', $1, 1, 1)");
        passport.db.execute(insert.bind(old)).await.expect("written");
        let other = other_node(&passport);
        assert!(other.find("a").await.expect("an answer").is_some());
        assert!(other.find("b").await.expect("an answer").is_some());
    })
    .await;
}

#[tokio::test]
async fn the_same_metadata_twice_changes_nothing() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let clients = &passport.app.clients;
        let again = clients.apply(Actor::Operator, metadata("")).await;
        assert_eq!(again.expect("a client"), Applied::Unchanged);
        let changed = clients.apply(Actor::Operator, metadata("first_party = true")).await;
        assert_eq!(changed.expect("a client"), Applied::Changed);
        assert!(clients.find("a").await.expect("an answer").expect("a client").first_party);
    })
    .await;
}

#[tokio::test]
async fn metadata_that_breaks_a_rule_is_not_stored() {
    support::on_both(|passport| async move {
        let clients = &passport.app.clients;
        let refused = clients.apply(Actor::Operator, metadata("client_uri = 'http://a.example/'")).await;
        assert!(matches!(refused, Err(ClientsError::Metadata(problems)) if problems.len() == 1));
        assert!(clients.find("a").await.expect("an answer").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_field_that_a_newer_program_stored_is_passed_over() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let mut stored = serde_json::to_value(metadata("first_party = true")).expect("JSON");
        stored["of_tomorrow"] = serde_json::json!({ "a": 1 });
        stored["client_name"]["de"] = "A".into();
        let stored = stored.to_string();
        passport
            .db
            .write(move |tx| {
                let stored = stored.clone();
                Box::pin(async move {
                    sql("UPDATE clients SET metadata = $1").bind(stored).execute(tx).await?;
                    store::touch(tx).await
                })
            })
            .await
            .expect("stored");
        let found = other_node(&passport).find("a").await.expect("an answer").expect("a client");
        assert_eq!(found.metadata, metadata("first_party = true"));
    })
    .await;
}

#[tokio::test]
async fn an_exchanged_secret_stays_valid_for_its_overlap_and_no_longer() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let clients = &passport.app.clients;
        let rotate = |overlap| clients.rotate_secret(Actor::Operator, "a", overlap);
        let valid = async |secret: &SecretString| {
            let client = clients.find("a").await.expect("an answer").expect("a client");
            client.verify_secret(secret.expose(), shared::clock::Clock::now(&*passport.clock)).is_some()
        };
        let overlap = Duration::from_secs(3_600);
        let old = rotate(overlap).await.expect("a secret");
        let new = rotate(overlap).await.expect("a secret");
        assert!(valid(&old).await && valid(&new).await);
        assert!(matches!(rotate(overlap).await, Err(ClientsError::TooManySecrets)));
        passport.clock.advance(overlap);
        assert!(!valid(&old).await && valid(&new).await);
        let newest = rotate(Duration::ZERO).await.expect("a secret");
        assert!(!valid(&new).await && valid(&newest).await);
    })
    .await;
}

#[tokio::test]
async fn a_secret_brought_along_is_taken_once_and_only_if_it_cannot_be_guessed() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let clients = &passport.app.clients;
        let secret = SecretString::new("brought-along-0123456789-0123456789");
        for _ in 0..3 {
            clients.import_secret(Actor::Operator, "a", &secret).await.expect("taken");
        }
        let client = clients.find("a").await.expect("an answer").expect("a client");
        assert_eq!(client.secrets().len(), 1);
        let short = clients.import_secret(Actor::Operator, "a", &SecretString::new("guess")).await;
        assert!(matches!(short, Err(ClientsError::Secret(SecretError::Short))));
        let unknown = clients.import_secret(Actor::Operator, "nobody", &secret).await;
        assert!(matches!(unknown, Err(ClientsError::Unknown)));
    })
    .await;
}

#[tokio::test]
async fn every_change_is_on_record_and_no_secret_is() {
    support::on_both(|passport| async move {
        register(&passport).await;
        let secret = passport.app.clients.rotate_secret(Actor::Operator, "a", Duration::ZERO).await.expect("a secret");
        let entries = passport
            .db
            .read(|tx| Box::pin(async move { audit::store::latest(tx, 100).await }))
            .await
            .expect("the record");
        let of_clients = entries.iter().filter(|entry| entry.kind.starts_with("client_"));
        let mut kinds: Vec<_> = of_clients.map(|entry| entry.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["client_registered", "client_secret_added"]);
        assert!(entries.iter().all(|entry| !entry.details.contains(secret.expose())));
    })
    .await;
}

/// When each secret of the client was last used, the older one first, as the command line reads it.
async fn last_uses(passport: &Passport) -> Vec<Option<Timestamp>> {
    let client = other_node(passport).find("a").await.expect("an answer").expect("a client");
    client.secrets().iter().map(|secret| secret.last_used_at).collect()
}

#[tokio::test]
async fn of_each_secret_the_last_use_on_any_node_is_known_and_no_request_writes_it() {
    support::on_both(|passport| async move {
        let clients = &passport.app.clients;
        let applied =
            clients.apply(Actor::Operator, metadata("grant_types = ['client_credentials']\nscopes = ['x']")).await;
        assert_eq!(applied.expect("a client"), Applied::Registered);
        let overlap = Duration::from_secs(3_600);
        let rotate = || clients.rotate_secret(Actor::Operator, "a", overlap);
        let old = rotate().await.expect("a secret");
        passport.clock.advance(Duration::from_secs(1));
        let new = rotate().await.expect("a secret");
        let ask = async |secret: &str| {
            let authorization = basic("a", secret);
            let form = encoded(&[("grant_type", "client_credentials")]);
            let answer = post(&mut passport.browser(), "/token", form, &[("authorization", &authorization)]).await;
            answer.status.as_u16()
        };

        assert_eq!((ask("another").await, ask(old.expose()).await), (401, 200));
        assert_eq!(last_uses(&passport).await, [None, None], "a request wrote");
        clients.write_uses().await.expect("written");
        let first = passport.clock.now();
        assert_eq!(last_uses(&passport).await, [Some(first), None]);

        passport.clock.advance(overlap / 2);
        assert_eq!(ask(new.expose()).await, 200);
        // Another node saw the old one used before this one did, and says so later.
        let (elsewhere, hash) = (other_node(&passport), sha256(old.expose().as_bytes()));
        elsewhere.used_secret(&ClientId::parse("a").expect("an id"), hash, first - Duration::from_secs(1));
        elsewhere.write_uses().await.expect("written");
        clients.write_uses().await.expect("written");
        assert_eq!(last_uses(&passport).await, [Some(first), Some(passport.clock.now())]);
    })
    .await;
}

#[tokio::test]
async fn uses_that_could_not_be_written_are_written_the_next_time() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let db = Db::connect(&config).await.expect("a database");
        let passport = Passport::start(db, "").await;
        register(&passport).await;
        let clients = &passport.app.clients;
        let secret = clients.rotate_secret(Actor::Operator, "a", Duration::ZERO).await.expect("a secret");
        let (id, now) = (ClientId::parse("a").expect("an id"), passport.clock.now());
        clients.used_secret(&id, sha256(secret.expose().as_bytes()), now);
        let outage = Outage::begin(&config).await;
        assert!(clients.write_uses().await.is_err());
        outage.end().await;
        clients.write_uses().await.expect("written");
        assert_eq!(last_uses(&passport).await, [Some(now)]);
        passport.db.close().await;
    })
    .await;
}
