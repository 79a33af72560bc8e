//! What a full queue before the hashing threads does to those who typed a password: nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use shared::clock::{FakeClock, Timestamp};
use shared::entropy::SystemEntropy;
use shared::http::Caller;
use shared::secret::{SecretBytes, SecretString};
use shared::testkit;

use super::admin::Seed;
use super::assurance::Acr;
use super::hashing::HashError;
use super::login::Browser;
use super::login::whose::whose;
use super::login::{Attempt, Refusal, SignIn};
use super::model::{IdDocument, IdType, LoginName};
use super::password::{Changed, Unconfirmed};
use super::sessions::Stay;
use super::store::{Found, SealedIdentity};
use super::*;
use crate::MIGRATIONS;
use crate::app::{App, World};
use crate::keys::MasterKey;

/// One thread that hashes and room for one who waits.
const SETTINGS: &str = "issuer = 'https://passport.test'\n[database]\nurl = 'sqlite:unused'\n\
    [keys]\nmaster_key_file = 'unused'\n[accounts]\nhash_threads = 1\nhash_queue = 1\n\
    [accounts.hash]\nmemory_kib = 64\niterations = 1\n";

pub(super) const NAME: &str = "13800138000";
const PASSWORD: &str = "abc12345!";

/// Accounts, one of them a candidate's.
pub(super) async fn accounts(db: Db) -> (Accounts, AccountId) {
    let clock = Arc::new(FakeClock::at(Timestamp::from_seconds(1_800_000_000)));
    let config = shared::config::parse(SETTINGS, crate::config::PREFIX, []).expect("settings");
    let world = World {
        config: Arc::new(config),
        db,
        clock: clock.clone(),
        time: clock,
        entropy: Arc::new(SystemEntropy::new()),
        master: MasterKey::new(&SecretBytes::new([7; 32])).into(),
    };
    let accounts = App::build(world).await.expect("a passport").accounts.clone();
    let seed = Seed { mobile: model::Mobile::parse(NAME).ok(), ..Seed::default() };
    accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
    let id = accounts.locate(NAME).await.expect("an answer").expect("an account");
    (accounts, id)
}

