//! An SMS operator in the shape of Alibaba Cloud's `SendSms` of 2017-05-25: it looks at the signature (V3,
//! `ACS3-HMAC-SHA256`) as strictly as the real one, and knows the texts it was told.
//!
//! Numbers that end in `40404` are refused as the real one refuses numbers that there are none of.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{constant_time, digest, hmac};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{Message, Messages};

/// The id of the one key there is.
pub const KEY_ID: &str = "mailbox";

/// How far the customer's clock may be from ours, in seconds.
const AGE: i64 = 15 * 60;

/// The headers that have to be signed.
const SIGNED: [&str; 6] =
    ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

/// What the operator knows.
#[derive(Clone, Default)]
pub struct Operator {
    secret: Arc<str>,
    texts: Arc<BTreeMap<String, String>>,
    nonces: Arc<Mutex<HashSet<String>>>,
}

impl Operator {
    /// An operator whose customer signs with that secret and sends these texts, by their codes.
    pub fn new(secret: &str, texts: BTreeMap<String, String>) -> Self {
        Self { secret: secret.into(), texts: Arc::new(texts), nonces: Arc::default() }
    }

    /// Whether the request is signed by the customer, for the first time and now.
    fn check(&self, headers: &HeaderMap, query: &str, body: &[u8]) -> Result<(), Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let authorization = Authorization::read(header("authorization")).ok_or(Refusal("MissingAuthorization"))?;
        if self.secret.is_empty() || authorization.key_id != KEY_ID {
            return Err(Refusal("InvalidAccessKeyId.NotFound"));
        }
        if !SIGNED.iter().all(|needed| authorization.signed.split(';').any(|name| name == *needed)) {
            return Err(Refusal("IncompleteSignature"));
        }
        let content = sha256(body);
        let lines = authorization.signed.split(';').map(|name| format!("{name}:{}\n", header(name).trim()));
        let lines: String = lines.collect();
        let canonical = format!("POST\n/\n{query}\n{lines}\n{}\n{content}", authorization.signed);
        let same = constant_time::verify_slices_are_equal(
            signature(&self.secret, &canonical).as_bytes(),
            authorization.signature.as_bytes(),
        );
        if same.is_err() || header("x-acs-content-sha256") != content {
            return Err(Refusal("SignatureDoesNotMatch"));
        }
        let signed_at = seconds_of(header("x-acs-date")).ok_or(Refusal("InvalidTimeStamp.Format"))?;
        if (signed_at - now()).abs() > AGE {
            return Err(Refusal("InvalidTimeStamp.Expired"));
        }
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        match nonces.insert(header("x-acs-signature-nonce").to_owned()) {
            true => Ok(()),
            false => Err(Refusal("SignatureNonceUsed")),
        }
    }

    /// The text of that code with everything put in.
    fn text(&self, code: &str, values: &BTreeMap<String, Value>) -> Option<String> {
        let text = self.texts.get(code)?;
        let fill = |text: String, (name, value): (&String, &Value)| {
            text.replace(&format!("${{{name}}}"), value.as_str().unwrap_or_default())
        };
        Some(values.iter().fold(text.clone(), fill)).filter(|text| !text.contains("${"))
    }
}

/// A request that is not looked at further.
struct Refusal(&'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "Code": self.0, "Message": self.0, "RequestId": "mailbox" });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

struct Authorization<'a> {
    key_id: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("ACS3-HMAC-SHA256 ")?.split(',').map(str::trim);
        Some(Self {
            key_id: parts.next()?.strip_prefix("Credential=")?,
            signed: parts.next()?.strip_prefix("SignedHeaders=")?,
            signature: parts.next()?.strip_prefix("Signature=")?,
        })
    }
}

/// `POST /`: sends an SMS.
pub(crate) async fn send(
    State((messages, operator)): State<(Messages, Operator)>,
    RawQuery(raw): RawQuery,
    Query(parameters): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameter = |name: &str| parameters.get(name).map_or("", String::as_str);
    if let Err(refusal) = operator.check(&headers, &raw.unwrap_or_default(), &body) {
        return refusal.into_response();
    }
    let answer = |code: &str, receipt: Option<String>| {
        Json(json!({ "Code": code, "Message": code, "BizId": receipt, "RequestId": "mailbox" })).into_response()
    };
    let to = parameter("PhoneNumbers");
    if parameter("SignName").is_empty() {
        return answer("isv.SMS_SIGNATURE_ILLEGAL", None);
    }
    if to.ends_with("40404") || to.is_empty() {
        return answer("isv.MOBILE_NUMBER_ILLEGAL", None);
    }
    let Ok(values) = serde_json::from_str(parameter("TemplateParam")) else {
        return answer("isv.INVALID_JSON_PARAM", None);
    };
    let Some(text) = operator.text(parameter("TemplateCode"), &values) else {
        return answer("isv.SMS_TEMPLATE_ILLEGAL", None);
    };
    let id = messages.add(Message::sms(to.to_owned(), format!("【{}】{text}", parameter("SignName"))));
    answer("OK", Some(format!("{id}^0")))
}

