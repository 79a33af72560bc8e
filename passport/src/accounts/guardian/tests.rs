//! What two tabs of a child do at once.

use futures_util::FutureExt as _;
use shared::i18n::Lang;
use shared::testkit;

use super::ask::{Answered, Asking};
use super::model::{Relation, born_on, of_age_at};
use super::{Guardian, Known, look};
use crate::MIGRATIONS;
use crate::accounts::model::{Contact, Name};
use crate::accounts::tests::{accounts, caller};

#[tokio::test]
async fn a_day_of_birth_that_comes_when_a_guardian_was_asked_comes_too_late() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, account) = accounts(db).await;
        let declared = accounts.write(account, |accounts, account, tx| {
            async move { look(&accounts, tx, (account, Known::Declared), caller()).await }.boxed()
        });
        assert!(declared.await.expect("an answer"), "it waits for a guardian");
        let ask = async |born: &str| {
            let guardian = Guardian {
                name: Name::parse("王芳").expect("a name"),
                relation: Relation::Mother,
                contact: Contact::parse("wang@example.com").expect("a contact"),
            };
            let of_age_at = of_age_at(born_on(born).expect("a day"));
            let asking = Asking { account, guardian, of_age_at, lang: Lang::Zh, caller: caller() };
            accounts.ask_guardian(asking).await.expect("an answer")
        };
        assert_eq!(ask("2020-01-01").await, Answered::Sent);
        // From a tab whose page was read before.
        assert_eq!(ask("2000-01-01").await, Answered::GrownTooLate);
        let found = accounts.guardianship(account).await.expect("an answer").expect("a child");
        assert!(found.holds(accounts.parts().clock.now()));
    })
    .await;
}
