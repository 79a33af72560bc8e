//! Many who guess, and many who mistype: neither keeps the owner of an account out.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::join_all;
use passport::accounts::assurance::Acr;
use passport::accounts::login::{self, Attempt, Refusal, SignIn};
use passport::accounts::model::LoginName;
use passport::accounts::sessions::Stay;
use shared::http::Caller;

use super::*;
use crate::support::on_both_with;

/// Captchas as they come, quickly done.
pub(super) fn adaptive() -> String {
    PLAIN.replace("'off'", "'adaptive'\ncaptcha_work_bits = 8")
}

/// A try from a browser that nobody has used before.
fn attempt(name: &str, password: &str, (address, n): (IpAddr, u32)) -> Attempt {
    let mut device = [0xee; 32];
    device[..4].copy_from_slice(&n.to_be_bytes());
    Attempt {
        name: LoginName::parse(name).expect("a name"),
        password: SecretString::new(password),
        province: None,
        browser: login::Browser {
            caller: Caller::at(address),
            present: None,
            device,
            wanted: Acr::One,
            stay: Stay::Browser,
            agrees: None,
        },
    }
}

/// How a try was refused.
async fn refused(passport: &Passport, attempt: Attempt) -> Refusal {
    match passport.app.accounts.sign_in(attempt).await.expect("an answer") {
        SignIn::Refused(refusal) => refusal,
        _ => panic!("somebody got in"),
    }
}

/// A thousand tries every ten minutes, so many times, by either name of an account, each from a browser of its own and ten
/// from an address: what they were told.
async fn hostile_tries(passport: &Passport, names: [&str; 2], times: u32) -> Vec<Refusal> {
    let mut told = Vec::new();
    for n in (0..times * 1_000).step_by(100) {
        let tries = (n..n + 100).map(|n| {
            let address = Ipv4Addr::from_bits(0xC612_0000 + n / 10).into();
            refused(passport, attempt(names[n as usize % 2], "wrong", (address, n)))
        });
        told.extend(join_all(tries).await);
        if n % 1_000 != 900 {
            continue;
        }
        passport.clock.advance(Duration::from_secs(10 * 60));
    }
    told
}

#[tokio::test]
async fn after_ten_thousand_hostile_tries_the_owner_signs_in_at_once_where_the_account_is_known() {
    on_both_with(&adaptive(), |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let answer = owner.open(&page("/sign-out")).await;
        owner.submit(form(&answer, "/sign-out")).await;

        let told = hostile_tries(&passport, [EMAIL, MOBILE], 10).await;
        let looked_at = told.iter().filter(|refusal| matches!(refusal, Refusal::Wrong { .. })).count();
        let locked = told.iter().filter(|refusal| matches!(refusal, Refusal::Locked { .. })).count();
        assert_eq!(looked_at + locked, 10_000, "none is told anything but that");
        assert!(looked_at <= 2 * 7 * 5, "five tries of a name in fifteen minutes: {looked_at}");
        let of_nobody = hostile_tries(&passport, ["nobody@example.com", "139 0013 9000"], 1).await;
        assert_eq!(shape(&told[..1_000]), shape(&of_nobody), "nor is it told whether anybody has the name");

        // The stranger who began again has locked the name by now.
        for n in 0..5 {
            refused(&passport, attempt(EMAIL, "wrong", (Ipv4Addr::new(198, 51, 100, 9).into(), n))).await;
        }
        let (mut known, mut unknown) = (owner, passport.browser());
        let form = sign_in_form(&mut known, EMAIL, PASSWORD).await;
        assert!(!form.has("captcha_id"), "no captcha either");
        assert_eq!(known.submit(form).await.url.path(), "/");

        let form = sign_in_form(&mut unknown, EMAIL, PASSWORD).await;
        let mut answer = unknown.submit(form).await;
        let form = super::form(&answer, "/sign-in").set("password", PASSWORD).set("pow_solution", &work(&answer));
        answer = unknown.submit(form).await;
        assert!(summary(&answer).concat().contains("以后再试"), "{:?}", summary(&answer));
        passport.clock.advance(Duration::from_secs(15 * 60));
        for n in 0..2 {
            refused(&passport, attempt(EMAIL, "wrong", (Ipv4Addr::new(198, 51, 100, 9).into(), n))).await;
        }
        let form = sign_in_form(&mut unknown, EMAIL, PASSWORD).await;
        answer = unknown.submit(form).await;
        let form = super::form(&answer, "/sign-in").set("password", PASSWORD).set("pow_solution", &work(&answer));
        assert_eq!(unknown.submit(form).await.url.path(), "/", "after the lock, with work, elsewhere too");
    })
    .await;
}

/// What was told, without the times.
fn shape(told: &[Refusal]) -> Vec<(bool, u32)> {
    let shape = |refusal: &Refusal| if let Refusal::Wrong { left } = refusal { (true, *left) } else { (false, 0) };
    let mut shapes: Vec<_> = told.iter().map(shape).collect();
    // Of those sent at once, any may be the first.
    shapes.sort_unstable();
    shapes
}