/// Seconds since 1970 of `2027-03-18T01:00:00Z`.
fn seconds_of(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, by: char| -> Option<[i64; 3]> {
        let all: Vec<i64> = text.split(by).map(str::parse).collect::<Result<_, _>>().ok()?;
        all.try_into().ok()
    };
    let ([year, month, day], [hour, minute, second]) = (numbers(date, '-')?, numbers(time, ':')?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn now() -> i64 {
    i64::try_from(crate::message::now() / 1000).unwrap_or(i64::MAX)
}

fn signature(secret: &str, canonical: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
    hex(hmac::sign(&key, to_sign.as_bytes()).as_ref())
}

fn sha256(data: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, data).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    /// A request signed that long ago.
    fn signed(query: &str, ago: i64, nonce: &str, secret: &str) -> HeaderMap {
        let content = sha256(b"");
        let date = date(now() - ago);
        let values = ["127.0.0.1:1", "SendSms", &content, &date, nonce, "2017-05-25"];
        let lines: String = SIGNED.iter().zip(values).map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = SIGNED.join(";");
        let signature = signature(secret, &format!("POST\n/\n{query}\n{lines}\n{names}\n{content}"));
        let authorization = format!("ACS3-HMAC-SHA256 Credential={KEY_ID},SignedHeaders={names},Signature={signature}");
        let mut headers = HeaderMap::new();
        for (name, value) in SIGNED.into_iter().zip(values).chain([("authorization", authorization.as_str())]) {
            headers.insert(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        headers
    }

    /// What [`seconds_of`] reads, found by trying the days of this century.
    fn date(at: i64) -> String {
        let midnight = at - at.rem_euclid(86_400);
        let days =
            (2020..2100).flat_map(|year| (1..=12).flat_map(move |month| (1..=31).map(move |day| (year, month, day))));
        let is_it = |(year, month, day): &(i64, i64, i64)| {
            seconds_of(&format!("{year}-{month}-{day}T0:0:0Z")) == Some(midnight)
        };
        let (year, month, day) = days.into_iter().find(is_it).expect("a day");
        let rest = at.rem_euclid(86_400);
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
    }

    #[test]
    fn only_the_customers_own_fresh_request_is_taken_and_only_once() {
        let operator = Operator::new("secret", BTreeMap::new());
        let code =
            |headers: &HeaderMap, query: &str| operator.check(headers, query, b"").err().map(|refusal| refusal.0);
        let good = signed("a=1", 0, "n1", "secret");
        assert_eq!(code(&good, "a=1"), None);
        assert_eq!(code(&good, "a=1"), Some("SignatureNonceUsed"));
        assert_eq!(code(&signed("a=1", 0, "n2", "other"), "a=1"), Some("SignatureDoesNotMatch"));
        assert_eq!(code(&signed("a=1", 0, "n3", "secret"), "a=2"), Some("SignatureDoesNotMatch"));
        assert_eq!(code(&signed("a=1", 1_000, "n4", "secret"), "a=1"), Some("InvalidTimeStamp.Expired"));
        assert_eq!(code(&HeaderMap::new(), "a=1"), Some("MissingAuthorization"));
        assert_eq!(
            Operator::default().check(&good, "a=1", b"").err().map(|refusal| refusal.0),
            Some("InvalidAccessKeyId.NotFound")
        );
    }

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        assert_eq!(seconds_of("2027-03-18T01:00:00Z"), Some(1_805_331_600));
        assert_eq!(seconds_of("2023-10-26T10:22:32Z"), Some(1_698_315_752));
        assert_eq!(seconds_of("yesterday"), None);
    }

    #[test]
    fn a_text_needs_all_that_is_put_into_it() {
        let operator = Operator::new("", BTreeMap::from([("code".to_owned(), "码${code}。".to_owned())]));
        let values = BTreeMap::from([("code".to_owned(), json!("271828"))]);
        assert_eq!(operator.text("code", &values).as_deref(), Some("码271828。"));
        assert_eq!(operator.text("code", &BTreeMap::new()), None);
        assert_eq!(operator.text("other", &values), None);
    }
}
