//! Which passwords may be chosen, where one registers, where one changes it, and where one has forgotten it.

use std::time::Duration;

use http::StatusCode;
use passport::accounts::model::Details;

use super::recovery::{change, proven};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const COMMON: &str = "这个密码很多人在用";
const PATTERN: &str = "重复、连续或键盘上相邻的字符";
const OWN: &str = "这个密码大部分是您的";
const SITE: &str = "这个密码大部分是通行证或考试的名称";
const SHORT: &str = "密码要有15–128位";

/// Of the candidate 李华, lihua2006@example.com, 13800138000, born on 1949-12-31.
const REFUSED: [(&str, &str); 14] = [
    ("Password1!", COMMON),
    ("P@ssw0rd2024", COMMON),
    ("Qwerty123!", PATTERN),
    ("woaini1314!", COMMON),
    ("zhangwei19980101!", COMMON),
    ("Aa123456!", PATTERN),
    ("1qaz@WSX", PATTERN),
    ("aB1!aB1!aB1!", PATTERN),
    ("lihua#7391", OWN),
    ("Lihua2006@x", OWN),
    ("00138000-Ab", OWN),
    ("19491231#Kx", OWN),
    ("Cet4-Cet6!", SITE),
    ("abc", "还差几条"),
];
const ACCEPTED: [&str; 3] = ["kTx7#mQ2", "tulip-47-Kran", "lanse_Yusan82kuai"];

/// Each fact that registering asks for, in a password that no other fact would refuse.
const FACTS: [(&str, &str); 5] = [
    ("the name", "Hua.Li-7391"),
    ("the mail address", "Example.Com-92"),
    ("the mobile number", "00138000-Ab"),
    ("the number of the document", "31002X#Kq"),
    ("the birthday in it", "31121949#Kx"),
];

/// The same of what the profile tells beyond that.
const PROFILE_FACTS: [(&str, &str); 3] = [
    ("the birthday of the profile", "28022006#Kx"),
    ("the nickname", "大鹏大鹏大鹏-a1"),
    ("the name at other sites", "Krokodil77!a"),
];

const REFUSED_MODERN: [(&str, &str); 9] = [
    ("tulip-47-Kran", SHORT),
    ("passwordpassword", COMMON),
    ("woaini woaini woaini", PATTERN),
    ("PASSWORD 1234567890", COMMON),
    ("qwertyuiopasdfgh", PATTERN),
    ("我爱你我爱你我爱你我爱你我爱你", PATTERN),
    ("lihua2006@example.com", OWN),
    ("li hua li hua li hua 13800138000", OWN),
    ("李华李华李华李华 1949-12-31", OWN),
];
const ACCEPTED_MODERN: [&str; 3] =
    ["seven owls drink tea", "山高月小水落石出 曾日月之几何", "kein Zug fährt um 3 nach Süden"];

fn modern() -> String {
    PLAIN.replace("[accounts]\n", "[accounts]\npassword_profile = 'modern'\n")
}

/// The registration form of 李华, filled but for the password.
async fn filled(browser: &mut Browser) -> Form {
    let form = register_form(browser).await;
    form.set("id_type", "resident").set("id_number", "11010519491231002X").set("name", "李华")
}

fn with(form: &Form, password: &str) -> Form {
    form.clone().set("password", password).set("password_confirm", password)
}

/// Asserts that the page says `why` of the password field, and nothing of what was typed.
fn is_refused(answer: &Answer, label: &str, password: &str, why: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
    let told = summary(answer);
    // Several rules may refuse one; which of these two comes first is no matter.
    let whys = if [COMMON, PATTERN].contains(&why) { vec![COMMON, PATTERN] } else { vec![why] };
    let says = |text: &str| whys.iter().any(|why| text.starts_with(&format!("{label}：{why}")));
    assert!(told.len() == 1 && says(&told[0]), "{password}: {told:?}");
    let shown = answer.text.replace("lihua2006@example.com", "");
    assert!(password == "abc" || !shown.contains(password), "the page repeats {password}");
}

async fn registering(settings: &str, refused: &[(&str, &str)], accepted: &[&str]) {
    on_both_with(settings, |passport| async move {
        let mut browser = passport.browser();
        for (password, why) in refused {
            let form = filled(&mut browser).await;
            is_refused(&browser.submit(with(&form, password)).await, "密码", password, why);
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 0);
        for (n, password) in accepted.iter().enumerate() {
            let form = register_form(&mut browser).await;
            let form = form.set("email", &format!("other{n}@example.com")).set("mobile", &format!("1390013900{n}"));
            let answer = browser.submit(with(&form, password)).await;
            assert_eq!(answer.url.path(), "/sign-in", "{password}: {:?}", summary(&answer));
        }
    })
    .await;
}

