//! That a name which nobody has takes the same time: the same statements, whatever is done with it.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::i18n::Lang;
use shared::testkit;

use super::cookie::RecoveryToken;
use super::operation::{Asking, Here, ask, by_code};
use crate::MIGRATIONS;
use crate::accounts::Accounts;
use crate::accounts::model::Contact;
use crate::accounts::proof::{Checked, Issued};
use crate::accounts::tests::{NAME, accounts, caller};

/// How many statements it takes to ask for a code, to ask again, and to type five wrong ones.
async fn run(accounts: Accounts, contact: Contact, tx: &mut Tx) -> Result<Vec<u64>, DbError> {
    let mut took = vec![tx.statements()];
    let asking = Asking { contact, lang: Lang::Zh, from: caller(), replaces: None };
    let Issued::Sent(first) = ask(accounts.clone(), asking.clone(), tx).await? else { panic!("too many") };
    took.push(tx.statements());
    let too_soon = ask(accounts.clone(), Asking { replaces: Some(first), ..asking.clone() }, tx).await?;
    assert!(matches!(too_soon, Issued::TooMany(_)));
    took.push(tx.statements());
    let Issued::Sent(second) = ask(accounts.clone(), asking, tx).await? else { panic!("too many") };
    took.push(tx.statements());
    let token = RecoveryToken::new(&*accounts.parts().entropy);
    for _ in 0..5 {
        let here = Here { recovery: None, caller: caller() };
        let typed = (second, "000000".to_owned(), here, token.clone());
        let checked = by_code(accounts.clone(), typed, tx).await?;
        assert!(!matches!(checked, Checked::Right(_)));
        took.push(tx.statements());
    }
    Ok(took.windows(2).map(|pair| pair[1] - pair[0]).collect())
}

#[tokio::test]
async fn a_name_that_nobody_has_takes_as_many_statements_as_one_that_somebody_has() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (accounts, _) = accounts(db).await;
        let took = async |name: &str| {
            let contact = Contact::parse(name).expect("a contact");
            let counted = accounts.write(contact, |accounts, contact, tx| run(accounts, contact, tx).boxed());
            counted.await.expect("an answer")
        };
        let (known, unknown) = (took(NAME).await, took("13900139000").await);
        assert_eq!(known, unknown);
        assert!(known.iter().all(|statements| *statements > 0), "{known:?}");
    })
    .await;
}
