//! Signing in by the number of the identity document that an account has.

use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const NUMBER: &str = "11010519491231002X";

/// Registers somebody with that document.
async fn with_document(passport: &Passport, (email, mobile): (&str, &str), (kind, number): (&str, &str)) {
    let mut browser = passport.browser();
    let filled = register_form(&mut browser).await.set("email", email).set("mobile", mobile);
    let filled = filled.set("id_type", kind).set("id_number", number).set("name", "李华");
    let done = browser.submit(filled).await;
    assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
}

/// What comes of name and password in a browser that nobody has used before.
async fn try_in(passport: &Passport, name: &str, password: &str) -> Answer {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, name, password).await;
    browser.submit(form).await
}

#[tokio::test]
async fn the_number_of_the_document_signs_in_however_it_is_written() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("resident", NUMBER)).await;
        for name in [NUMBER, "11010519491231002x", " 110105 19491231 002X ", "110105-19491231-002x", "110105491231002"]
        {
            let home = try_in(&passport, name, PASSWORD).await;
            assert_eq!(home.url.path(), "/", "{name}: {:?}", summary(&home));
            assert!(home.text.contains("您好，李华"), "{name}");
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM sessions").await, 5);
    })
    .await;
}

#[tokio::test]
async fn documents_of_other_types_sign_in_too_and_a_permit_that_was_issued_anew() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("hk-mo-permit", "H1234567801")).await;
        with_document(&passport, ("wang@example.com", "13900139000"), ("passport", "E12345678")).await;
        for name in ["H1234567801", "h12345678", "H12345678(02)", "e 1234 5678"] {
            assert_eq!(try_in(&passport, name, PASSWORD).await.url.path(), "/", "{name}");
        }
        assert_eq!(try_in(&passport, "E12345679", PASSWORD).await.url.path(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_stands_on_documents_of_two_people_signs_in_neither() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("tw-permit", "12345678")).await;
        assert_eq!(try_in(&passport, "12345678", PASSWORD).await.url.path(), "/");
        with_document(&passport, ("wang@example.com", "13900139000"), ("mo-id", "1234567(8)")).await;
        let refused = try_in(&passport, "12345678", PASSWORD).await;
        let told = summary(&refused);
        assert!(told[0].contains("账号或密码不对") && told[0].contains("改用邮箱或手机号登录"), "a way on: {told:?}");
        assert_eq!(try_in(&passport, EMAIL, PASSWORD).await.url.path(), "/", "their contacts sign them in");
        // What it says goes by what was typed, and not by whose it is.
        let nobodys = try_in(&passport, "87654321", PASSWORD).await;
        assert_eq!(summary(&nobodys), told);
        let by_name = try_in(&passport, EMAIL, "wrong").await;
        assert!(!summary(&by_name)[0].contains("改用"), "{:?}", summary(&by_name));
    })
    .await;
}

#[tokio::test]
async fn five_failures_lock_a_number_however_it_is_written() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("resident", NUMBER)).await;
        for name in [NUMBER, "110105-19491231-002X", "110105 19491231 002X", "110105491231002", "11010519491231002x"] {
            try_in(&passport, name, "wrong").await;
        }
        for name in [NUMBER, "1101 0519 4912 3100 2X"] {
            let locked = try_in(&passport, name, PASSWORD).await;
            assert!(summary(&locked)[0].contains("为保护您的账号"), "{name}: {:?}", summary(&locked));
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_that_nobody_has_reads_like_one_that_somebody_has() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("resident", NUMBER)).await;
        let mut told = Vec::new();
        for name in [NUMBER, "440524188001010014"] {
            let answers = [try_in(&passport, name, "wrong").await, try_in(&passport, name, "wrong").await];
            told.push(answers.map(|answer| (answer.status, summary(&answer))));
        }
        assert_eq!(told[0], told[1]);
    })
    .await;
}

#[tokio::test]
async fn a_document_that_left_the_account_signs_nobody_in() {
    on_both_with(PLAIN, |passport| async move {
        with_document(&passport, (EMAIL, MOBILE), ("resident", NUMBER)).await;
        super::recovery::change(&passport, "DELETE FROM identities").await;
        let refused = try_in(&passport, NUMBER, PASSWORD).await;
        assert!(summary(&refused)[0].contains("账号或密码不对"), "{:?}", summary(&refused));
    })
    .await;
}
