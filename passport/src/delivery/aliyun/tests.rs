//! SendSms against a server that answers by the book.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use shared::clock::{FakeClock, Timestamp};
use shared::entropy::SeededEntropy;
use shared::http::client::ClientBuilder;

use super::*;
use crate::delivery::model::{MessageId, Payload};
use crate::delivery::text::{self, SMS_STEP};

const ISSUER: &str = "https://passport.example";

type Seen = Arc<Mutex<Vec<(HeaderMap, BTreeMap<String, String>)>>>;

#[derive(Clone, Default)]
struct Operator {
    answer: (u16, &'static str),
    seen: Seen,
}

async fn take(
    State(operator): State<Operator>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> (StatusCode, &'static str) {
    let query = query.unwrap_or_default();
    let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    operator.seen.lock().expect("a list").push((headers, parameters));
    (StatusCode::from_u16(operator.answer.0).expect("a status"), operator.answer.1)
}

/// An operator that answers like this, and a way out over it.
async fn operator(answer: (u16, &'static str)) -> (AliyunSms, Seen) {
    let operator = Operator { answer, seen: Seen::default() };
    let seen = operator.seen.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/ignored?x=1", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, Router::new().route("/", post(take)).with_state(operator)).into_future());
    (way(&url).expect("a way out"), seen)
}

fn way(url: &str) -> Result<AliyunSms, GatewayError> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let access = Access {
        key_id: "LTAI".to_owned(),
        key_secret: SecretString::new("top-secret"),
        sign_name: "教育考试".to_owned(),
    };
    let around = Around {
        client: ClientBuilder::new().build().expect("a client"),
        clock: Arc::new(FakeClock::at(Timestamp::from_seconds(1_805_331_600))),
        entropy: Arc::new(SeededEntropy::new(1)),
    };
    AliyunSms::new(url, access, Templates::by_name(), ISSUER, around)
}

fn outgoing(letter: &Letter) -> Outgoing {
    let now = Timestamp::from_seconds(1_805_331_600);
    Outgoing {
        id: MessageId::new(now, &SeededEntropy::new(2)),
        payload: Payload::of(letter),
        created_at: now,
        attempt: 1,
    }
}

fn code() -> Outgoing {
    outgoing(&text::code_sms("+8613800138000", Lang::Zh, "271828"))
}

#[tokio::test]
async fn a_message_names_its_template_and_its_id_and_keeps_what_the_operator_calls_it() {
    let (way, seen) = operator((200, r#"{"Code":"OK","Message":"OK","BizId":"9006197^0","RequestId":"F6"}"#)).await;
    let message = code();
    assert_eq!(way.send(&message).await, Ok(Receipt(Some("9006197^0".to_owned()))));
    way.send(&message).await.expect("accepted");
    let seen = seen.lock().expect("a list");
    let (headers, parameters) = &seen[0];
    assert_eq!(headers["x-acs-action"], "SendSms");
    assert_eq!(headers["x-acs-date"], "2027-03-18T01:00:00Z");
    for (name, value) in [
        ("PhoneNumbers", "+8613800138000"),
        ("SignName", "教育考试"),
        ("TemplateCode", "code"),
        ("TemplateParam", r#"{"code":"271828"}"#),
        ("OutId", &message.id.to_string()),
    ] {
        assert_eq!(parameters.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_ne!(headers["x-acs-signature-nonce"], seen[1].0["x-acs-signature-nonce"], "another one for every try");
    assert_eq!(parameters, &seen[1].1, "the same message at every try");
}

#[tokio::test]
async fn a_link_is_given_without_the_address_that_the_template_holds() {
    let (way, seen) = operator((200, r#"{"Code":"OK"}"#)).await;
    let notice = crate::delivery::Notice::RecoveryWaits {
        until: Timestamp::from_seconds(1_805_331_600),
        cancel: format!("{ISSUER}/recover/cancel?t=x"),
    };
    let letter = text::sms("+8613800138000", Lang::En, (&notice, None), ISSUER);
    assert_eq!(way.send(&outgoing(&letter)).await, Ok(Receipt(None)));
    let seen = seen.lock().expect("a list");
    assert_eq!(seen[0].1["TemplateCode"], "recovery-waits.en");
    assert!(seen[0].1["TemplateParam"].contains(r#""link":"recover/cancel?t=x""#), "{:?}", seen[0].1);
}

/// What the operator answers, and what has to come of it.
type Case = (u16, &'static str, fn(&SendError) -> bool);

#[tokio::test]
async fn every_answer_is_one_of_four() {
    let cases: [Case; 11] = [
        (200, r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}"#, |e| matches!(e, SendError::Refused(Reason::Unknown, _))),
        (200, r#"{"Code":"isv.SMS_CONTENT_ILLEGAL"}"#, |e| matches!(e, SendError::Refused(Reason::Content, _))),
        (200, r#"{"Code":"isv.PARAM_LENGTH_LIMIT"}"#, |e| matches!(e, SendError::Permanent(_))),
        (200, r#"{"Code":"isv.BUSINESS_LIMIT_CONTROL"}"#, |e| matches!(e, SendError::Temporary(_))),
        (200, r#"{"Code":"isv.AMOUNT_NOT_ENOUGH"}"#, |e| matches!(e, SendError::Temporary(_))),
        (400, r#"{"Code":"SignatureDoesNotMatch"}"#, |e| matches!(e, SendError::Temporary(_))),
        (503, r#"{"Code":"ServiceUnavailable"}"#, |e| matches!(e, SendError::Temporary(_))),
        (200, r#"{"Code":"isp.SYSTEM_ERROR"}"#, |e| matches!(e, SendError::Doubtful(_))),
        (200, "<html>", |e| matches!(e, SendError::Doubtful(_))),
        (502, "", |e| matches!(e, SendError::Doubtful(_))),
        (404, "nothing here", |e| matches!(e, SendError::Temporary(_))),
    ];
    for (status, body, expected) in cases {
        let (way, _) = operator((status, body)).await;
        let error = way.send(&code()).await.expect_err("not accepted");
        assert!(expected(&error), "{status} {body}: {error:?}");
        assert!(!error.to_string().contains("138"), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_not_the_same_as_no_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let hangs_up = tokio::spawn(async move { drop(listener.accept().await) });
    let error = way(&url).expect("a way out").send(&code()).await.expect_err("no answer");
    assert!(matches!(error, SendError::Doubtful(_)), "it may have been taken: {error:?}");
    hangs_up.await.expect("a listener that is gone");
    let error = way(&url).expect("a way out").send(&code()).await.expect_err("nobody");
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
}

#[test]
fn codes_are_given_for_every_text_or_the_passport_does_not_start() {
    let all: Vec<_> = sms_names().map(|name| format!("{name}=SMS_1")).collect();
    let templates = Templates::parse(&all, &[]).expect("all of them");
    let template = |lang| Template { name: "code".to_owned(), lang, values: BTreeMap::new() };
    assert_eq!(templates.code(&template(Lang::En)), Some("SMS_1"), "in Chinese, better than not at all");
    let mut english = all.clone();
    english.push("code.en = SMS_2".to_owned());
    assert_eq!(Templates::parse(&english, &[]).expect("more").code(&template(Lang::En)), Some("SMS_2"));
    for (wrong, told) in [("pigeon=SMS_1", "no text `pigeon`"), ("code", "NAME=CODE"), ("code=", "NAME=CODE")] {
        let mut list = all.clone();
        list.push(wrong.to_owned());
        assert!(Templates::parse(&list, &[]).expect_err("refused").contains(told), "{wrong}");
    }
    assert!(Templates::parse(&all[1..], &[]).expect_err("refused").contains("has no code"));
    let spared: Vec<_> =
        all.iter().filter(|pair| !SMS_STEP.iter().any(|name| pair.starts_with(name))).cloned().collect();
    assert_eq!(all.len() - spared.len(), SMS_STEP.len());
    assert!(Templates::parse(&spared, &SMS_STEP).is_ok(), "what no policy allows needs no approval");
    assert!(Templates::parse(&spared, &[]).is_err());
}

#[test]
fn the_number_and_the_code_go_in_clear_to_loopback_only() {
    assert_eq!(way("http://dysmsapi.aliyuncs.com/").map(drop), Err(GatewayError::Clear));
    assert_eq!(way("dysmsapi").map(drop), Err(GatewayError::Address));
    assert!(way("https://dysmsapi.aliyuncs.com").is_ok());
}
