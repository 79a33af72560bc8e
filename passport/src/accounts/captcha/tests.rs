//! The promises of captchas, on each database.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use shared::db::{Db, DbError};
use shared::entropy::SystemEntropy;
use shared::testkit::on_both;

use super::*;
use crate::MIGRATIONS;
use crate::web::seal::testing::PlainSealer;

/// Quickly done.
const WORK_BITS: u32 = 10;

const T0: Timestamp = Timestamp::from_seconds(1_000_000);

fn captchas() -> Captchas {
    Captchas::new(Arc::new(PlainSealer), Arc::new(SystemEntropy::new()), WORK_BITS)
}

async fn step(db: &Db, fields: Fields, now: Timestamp) -> Step {
    step_of(db, Form::SignIn, fields, now).await
}

async fn step_of(db: &Db, form: Form, fields: Fields, now: Timestamp) -> Step {
    take(db, captchas().read(form, fields, Some(Level::USUAL), now), now).await
}

/// At a level that so many failures bring.
async fn step_after(db: &Db, failures: u32, fields: Fields) -> Step {
    take(db, captchas().read(Form::SignIn, fields, Some(Level::after(failures)), T0), T0).await
}

async fn take(db: &Db, read: Read, now: Timestamp) -> Step {
    db.write::<_, DbError, _>(move |tx| {
        let read = read.clone();
        async move { captchas().step(tx, &read, now).await }.boxed()
    })
    .await
    .expect("a step")
}

fn fresh() -> Captcha {
    captchas().fresh(Form::SignIn, Level::USUAL, T0)
}

/// What the page's script sends.
fn worked(captcha: &Captcha) -> Fields {
    let solution = work::solve(captcha.work().expect("work"));
    Fields { pow_solution: solution, ..answered(captcha, "") }
}

/// What stands in the picture: only the key can tell.
fn read(captcha: &Captcha) -> String {
    let ticket = Ticket::open(&PlainSealer, &captcha.id).expect("a ticket");
    let (Asked::Picture { answer, .. } | Asked::Work { answer, .. }) = ticket.asked else { panic!("no picture") };
    String::from_utf8(answer.bytes().to_vec()).expect("ASCII")
}

fn answered(captcha: &Captcha, answer: impl Into<String>) -> Fields {
    Fields { captcha_id: captcha.id.clone(), captcha: answer.into(), ..Fields::default() }
}

fn pressed(captcha: &Captcha, button: &str) -> Fields {
    Fields { captcha_action: button.to_owned(), ..answered(captcha, "") }
}

fn passed(step: Step) -> Captcha {
    match step {
        Step::Passed(Some(captcha)) if captcha.passed() => captcha,
        other => panic!("not passed: {other:?}"),
    }
}

fn refused(step: Step) -> (Captcha, Problem) {
    match step {
        Step::Again { captcha, problem: Some(problem) } => (captcha, problem),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_right_answer_passes_once() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let right = answered(&captcha, read(&captcha).to_lowercase());
        passed(step(&db, right.clone(), T0).await);
        let (next, problem) = refused(step(&db, right, T0).await);
        assert_eq!(problem, Problem::Stale);
        assert_ne!(next.id, captcha.id);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_answer_spends_the_picture() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let (next, problem) = refused(step(&db, answered(&captcha, "00000"), T0).await);
        assert_eq!(problem, Problem::Wrong);
        assert_eq!(refused(step(&db, answered(&captcha, read(&captcha)), T0).await).1, Problem::Stale);
        passed(step(&db, answered(&next, read(&next)), T0).await);
    })
    .await;
}

