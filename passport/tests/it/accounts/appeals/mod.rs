//! 信息占用申诉: from the first page to the document that is bound, and everything that can go otherwise.

mod begun;
mod bound;
mod command;
mod decided;
mod heard;
mod photo;
mod rehash;

use std::time::Duration;

use axum::body::Body;
use http::Request;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use passport::accounts::AccountId;
use passport::accounts::alarm::CaseNumber;
use passport::accounts::appeals::model::{Appeal, Staff, Words};
use passport::accounts::appeals::staff::{NotDecided, Verdict};

use super::contact::{code_in, link_in, messages};
use super::recovery::last_to;
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const NUMBER: &str = "11010519491231002X";
const NAME: &str = "买买提·吐尔逊";
/// Who appeals.
const OWNER: &str = "owner@example.com";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A photo as a phone makes it.
fn photo() -> Vec<u8> {
    let mut out = Vec::new();
    let drawn = RgbImage::from_fn(640, 480, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    JpegEncoder::new(&mut out).encode_image(&drawn).expect("a JPEG");
    out
}

/// Registers somebody with the document that is not theirs; their account.
async fn holder(passport: &Passport) -> AccountId {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await;
    let form = form.set("id_type", "resident").set("id_number", NUMBER).set("name", "李华");
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/sign-in", "{:?}", summary(&answer));
    passport.clock.advance(Duration::from_millis(1));
    passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account")
}

/// The page that asks for the code that went to `contact`.
async fn asked(browser: &mut Browser, contact: &str) -> Answer {
    let answer = browser.open(&page("/appeal")).await;
    browser.submit(form(&answer, "/appeal").set("contact", contact)).await
}

/// The form about the document, for who has proven `contact`.
async fn proven(passport: &Passport, browser: &mut Browser, contact: &str) -> Answer {
    passport.clock.advance(Duration::from_millis(1));
    let answer = asked(browser, contact).await;
    let code = code_in(&last_to(passport, contact).await);
    let details = browser.submit(form(&answer, "/appeal/code").set("code", &code)).await;
    assert_eq!(details.url.path(), "/appeal/details", "{:?}", summary(&details));
    passport.clock.advance(Duration::from_millis(1));
    details
}

/// That form, filled.
fn filled(details: &Answer, number: &str) -> Form {
    let form = form(details, "/appeal/details").set("province", "31").set("id_type", "resident");
    form.set("id_number", number).set("name", NAME).set("words", "去年丢过身份证。\n报名时才发现被占用。")
}

/// The page of an appeal that waits for its photo.
async fn begun_by(passport: &Passport, browser: &mut Browser, contact: &str, number: &str) -> Answer {
    let details = proven(passport, browser, contact).await;
    let case = browser.submit(filled(&details, number)).await;
    assert_eq!(case.url.path(), "/appeal/case", "{:?}", summary(&case));
    passport.clock.advance(Duration::from_millis(1));
    case
}

/// What a browser sends when the form of the photo on that page is submitted with that file.
fn upload(case: &Answer, file: &[u8]) -> Request<Body> {
    let sent = case.form("main form[action^='/appeal/photo']");
    let csrf = sent.value("csrf").expect("a token").to_owned();
    multipart(sent.action().as_str(), &[("csrf", &csrf)], file)
}

fn multipart(url: &str, fields: &[(&str, &str)], file: &[u8]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "--xyz\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"证件.jpg\"\r\n\
                content-type: image/jpeg\r\n\r\n";
    body.extend(head.bytes());
    body.extend_from_slice(file);
    body.extend(b"\r\n--xyz--\r\n");
    let request = Request::post(url).header("content-type", "multipart/form-data; boundary=xyz");
    request.header("accept", "text/html").header("origin", ISSUER).body(Body::from(body)).expect("a request")
}

/// The page that follows.
async fn sent(browser: &mut Browser, request: Request<Body>) -> Answer {
    let answer = browser.send(request).await;
    match answer.location() {
        Some(next) => browser.open(next.as_str()).await,
        None => answer,
    }
}

/// The page of an appeal about the holder's document that waits for the staff.
async fn submitted(passport: &Passport, browser: &mut Browser) -> Answer {
    let case = begun_by(passport, browser, OWNER, NUMBER).await;
    let case = sent(browser, upload(&case, &photo())).await;
    assert!(case.text.contains("照片已收到"), "{}", case.text);
    passport.clock.advance(Duration::from_millis(1));
    case
}

fn number_of(case: &Answer) -> CaseNumber {
    CaseNumber::parse(&case.texts("h1 .num").concat()).expect("a number")
}

fn staff(name: &str) -> Staff {
    Staff::parse(name).expect("a name")
}

async fn decide(passport: &Passport, case: &Answer, who: &str, verdict: Verdict) -> Result<Appeal, NotDecided> {
    passport.clock.advance(Duration::from_millis(1));
    passport.app.accounts.decide_appeal(number_of(case), staff(who), verdict).await.expect("an answer")
}

fn refusal(reason: &str) -> Verdict {
    Verdict::Refused(Words::parse(reason).expect("words"))
}

/// Does what is due after that time.
async fn after(passport: &Passport, wait: Duration) {
    passport.clock.advance(wait);
    passport.app.accounts.settle_appeals().await.expect("settled");
}

/// The page of an appeal whose holder was heard and said nothing.
async fn waiting_for_the_second(passport: &Passport, browser: &mut Browser) -> Answer {
    let case = submitted(passport, browser).await;
    assert!(decide(passport, &case, "wang", Verdict::Credible).await.is_ok());
    after(passport, 7 * DAY).await;
    case
}

/// The page of an appeal that was granted.
async fn granted(passport: &Passport, browser: &mut Browser) -> Answer {
    let case = waiting_for_the_second(passport, browser).await;
    assert!(decide(passport, &case, "li", Verdict::Granted).await.is_ok());
    passport.clock.advance(Duration::from_millis(1));
    case
}

/// How the appeal stands, as its page tells.
async fn stands(browser: &mut Browser, case: &Answer) -> String {
    browser.open(case.url.as_str()).await.texts(".lead").concat()
}

async fn state(passport: &Passport, case: &Answer) -> &'static str {
    let all = passport.app.accounts.appeals(true, 50).await.expect("a list");
    all.iter().find(|appeal| appeal.number == number_of(case)).map_or("gone", |appeal| appeal.state.code())
}