/// The mail address and the number of a pupil.
pub(super) fn pupil(n: u32) -> (String, String) {
    (format!("pupil{n}@school.example"), format!("13900{n:06}"))
}

#[tokio::test]
async fn of_two_hundred_pupils_behind_one_address_who_mistype_none_is_kept_out() {
    on_both_with(&adaptive(), |passport| async move {
        let school = IpAddr::from([203, 0, 113, 80]);
        let seeds = (0..200).map(|n| {
            let (email, mobile) = pupil(n);
            Seed { email: Email::parse(&email).ok(), mobile: Mobile::parse(&mobile).ok(), name: None, plain_name: None }
        });
        passport.app.accounts.seed(seeds.collect(), &SecretString::new(PASSWORD), false).await.expect("accounts");
        let mut costs = Vec::new();
        for n in 0..200 {
            let (email, _) = pupil(n);
            let mut browser = passport.browser().from_address(school);
            let mut answer = browser.open(&page("/sign-in")).await;
            // Three of ten mistype once, every tenth of them three times more.
            let typos = if n % 10 < 3 { if n % 100 == 0 { 4 } else { 1 } } else { 0 };
            for password in std::iter::repeat_n("tulip-47-Kram", typos).chain([PASSWORD]) {
                let mut form = form(&answer, "/sign-in").set("username", &email).set("password", password);
                if form.has("pow_solution") {
                    costs.push(cost(&answer));
                    form = form.set("pow_solution", &work(&answer));
                }
                answer = browser.submit(form).await;
            }
            assert_eq!(answer.url.path(), "/", "pupil {n}: {:?}", summary(&answer));
        }
        assert_eq!((costs[0], costs[costs.len() - 1]), (1, 2), "it became harder, and was said to be");
    })
    .await;
}

/// Iterations of one try that the captcha of a page asks for.
pub(super) fn cost(answer: &Answer) -> u64 {
    let challenge: serde_json::Value =
        serde_json::from_str(&answer.attributes("[data-work]", "data-work")[0]).expect("JSON");
    let cost = challenge["parameters"]["cost"].as_u64().expect("a cost");
    let told = answer.texts(".captcha-field .hint").concat().contains("登录失败、注册或要验证码的次数较多");
    assert_eq!(told, cost > 1, "why it takes longer is said when it does");
    cost
}

#[tokio::test]
async fn only_a_flood_of_failures_is_turned_away_and_not_where_the_account_is_known() {
    on_both_with(&adaptive(), |passport| async move {
        candidate(&passport).await;
        let school = IpAddr::from([203, 0, 113, 80]);
        let mut known = passport.browser().from_address(school);
        sign_in(&mut known).await;
        let answer = known.open(&page("/sign-out")).await;
        known.submit(form(&answer, "/sign-out")).await;
        let fail = |from: u32| {
            let tries = (from..from + 100)
                .map(|n| refused(&passport, attempt(&format!("u{n}@school.example"), "wrong", (school, n))));
            join_all(tries)
        };
        for from in (0..3_000).step_by(100) {
            let told = fail(from).await;
            assert!(told.iter().all(|refusal| matches!(refusal, Refusal::Wrong { left: 4 })), "{told:?}");
            if from % 1_000 == 900 {
                passport.clock.advance(Duration::from_secs(60));
            }
        }
        assert!(matches!(fail(3_000).await[0], Refusal::TooMany { .. }), "a flood");
        let answer = known.open(&page("/sign-in")).await;
        let form = form(&answer, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let form = form.set("pow_solution", &work(&answer));
        assert_eq!(known.submit(form).await.url.path(), "/", "who is known comes in");
    })
    .await;
}

#[tokio::test]
async fn tries_that_fill_the_minute_of_a_network_leave_room_for_who_is_known_there() {
    let settings = format!("{}[limits]\nsign_in_per_minute = 20\n", adaptive());
    on_both_with(&settings, |passport| async move {
        candidate(&passport).await;
        let school = IpAddr::from([203, 0, 113, 80]);
        let mut known = passport.browser().from_address(school);
        sign_in(&mut known).await;
        let answer = known.open(&page("/sign-out")).await;
        known.submit(form(&answer, "/sign-out")).await;
        let mut told = Vec::new();
        for n in 0..21 {
            told.push(refused(&passport, attempt(&format!("u{n}@school.example"), "wrong", (school, n))).await);
        }
        assert!(matches!(told[20], Refusal::TooMany { .. }), "{told:?}");
        let answer = known.open(&page("/sign-in")).await;
        let form = form(&answer, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let form = form.set("pow_solution", &work(&answer));
        assert_eq!(known.submit(form).await.url.path(), "/");
    })
    .await;
}