#[tokio::test]
async fn of_twenty_equal_answers_at_once_one_passes() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let all = join_all((0..20).map(|_| step(&db, answered(&captcha, read(&captcha)), T0))).await;
        assert_eq!(all.iter().filter(|step| matches!(step, Step::Passed(_))).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_empty_answer_keeps_the_picture() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let (same, problem) = refused(step(&db, answered(&captcha, " "), T0).await);
        assert_eq!((read(&same), problem), (read(&captcha), Problem::Missing));
        passed(step(&db, answered(&same, read(&same)), T0).await);
        assert_eq!(refused(step(&db, Fields::default(), T0).await).1, Problem::Missing);
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_answered_in_time_and_for_its_own_form() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let right = || answered(&captcha, read(&captcha));
        assert_eq!(refused(step(&db, right(), T0 + LIFETIME).await).1, Problem::Stale);
        assert_eq!(refused(step_of(&db, Form::Registration, right(), T0).await).1, Problem::Stale);
        passed(step(&db, right(), T0 + LIFETIME - Duration::from_millis(1)).await);
    })
    .await;
}

#[tokio::test]
async fn a_pass_is_not_asked_again_nor_good_for_ever() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let pass = passed(step(&db, answered(&captcha, read(&captcha)), T0).await);
        assert_eq!(refused(step_of(&db, Form::Registration, answered(&pass, ""), T0).await).1, Problem::Stale);
        for _ in 0..PASS_USES {
            passed(step(&db, answered(&pass, ""), T0).await);
        }
        assert_eq!(refused(step(&db, answered(&pass, ""), T0).await).1, Problem::Stale);
    })
    .await;
}

#[tokio::test]
async fn the_browsers_work_passes_once() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        assert_eq!(refused(step(&db, answered(&captcha, ""), T0).await).1, Problem::Missing);
        passed(step(&db, worked(&captcha), T0).await);
        let (next, problem) = refused(step(&db, worked(&captcha), T0).await);
        assert_eq!(problem, Problem::Stale);
        assert!(next.work().is_some_and(|other| other != captcha.work().expect("work")));
    })
    .await;
}

#[tokio::test]
async fn a_box_is_passed_by_its_work_or_by_its_picture_and_not_by_both() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        passed(step(&db, answered(&captcha, read(&captcha)), T0).await);
        assert_eq!(refused(step(&db, worked(&captcha), T0).await).1, Problem::Stale);
        let (next, problem) = refused(step(&db, answered(&fresh(), "00000"), T0).await);
        assert_eq!(problem, Problem::Wrong);
        assert!(next.work().is_none(), "who read the picture gets another to read");
    })
    .await;
}

