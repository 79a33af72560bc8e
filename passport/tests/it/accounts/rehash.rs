//! The key of the hashes by which documents are found is changed, while people register at nodes that are one step apart.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::join_all;
use passport::accounts::AccountId;
use passport::accounts::model::{IdDocument, IdType, Password};
use passport::accounts::register::{Registered, Registration};
use passport::accounts::rehash::left;
use passport::accounts::store::find_by_document;
use passport::config::PasswordProfile;
use passport::keys::rehash::Step;
use passport::keys::store::LookupState;
use passport::web::Lookup;
use shared::db::{DbError, sql};
use shared::http::Caller;
use shared::i18n::Lang;

use super::*;
use crate::support::on_both_with;

const SETTINGS: &str =
    "[accounts]\ncaptcha = 'off'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n[limits]\nenabled = false\n";

fn document(number: usize) -> IdDocument {
    IdDocument::parse(IdType::parse("passport").expect("a type"), &format!("E{number:08}")).expect("a number")
}

/// Registers somebody with a document; whether it was free.
async fn is_free(passport: &Passport, person: usize, number: usize) -> bool {
    let registration = Registration {
        email: Email::parse(&format!("p{person}@example.com")).expect("an address"),
        mobile: Mobile::parse(&format!("138{person:08}")).expect("a number"),
        password: Password::parse(PasswordProfile::Seed, PASSWORD).expect("a password"),
        under_age: false,
        document: Some(document(number)),
        name: None,
    };
    let caller = Caller::at(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let key = format!("form-{person}");
    match passport.app.accounts.register(registration, &key, Lang::Zh, caller).await.expect("an answer") {
        Registered::Done => true,
        Registered::DocumentTaken => false,
        other => panic!("{other:?}"),
    }
}

/// Whose a document is, as that node finds it.
async fn owner(passport: &Passport, number: usize) -> Option<AccountId> {
    let hashes = passport.app.keys.hashes("id-document", document(number).lookup_key().as_bytes());
    let (key, written, next, other) = (hashes.key, hashes.written, hashes.next, hashes.other);
    let kind = document(number).kind();
    let found = passport.db.read::<_, DbError, _>(move |tx| {
        Box::pin(async move { find_by_document(tx, kind, Lookup { key, written, next, other }).await })
    });
    found.await.expect("an answer")
}

/// What each row holds: the present hash and the next.
async fn held(passport: &Passport) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let read = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let rows = sql("SELECT number_mac, number_mac_next FROM identities").fetch_all(tx).await?;
            rows.iter().map(|row| Ok((row.get("number_mac")?, row.get("number_mac_next")?))).collect::<Result<_, _>>()
        })
    });
    read.await.expect("rows")
}

/// Does what the state asks for; how many rows that were.
async fn deal_with(passport: &Passport, state: LookupState) -> usize {
    let (mut done, mut after) = (0, String::new());
    loop {
        let batch = passport.app.accounts.rehash_documents(state, &after).await.expect("done");
        assert_eq!(batch.broken, [""; 0]);
        done += batch.done;
        let Some(last) = batch.last else { return done };
        after = last;
    }
}

async fn advance(passport: &Passport) -> Step {
    passport.app.keys.advance_rehash(left).await.expect("an answer")
}

/// Two nodes, one of which has taken a step that the other does not know of, and people who come to either.
struct Apart<'p> {
    ahead: &'p Passport,
    behind: &'p Passport,
    people: usize,
}

impl Apart<'_> {
    fn next(&mut self) -> usize {
        self.people += 1;
        self.people
    }

    /// What must hold at any moment of a change.
    async fn hold(&mut self, moment: &str) {
        for node in [self.ahead, self.behind] {
            assert!(owner(node, 1).await.is_some(), "{moment}: the first document is found");
            let person = self.next();
            assert!(!is_free(node, person, 1).await, "{moment}: it is taken");
        }
        for (first, second) in [(self.ahead, self.behind), (self.behind, self.ahead)] {
            let (person, other) = (self.next(), self.next());
            assert!(is_free(first, person, person).await, "{moment}: a new document");
            assert!(!is_free(second, other, person).await, "{moment}: is taken at the other node");
            assert_eq!(owner(first, person).await, owner(second, person).await, "{moment}");
        }
        self.behind.app.keys.refresh().await.expect("followed");
    }

    async fn change(&mut self) {
        let ahead = self.ahead;
        assert_eq!(ahead.app.keys.begin_rehash().await.expect("begun"), LookupState::Filling);
        assert_eq!(ahead.app.keys.begin_rehash().await.expect("begun"), LookupState::Filling, "it is taken up");
        self.hold("begun").await;
        assert!(matches!(advance(ahead).await, Step::Left(1..)), "not every row has the second hash");
        deal_with(ahead, LookupState::Filling).await;
        assert_eq!(deal_with(ahead, LookupState::Filling).await, 0);
        self.hold("filled").await;
        deal_with(ahead, LookupState::Filling).await;
        assert_eq!(advance(ahead).await, Step::At(LookupState::Complete));
        self.hold("complete").await;
        assert_eq!(deal_with(ahead, LookupState::Filling).await, 0, "a command that slept does nothing any more");
        assert!(matches!(advance(ahead).await, Step::Left(1..)), "not every row has it in its place");
        deal_with(ahead, LookupState::Complete).await;
        self.hold("promoted").await;
        deal_with(ahead, LookupState::Complete).await;
        assert_eq!(advance(ahead).await, Step::At(LookupState::Settled));
        self.hold("settled").await;
        assert_eq!(deal_with(ahead, LookupState::Complete).await, 0);
    }
}

