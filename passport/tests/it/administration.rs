//! What operators do with accounts, and what people notice of it.

use passport::accounts::admin::Seed;
use passport::accounts::model::{Email, Mobile};
use passport::audit::{self, Event};
use shared::secret::SecretString;

use crate::support::{self, Passport};

fn seed() -> Seed {
    Seed {
        email: Some(Email::parse("li@example.com").expect("an address")),
        mobile: Some(Mobile::parse("13800138000").expect("a number")),
        ..Seed::default()
    }
}

async fn add(passport: &Passport, if_missing: bool) -> Result<u64, String> {
    let password = SecretString::new("Passw0rd!");
    passport.app.accounts.seed(vec![seed()], &password, if_missing).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_account_is_found_by_its_id_and_each_login_name() {
    support::on_both(|passport| async move {
        assert_eq!(add(&passport, false).await, Ok(1));
        let accounts = &passport.app.accounts;
        let id = accounts.locate("LI@example.com").await.expect("an answer").expect("an account");
        for name in ["138 0013 8000".to_owned(), id.to_string()] {
            assert_eq!(accounts.locate(&name).await.expect("an answer"), Some(id), "{name}");
        }
        assert_eq!(accounts.locate("nobody@example.com").await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_there_is_refused_or_passed_over() {
    support::on_both(|passport| async move {
        assert_eq!(add(&passport, false).await, Ok(1));
        assert!(add(&passport, false).await.is_err());
        assert_eq!(add(&passport, true).await, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn locking_and_unlocking_are_on_record() {
    support::on_both(|passport| async move {
        add(&passport, false).await.expect("an account");
        let accounts = &passport.app.accounts;
        let id = accounts.locate("li@example.com").await.expect("an answer").expect("an account");
        assert!(accounts.lock(id).await.expect("an answer"));
        assert!(accounts.standing(id).await.expect("an answer").expect("an account").locked);
        assert!(accounts.unlock(id).await.expect("an answer"));
        assert!(!accounts.standing(id).await.expect("an answer").expect("an account").locked);

        let entries = passport
            .db
            .read(|tx| Box::pin(async move { audit::store::latest(tx, 100).await }))
            .await
            .expect("the record");
        for kind in ["account_locked", "account_unlocked"] {
            let entry = entries.iter().find(|entry| entry.kind == kind).expect(kind);
            assert_eq!(entry.actor, "operator");
        }
        let unlocked = Event::AccountUnlocked { account: id.to_string() };
        assert_eq!(unlocked.account(), Some(id.to_string().as_str()));
    })
    .await;
}
