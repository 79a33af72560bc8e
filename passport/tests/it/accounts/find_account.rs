//! 找回账号: by document and name, always the same answer, and what is found goes to its owner alone.

use http::StatusCode;

use super::contact::{link_in, messages};
use super::recovery::change;
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const NUMBER: &str = "11010519491231002X";

/// Registers somebody with that document, and proves the mail address.
async fn registered(passport: &Passport) {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await;
    browser.submit(form.set("id_type", "resident").set("id_number", NUMBER).set("name", "买买提·吐尔逊")).await;
    let seen = browser.open(&link_in(&messages(passport).await[0])).await;
    browser.submit(form_of(&seen, "/contact/confirm").without("action")).await;
}

fn form_of(answer: &Answer, path: &str) -> Form {
    super::form(answer, path)
}

/// The answer to who names that document and that person.
pub(super) async fn ask(passport: &Passport, number: &str, name: &str) -> Answer {
    ask_in(passport, "31", number, name).await
}

/// The same with that province.
async fn ask_in(passport: &Passport, province: &str, number: &str, name: &str) -> Answer {
    let mut browser = passport.browser();
    let answer = browser.open(&page("/recover/account")).await;
    let form = form_of(&answer, "/recover/account").set("province", province).set("id_type", "resident");
    browser.submit(form.set("id_number", number).set("name", name)).await
}

/// The letters that name an account.
async fn letters(passport: &Passport) -> Vec<String> {
    messages(passport).await.into_iter().filter(|letter| letter.contains("您可以用下面的账号登录")).collect()
}

#[tokio::test]
async fn the_account_is_sent_to_its_proven_contact_and_never_shown() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        let answer = ask(&passport, NUMBER, "买买提.吐尔逊").await;
        assert!(answer.texts(".notice").concat().contains("如果信息一致"), "{}", answer.text);
        assert!(!answer.text.contains(EMAIL) && !answer.text.contains("li***06"));
        let letters = letters(&passport).await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].contains(&format!("\"to\":\"{EMAIL}\"")), "{letters:?}");
        assert!(!letters[0].contains("13800138000"), "the number is not proven: it may be a stranger's");
    })
    .await;
}

#[tokio::test]
async fn who_names_a_stranger_is_answered_alike_and_nobody_is_written_to() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        let right = ask(&passport, NUMBER, "买买提·吐尔逊").await;
        let before = count(&passport, "SELECT COUNT(*) AS n FROM outbox").await;
        for (number, name) in [(NUMBER, "李华"), ("440524188001010014", "买买提·吐尔逊")] {
            let wrong = ask(&passport, number, name).await;
            assert_eq!((wrong.status, wrong.texts("main")), (right.status, right.texts("main")));
        }
        assert_eq!(letters(&passport).await.len(), 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, before + 2, "as many rows are written");
    })
    .await;
}

#[tokio::test]
async fn an_account_with_a_province_is_found_by_that_one_alone() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        change(&passport, "UPDATE accounts SET province = '44'").await;
        let wrong = ask_in(&passport, "31", NUMBER, "买买提·吐尔逊").await;
        assert!(letters(&passport).await.is_empty(), "everything but the province was right");
        let right = ask_in(&passport, "44", NUMBER, "买买提·吐尔逊").await;
        assert_eq!(letters(&passport).await.len(), 1);
        assert_eq!((wrong.status, wrong.texts("main")), (right.status, right.texts("main")), "both read alike");
    })
    .await;
}

#[tokio::test]
async fn a_document_is_asked_for_three_times_a_day_whether_anybody_has_it_or_not() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        for number in [NUMBER, "440524188001010014"] {
            for n in 0..4 {
                let answer = ask(&passport, number, "李华").await;
                assert_eq!(answer.status == StatusCode::TOO_MANY_REQUESTS, n == 3, "{number} {n}: {}", answer.status);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named_and_what_was_typed_stays() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let answer = browser.open(&page("/recover/account")).await;
        let refused = browser.submit(form_of(&answer, "/recover/account").set("name", "李华")).await;
        assert_eq!(refused.attributes(".summary a", "href"), ["#province", "#id_type"]);
        assert_eq!(form_of(&refused, "/recover/account").value("name"), Some("李华"));
        let refused = ask(&passport, "110105194912310021", "").await;
        assert_eq!(refused.attributes(".summary a", "href"), ["#id_number", "#name"]);
    })
    .await;
}