#[tokio::test]
async fn a_document_is_found_and_bound_once_at_every_step_of_every_change() {
    on_both_with(SETTINGS, |passport| async move {
        let behind = another_node(&passport, SETTINGS).await;
        assert!(is_free(&passport, 1, 1).await);
        let before = held(&passport).await;
        let mut apart = Apart { ahead: &passport, behind: &behind, people: 1 };
        apart.change().await;
        let first = held(&passport).await;
        assert!(first.iter().all(|(present, next)| Some(present) == next.as_ref()), "the new hash in both places");
        assert!(first.iter().all(|(present, _)| *present != before[0].0), "the first is nowhere");
        apart.change().await;
        let second = held(&passport).await;
        let old: Vec<_> = first.iter().map(|(present, _)| present).collect();
        assert!(second.iter().all(|(present, next)| !old.contains(&present) && Some(present) == next.as_ref()));
        let restarted = Passport::start(passport.db.clone(), SETTINGS).await;
        assert!(owner(&restarted, 1).await.is_some());
        let kinds = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'lookup_key_moved'";
        assert_eq!(register::count(&passport, kinds).await, 6);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_has_not_followed_holds_the_next_step_up() {
    on_both_with(SETTINGS, |passport| async move {
        assert!(is_free(&passport, 1, 1).await);
        let node = another_node(&passport, SETTINGS).await;
        node.app.keys.join("b", Duration::from_secs(30)).await.expect("joined");
        passport.app.keys.begin_rehash().await.expect("begun");
        deal_with(&passport, LookupState::Filling).await;
        assert_eq!(advance(&passport).await, Step::Unfollowed);
        node.app.keys.watch().await.expect("followed");
        assert_eq!(advance(&passport).await, Step::At(LookupState::Complete));
        assert_eq!(advance(&passport).await, Step::Unfollowed);
    })
    .await;
}

#[tokio::test]
async fn two_operators_at_once_change_one_key() {
    on_both_with(SETTINGS, |passport| async move {
        let other = another_node(&passport, SETTINGS).await;
        for n in 1..4 {
            assert!(is_free(&passport, n, n).await);
        }
        let operators = [&passport, &other];
        join_all(operators.map(|operator| async { operator.app.keys.begin_rehash().await.expect("begun") })).await;
        let made = "SELECT COUNT(*) AS n FROM lookup_keys";
        assert_eq!(register::count(&passport, made).await, 1);
        for state in [LookupState::Filling, LookupState::Complete] {
            for operator in operators {
                operator.app.keys.refresh().await.expect("followed");
            }
            join_all(operators.map(|operator| deal_with(operator, state))).await;
            join_all(operators.map(|operator| async { advance(operator).await })).await;
        }
        assert_eq!(passport.app.keys.rehash_state().await.expect("a state"), Some(LookupState::Settled));
        for n in 1..4 {
            assert!(owner(&passport, n).await.is_some());
        }
    })
    .await;
}

#[tokio::test]
async fn a_document_that_does_not_open_keeps_both_keys() {
    on_both_with(SETTINGS, |passport| async move {
        for n in 1..3 {
            assert!(is_free(&passport, n, n).await);
        }
        let damage = sql("UPDATE identities SET number_sealed = $2 WHERE account_id = $1");
        let damaged = owner(&passport, 1).await.expect("an account");
        passport.db.execute(damage.bind(damaged).bind(vec![0_u8; 40])).await.expect("damaged");
        passport.app.keys.begin_rehash().await.expect("begun");
        let batch = passport.app.accounts.rehash_documents(LookupState::Filling, "").await.expect("done");
        assert_eq!((batch.done, batch.broken), (1, vec![damaged.to_string()]));
        assert_eq!(advance(&passport).await, Step::Left(1));
        assert_eq!(owner(&passport, 1).await, Some(damaged), "it is found all the same");
        assert!(!is_free(&passport, 3, 1).await);
    })
    .await;
}
