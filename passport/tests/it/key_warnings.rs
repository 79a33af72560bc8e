//! Sites are told by mail of a key that somebody else has.

use std::collections::BTreeMap;
use std::time::Duration;

use passport::delivery::{Channel, Letter, store};
use passport::keys::KeysError;
use shared::clock::Clock as _;

use crate::support::site::{OURS, PUBLIC, THEIRS};
use crate::support::{Passport, on_both};

/// The mails that wait and were not seen before, by their addresses.
async fn mails(passport: &Passport) -> BTreeMap<String, Vec<Letter>> {
    let now = passport.clock.now();
    let later = now + Duration::from_secs(60);
    let claimed = passport.db.write(move |tx| Box::pin(store::claim(tx, &Channel::Mail, 100, now, later)));
    let mut mails = BTreeMap::<_, Vec<_>>::new();
    for mail in claimed.await.expect("mails") {
        let letter: Letter = mail.payload.read().expect("a letter");
        mails.entry(letter.to.clone()).or_default().push(letter);
    }
    mails
}

#[tokio::test]
async fn every_client_with_a_mail_address_is_told_once_of_a_lost_key_and_how_long_it_is_exposed() {
    on_both(|passport| async move {
        // Each address once, whatever else stands among the contacts.
        let ours = format!("{OURS}contacts = ['ops@cet.test', 'mailto:ops@cet.test', 'it@cet.test', 'room 12']\n");
        let silent = format!("{PUBLIC}contacts = ['010-5555 0100']\n");
        passport.register(&[&ours, &format!("{THEIRS}contacts = ['ops@bei.test']\n"), &silent]).await;
        let keys = passport.app.keys.stock().await.expect("keys").keys;
        let lost = keys.iter().find(|key| key.alg.as_str() == "ES256" && key.state.as_str() == "active");
        let lost = lost.expect("a key").kid.clone();
        passport.app.keys.compromise(&lost).await.expect("destroyed");

        let told = mails(&passport).await;
        let counted: Vec<_> = told.iter().map(|(to, mails)| (to.as_str(), mails.len())).collect();
        assert_eq!(counted, [("it@cet.test", 1), ("ops@bei.test", 1), ("ops@cet.test", 1)]);
        let text = &told["ops@bei.test"][0].text;
        // The key set may be kept for ten minutes: it is 9:00.
        for both in [&*lost, "/clients/bei/jwks.json", "2027-03-18 09:00 (UTC+8)", "2027-03-18 09:10 (UTC+8)"] {
            assert_eq!(text.matches(both).count(), 2, "{both} in either language: {text}");
        }
        assert!(text.contains("“北辰”") && text.contains("“Beichen”"), "{text}");

        let again = passport.app.keys.compromise(&lost).await.expect_err("nothing is left");
        assert!(matches!(again, KeysError::Destroyed(_)), "{again}");
        assert!(mails(&passport).await.is_empty(), "nobody is told twice");
    })
    .await;
}