#[tokio::test]
async fn registering_refuses_passwords_that_are_guessed_first() {
    registering(PLAIN, &REFUSED, &ACCEPTED).await;
}

#[tokio::test]
async fn registering_refuses_them_under_the_modern_profile_too() {
    registering(&modern(), &REFUSED_MODERN, &ACCEPTED_MODERN).await;
}

async fn changing(settings: &str, refused: &[(&str, &str)], accepted: &[&str]) {
    on_both_with(settings, |passport| async move {
        // What the account knows counts, though the page does not ask for it: name, document, contacts.
        let first = accepted[0];
        let mut browser = passport.browser();
        let form = filled(&mut browser).await;
        browser.submit(with(&form, first)).await;
        let form = sign_in_form(&mut browser, EMAIL, first).await;
        assert_eq!(browser.submit(form).await.url.path(), "/");
        let page = page("/account/password");
        for (password, why) in refused {
            let form = form_of(&browser.open(&page).await).set("old_password", first);
            is_refused(&browser.submit(with(&form, password)).await, "新密码", password, why);
        }
        let mut old = first;
        for new in &accepted[1..] {
            let form = form_of(&browser.open(&page).await).set("old_password", old);
            let answer = browser.submit(with(&form, new)).await;
            assert_eq!(answer.url.path(), "/", "{new}: {:?}", summary(&answer));
            old = new;
        }
    })
    .await;
}

/// 李华 with every fact, both contacts proven.
async fn with_every_fact(passport: &Passport) {
    let mut browser = passport.browser();
    let form = filled(&mut browser).await;
    assert_eq!(browser.submit(with(&form, PASSWORD)).await.url.path(), "/sign-in");
    change(passport, "UPDATE accounts SET email_verified_at = created_at, mobile_verified_at = created_at").await;
    let accounts = &passport.app.accounts;
    let id = accounts.locate(EMAIL).await.expect("an answer").expect("an account");
    let details = Details {
        birthdate: Some("2006-02-28".to_owned()),
        nickname: Some("大鹏".to_owned()),
        preferred_username: Some("krokodil77".to_owned()),
        ..Details::default()
    };
    accounts.set_details(id, details).await.expect("stored");
}

#[tokio::test]
async fn each_fact_that_registering_asks_for_makes_no_password_there() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        for (fact, password) in FACTS {
            let form = filled(&mut browser).await;
            let answer = browser.submit(with(&form, password)).await;
            assert!(summary(&answer)[0].starts_with(&format!("密码：{OWN}")), "{fact}: {:?}", summary(&answer));
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn each_fact_of_the_owner_makes_no_password_where_it_is_changed() {
    on_both_with(PLAIN, |passport| async move {
        with_every_fact(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for (fact, password) in FACTS.into_iter().chain(PROFILE_FACTS) {
            let form = form_of(&browser.open(&page("/account/password")).await).set("old_password", PASSWORD);
            let answer = browser.submit(with(&form, password)).await;
            assert!(summary(&answer)[0].starts_with(&format!("新密码：{OWN}")), "{fact}: {:?}", summary(&answer));
        }
    })
    .await;
}

#[tokio::test]
async fn each_fact_of_the_owner_makes_no_password_where_it_was_forgotten() {
    on_both_with(PLAIN, |passport| async move {
        with_every_fact(&passport).await;
        let mut browser = passport.browser();
        let mut answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        for (fact, password) in FACTS.into_iter().chain(PROFILE_FACTS) {
            let form = answer.form("main form:has([name=password_confirm])");
            answer = browser.submit(with(&form, password)).await;
            assert!(summary(&answer)[0].starts_with(&format!("新密码：{OWN}")), "{fact}: {:?}", summary(&answer));
        }
        let form = answer.form("main form:has([name=password_confirm])");
        is_refused(&browser.submit(with(&form, "P@ssw0rd2024")).await, "新密码", "P@ssw0rd2024", COMMON);
    })
    .await;
}

#[tokio::test]
async fn who_proves_a_contact_learns_nothing_of_the_account_that_had_claimed_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut stranger = passport.browser();
        let form = filled(&mut stranger).await;
        stranger.submit(with(&form, PASSWORD)).await;
        let mut owner = passport.browser();
        let answer = proven(&passport, &mut owner, EMAIL, EMAIL).await;
        let form = answer.form("main form:has([name=password_confirm])").set("agree", "on");
        is_refused(&owner.submit(with(&form, "Example.Com-92")).await, "新密码", "Example.Com-92", OWN);
        let done = owner.submit(with(&form, "31002X#Kq")).await;
        assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
    })
    .await;
}