#[tokio::test]
async fn work_not_done_does_not_pass() {
    on_both(&MIGRATIONS, |db| async move {
        let (first, second) = (fresh(), fresh());
        for solution in [
            worked(&second).pow_solution,
            "{}".to_owned(),
            "[[[[[[[[".to_owned(),
            r#"{"counter":4294967295,"derivedKey":""}"#.to_owned(),
            format!(r#"{{"counter":0,"derivedKey":"{}"}}"#, "0".repeat(64)),
            format!(r#"{{"counter":0,"derivedKey":"{}"}}"#, "0".repeat(640)),
        ] {
            let captcha = captchas().fresh(Form::SignIn, Level::USUAL, T0);
            let fields = Fields { pow_solution: solution.clone(), ..answered(&captcha, "") };
            assert_eq!(refused(step(&db, fields, T0).await).1, Problem::Wrong, "{solution}");
        }
        let tried = Fields { pow_solution: "{}".to_owned(), ..answered(&first, "") };
        step(&db, tried, T0).await;
        assert_eq!(refused(step(&db, worked(&first), T0).await).1, Problem::Stale, "a try is spent");
    })
    .await;
}

#[tokio::test]
async fn work_and_passes_of_easier_times_do_not_do_when_many_fail() {
    on_both(&MIGRATIONS, |db| async move {
        let at = |failures| captchas().fresh(Form::SignIn, Level::after(failures), T0);
        let cost = |captcha: &Captcha| {
            let challenge: serde_json::Value = serde_json::from_str(captcha.work().expect("work")).expect("JSON");
            challenge["parameters"]["cost"].as_u64().expect("a cost")
        };
        assert_eq!([0, 30, 100, 300, 9_999].map(|failures| cost(&at(failures))), [4, 8, 16, 32, 128]);
        assert!(!at(29).harder() && at(30).harder());

        passed(step_after(&db, 30, worked(&at(0))).await);
        let (next, problem) = refused(step_after(&db, 100, worked(&at(0))).await);
        assert_eq!((problem, cost(&next)), (Problem::TooEasy, 16));
        let pass = passed(step_after(&db, 300, worked(&next)).await);
        passed(step_after(&db, 300, answered(&pass, "")).await);
        assert_eq!(refused(step_after(&db, 300, answered(&pass, "")).await).1, Problem::Stale, "good for one attempt");
        let easy = passed(step(&db, worked(&fresh()), T0).await);
        assert_eq!(refused(step_after(&db, 100, answered(&easy, "")).await).1, Problem::TooEasy);
        let fields = answered(&at(0), "");
        assert_eq!(cost(&captchas().shown(Form::SignIn, &fields, Level::after(100), T0)), 16);
    })
    .await;
}

#[tokio::test]
async fn buttons_change_the_box_and_spend_nothing() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        let press = async |captcha: &Captcha, button| match step(&db, pressed(captcha, button), T0).await {
            Step::Again { captcha, problem: None } => captcha,
            other => panic!("{other:?}"),
        };
        let large = press(&captcha, "enlarge").await;
        assert!(large.large() && read(&large) == read(&captcha));
        let other = press(&large, "refresh").await;
        assert!(other.large() && read(&other) != read(&large), "a large picture stays large");
        let small = press(&large, "shrink").await;
        assert!(!small.large() && small.work().is_none());
        assert!(press(&press(&small, "work").await, "refresh").await.work().is_none());
        passed(step(&db, answered(&small, read(&small)), T0).await);
        assert_eq!(refused(step(&db, answered(&large, read(&large)), T0).await).1, Problem::Stale, "one picture");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_needed_is_not_asked_for() {
    on_both(&MIGRATIONS, |db| async move {
        let read = captchas().read(Form::SignIn, Fields::default(), None, T0);
        assert_eq!(take(&db, read, T0).await, Step::Passed(None));
    })
    .await;
}

#[tokio::test]
async fn only_what_is_too_old_to_be_answered_is_purged() {
    on_both(&MIGRATIONS, |db| async move {
        let captcha = fresh();
        passed(step(&db, answered(&captcha, read(&captcha)), T0).await);
        let sweep = crate::tables::table("captchas").and_then(crate::tables::Table::sweep).expect("a rule");
        for (now, gone) in [(T0 + LIFETIME - Duration::from_millis(1), 0), (T0 + LIFETIME, 1)] {
            let purged = db.write::<_, DbError, _>(move |tx| async move { sweep.remove(tx, now).await }.boxed()).await;
            assert!(matches!(purged, Ok(n) if n == gone));
        }
    })
    .await;
}

#[test]
fn a_form_shown_again_keeps_its_picture_while_it_lives() {
    let captcha = fresh();
    let fields = answered(&captcha, "");
    assert_eq!(read(&captchas().shown(Form::SignIn, &fields, Level::USUAL, T0)), read(&captcha));
    assert_ne!(captchas().shown(Form::SignIn, &fields, Level::USUAL, T0 + LIFETIME).id, captcha.id);
    assert!(captchas().shown(Form::SignIn, &Fields::default(), Level::USUAL, T0).picture().is_some());
}

#[test]
fn a_tampered_ticket_is_none() {
    let captcha = fresh();
    assert!(Ticket::open(&PlainSealer, &captcha.id).is_some());
    assert_eq!(Ticket::open(&PlainSealer, &captcha.id[1..]), None);
    assert_eq!(Ticket::open(&PlainSealer, ""), None);
}

#[test]
fn the_policy_says_when() {
    for failures in [0, 1, 2, 9] {
        assert!(needed(CaptchaPolicy::Always, 2, failures));
        assert!(!needed(CaptchaPolicy::Off, 2, failures));
        assert_eq!(needed(CaptchaPolicy::Adaptive, 2, failures), failures >= 2);
    }
}