pub(super) fn caller() -> Caller {
    Caller::at(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// Name and password, typed in a browser that nobody has used before.
fn attempt(password: &str) -> Attempt {
    Attempt {
        name: LoginName::parse(NAME).expect("a name"),
        password: SecretString::new(password),
        province: None,
        browser: Browser {
            caller: caller(),
            present: None,
            device: [0; 32],
            wanted: Acr::One,
            stay: Stay::Browser,
            agrees: None,
        },
    }
}

/// Runs `work` while every hash is refused.
async fn while_busy<F: Future<Output = ()>>(accounts: &Accounts, work: F) {
    let hasher = accounts.parts().hasher.clone();
    let release = hasher.occupy();
    let waiting = hasher.clone();
    let waiting = tokio::spawn(async move { waiting.verify_nobody(&SecretString::new(""), None).await });
    while hasher.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    work.await;
    drop(release);
    waiting.await.expect("no panic").expect("its turn came");
}

#[tokio::test]
async fn a_sign_in_that_finds_the_queue_full_is_no_failure() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, _) = accounts(db).await;
        while_busy(&accounts, async {
            for _ in 0..6 {
                let answer = accounts.sign_in(attempt("wrong")).await;
                assert!(matches!(answer, Err(Trouble::Hash(HashError::Busy))));
            }
        })
        .await;
        let answer = accounts.sign_in(attempt("wrong")).await.expect("an answer");
        assert!(matches!(answer, SignIn::Refused(Refusal::Wrong { left: 4 })), "the first failure of five");
        let answer = accounts.sign_in(attempt(PASSWORD)).await.expect("an answer");
        assert!(matches!(answer, SignIn::Done(_)));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_password_that_finds_the_queue_full_is_no_failure() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, account) = accounts(db).await;
        let now = accounts.parts().clock.now();
        let session = Session {
            id: SessionId::new(now, &*accounts.parts().entropy),
            account,
            auth_time: now,
            acr: Acr::One,
            amr: vec!["pwd".to_owned()],
            province: None,
            last_seen_at: now,
            term: SessionPolicy::default().term(Stay::Browser, now),
        };
        let change = async |old: &str| {
            accounts.change_password(&session, caller(), &SecretString::new(old), &SecretString::new("xyz12345!")).await
        };
        while_busy(&accounts, async {
            for _ in 0..6 {
                assert!(matches!(change(PASSWORD).await, Err(Trouble::Hash(HashError::Busy))));
            }
        })
        .await;
        let answer = change("wrong").await.expect("an answer");
        assert!(matches!(answer, Changed::Unconfirmed(Unconfirmed::Wrong { left: 4 })), "the first failure of five");
        assert!(matches!(change(PASSWORD).await.expect("an answer"), Changed::Done(_)));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_changed_while_it_is_looked_at_signs_nobody_in() {
    const NEW: &str = "xyz12345!";
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, account) = accounts(db).await;
        let hasher = accounts.parts().hasher.clone();
        let hash = hasher.hash(&SecretString::new(NEW)).await.expect("a hash");
        let release = hasher.occupy();
        let trying = accounts.clone();
        let trying = tokio::spawn(async move { trying.sign_in(attempt(PASSWORD)).await });
        // Its hash was read, and waits to be compared.
        while hasher.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        let later = accounts.parts().clock.now() + std::time::Duration::from_millis(1);
        let set = accounts.write(hash, move |_, hash, tx| {
            async move { store::set_password(tx, account, &hash, later).await }.boxed()
        });
        set.await.expect("another password");
        drop(release);
        let answer = trying.await.expect("no panic").expect("an answer");
        assert!(matches!(answer, SignIn::Refused(Refusal::Wrong { .. })), "the old password signed somebody in");
        let answer = accounts.sign_in(attempt(NEW)).await.expect("an answer");
        assert!(matches!(answer, SignIn::Done(_)));
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_has_costs_what_its_neighbour_costs() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, id) = accounts(db).await;
        let find = async |name: &str| {
            let name = LoginName::parse(name).expect("a name");
            let read = accounts.parts().db.read::<_, DbError, _>(move |tx| {
                let name = name.clone();
                async move { store::credentials(tx, &name).await }.boxed()
            });
            read.await.expect("an answer")
        };
        let Found::Account(account) = find(NAME).await else { panic!("the account is not found") };
        assert_eq!(account.id, id);
        let before = find("13800137999").await;
        assert!(matches!(before, Found::Nobody { neighbour: Some(hash) } if hash == account.password_hash));
        assert!(matches!(find("13800138001").await, Found::Nobody { neighbour: None }));
    })
    .await;
}

#[tokio::test]
async fn a_number_that_nobody_has_costs_what_its_neighbour_costs() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, holder) = accounts(db).await;
        // Of another cost, and next to every number in the index of names.
        let other = Seed { plain_name: Some("zz".to_owned()), ..Seed::default() };
        accounts.seed(vec![other], &SecretString::new(PASSWORD), false).await.expect("another account");
        let document = |n: u32| {
            let kind = IdType::parse("passport").expect("a type");
            IdDocument::parse(kind, &format!("E{n:08}")).expect("a number")
        };
        let (held, now) = (document(0), accounts.parts().clock.now());
        let hashes = accounts.document_hashes(&held);
        let identity = SealedIdentity { kind: held.kind(), number_sealed: vec![0], hashes };
        let bound = accounts.write(identity, move |_, identity, tx| {
            async move { store::insert_identity(tx, holder, &identity, now).await }.boxed()
        });
        bound.await.expect("bound");
        let find = async |document: &IdDocument| {
            let (asked, name) = (accounts.clone(), LoginName::parse(document.number()).expect("a name"));
            let read = accounts.parts().db.read::<_, DbError, _>(move |tx| {
                let (asked, name) = (asked.clone(), name.clone());
                async move { whose(&asked, tx, &name).await }.boxed()
            });
            read.await.expect("an answer")
        };
        let Found::Account(account) = find(&held).await else { panic!("the account is not found") };
        assert_eq!(account.id, holder);
        let before =
            (1..1_000_000).map(document).find(|other| accounts.document_hashes(other).written < hashes.written);
        let found = find(&before.expect("a hash below that one")).await;
        assert!(matches!(found, Found::Nobody { neighbour: Some(hash) } if hash == account.password_hash));
    })
    .await;
}