fn form_of(answer: &Answer) -> Form {
    form(answer, "/account/password")
}

#[tokio::test]
async fn a_new_password_is_measured_by_what_the_account_knows_of_its_owner() {
    changing(PLAIN, &REFUSED, &ACCEPTED).await;
}

#[tokio::test]
async fn so_it_is_under_the_modern_profile() {
    changing(&modern(), &REFUSED_MODERN, &ACCEPTED_MODERN).await;
}

#[tokio::test]
async fn a_password_chosen_under_the_other_profile_still_signs_in() {
    let profiles = [PLAIN.to_owned(), modern()];
    for (before, after, password) in [(0, 1, PASSWORD), (1, 0, ACCEPTED_MODERN[0])] {
        on_both_with(&profiles[before], |passport| {
            let after = profiles[after].clone();
            async move {
                let seed = Seed { email: Email::parse(EMAIL).ok(), ..Seed::default() };
                let seeded = passport.app.accounts.seed(vec![seed], &SecretString::new(password), false).await;
                assert_eq!(seeded.expect("an account").len(), 1);
                let passport = Passport::start(passport.db.clone(), &after).await;
                let mut browser = passport.browser();
                let form = sign_in_form(&mut browser, EMAIL, password).await;
                assert_eq!(browser.submit(form).await.url.path(), "/", "{password}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_password_signs_in_from_a_keyboard_that_spells_it_otherwise() {
    on_both_with(&modern(), |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        browser.submit(with(&form, "Süd und Nord, 3 Züge")).await;
        let form = sign_in_form(&mut browser, EMAIL, "Su\u{308}d und\u{3000}Nord, 3 Zu\u{308}ge").await;
        assert_eq!(browser.submit(form).await.url.path(), "/");
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, "Sud und Nord, 3 Zuge").await;
        assert_eq!(browser.submit(form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn every_character_of_a_long_password_counts() {
    let long = "Seven owls drink tea under the piano. The rain stays in my coat. Ein rotes Pferd auf drei Daechern! \
                Wer hat die Bruecken gebaut?";
    assert_eq!(long.len(), 128);
    on_both_with(&modern(), |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let answer = browser.submit(with(&form, &format!("{long}!"))).await;
        assert!(summary(&answer)[0].contains(SHORT), "129 are too many: {:?}", summary(&answer));
        let answer = browser.submit(with(&form, long)).await;
        assert_eq!(answer.url.path(), "/sign-in", "{:?}", summary(&answer));
        for other in [&long[1..], &long[..127], &long.to_uppercase(), &format!("{long} ")] {
            let form = sign_in_form(&mut browser, EMAIL, other).await;
            assert_eq!(browser.submit(form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{other}");
        }
        let form = sign_in_form(&mut browser, EMAIL, long).await;
        assert_eq!(browser.submit(form).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_password_of_ten_years_ago_signs_in() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.clock.advance(Duration::from_secs(10 * 366 * 24 * 60 * 60));
        sign_in(&mut passport.browser()).await;
    })
    .await;
}

#[tokio::test]
async fn the_page_lists_the_rules_of_its_profile_and_lets_one_paste_and_look() {
    for (settings, checks, first) in [
        (PLAIN.to_owned(), vec!["length:8:18", "letter-digit", "one-of:!@#$%^&*_-"], "8–18位"),
        (modern(), vec!["length:15:128"], "15–128位"),
    ] {
        on_both_with(&settings, |passport| {
            let checks = checks.clone();
            async move {
                let answer = passport.browser().open(&page("/register")).await;
                assert_eq!(answer.attributes("[data-rules-of=password] li", "data-rule"), checks);
                assert!(answer.texts("[data-rules-of=password] li")[0].contains(first));
                assert!(answer.texts("#password-hint").concat().contains("不要用常见的密码"));
                assert_eq!(answer.attributes("[data-reveal]", "data-reveal"), ["password", "password_confirm"]);
                let managers = answer.attributes("input[type=password]", "autocomplete");
                assert_eq!(managers, ["new-password", "new-password"]);
                for attribute in ["maxlength", "onpaste", "readonly"] {
                    assert!(answer.attributes("input[type=password]", attribute).is_empty(), "{attribute}");
                }
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_english_too() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let english = browser.open(&page("/register?lang=en")).await;
        let form = form(&english, "/register").set("email", EMAIL).set("mobile", MOBILE);
        let form = form.set("age", "over").set("agree", "on");
        let told = summary(&browser.submit(with(&form, "P@ssw0rd2024")).await);
        assert!(told.len() == 1 && told[0].contains("Many people use this password"), "{told:?}");
    })
    .await;
}
