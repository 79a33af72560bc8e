//! SMS through Alibaba Cloud (Dysmsapi, `SendSms` of 2017-05-25), and whoever else speaks like it.
//!
//! It sends no text but those that its people have seen: a message names one of them and gives what is put into it. It
//! does not notice repetitions either: when no answer comes, the message may go out twice, with the same code.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use shared::clock::SharedClock;
use shared::entropy::{SharedEntropy, bytes};
use shared::http::client;
use shared::i18n::Lang;
use shared::secret::SecretString;
use url::Url;

use super::acs3::{self, ACTION, CONTENT, Call, DATE, NONCE, VERSION};
use super::model::{Letter, Outgoing, Reason, Receipt, SendError, Template, Transport};
use super::sms::GatewayError;
use super::smtp::is_loopback;
use super::text::sms_names;

/// An answer is a few words.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends SMS by `SendSms`.
pub struct AliyunSms {
    url: Url,
    host: String,
    access: Access,
    templates: Templates,
    home: String,
    client: reqwest::Client,
    clock: SharedClock,
    entropy: SharedEntropy,
}

/// As whom messages are sent.
pub struct Access {
    /// The id of the key.
    pub key_id: String,
    /// The key.
    pub key_secret: SecretString,
    /// The name in brackets before each text.
    pub sign_name: String,
}

/// What the operator calls our texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates(BTreeMap<String, String>);

impl Templates {
    /// Reads `NAME=CODE`, `NAME.en=CODE`. A text without a code in English goes in Chinese; those of `spared` may have none.
    ///
    /// # Errors
    /// What is wrong: a name that we have not, one that is missing, or no code.
    pub fn parse(list: &[String], spared: &[&str]) -> Result<Self, String> {
        let mut codes = BTreeMap::new();
        for item in list {
            let pair = item.split_once('=').map(|(name, code)| (name.trim(), code.trim()));
            let Some((name, code)) = pair.filter(|(_, code)| !code.is_empty()) else {
                return Err(format!("`{item}` is not of the form NAME=CODE"));
            };
            if !sms_names().any(|known| known == name.strip_suffix(".en").unwrap_or(name)) {
                return Err(format!("there is no text `{name}`; `passport delivery sms-templates` lists them"));
            }
            codes.insert(name.to_owned(), code.to_owned());
        }
        match sms_names().find(|name| !codes.contains_key(*name) && !spared.contains(name)) {
            Some(missing) => Err(format!("the text `{missing}` has no code; all must have one")),
            None => Ok(Self(codes)),
        }
    }

    /// Every text under its own name: for the development mailbox, which knows them by it.
    pub fn by_name() -> Self {
        let both = |name: &str| [name.to_owned(), format!("{name}.en")];
        Self(sms_names().flat_map(both).map(|name| (name.clone(), name)).collect())
    }

    fn code(&self, template: &Template) -> Option<&str> {
        let english = (template.lang == Lang::En).then(|| self.0.get(&format!("{}.en", template.name))).flatten();
        english.or_else(|| self.0.get(&template.name)).map(String::as_str)
    }
}

/// What a way out needs from around it.
pub struct Around {
    /// Makes the calls.
    pub client: reqwest::Client,
    /// The time.
    pub clock: SharedClock,
    /// Chance, for what is used once.
    pub entropy: SharedEntropy,
}

/// What comes back.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Answer {
    code: String,
    biz_id: Option<String>,
}

impl AliyunSms {
    /// A way out over that endpoint. `home` is the passport's address: texts hold it themselves, since links are taken
    /// as parts of a text only.
    ///
    /// # Errors
    /// See [`GatewayError`].
    pub fn new(
        url: &str,
        access: Access,
        templates: Templates,
        home: &str,
        around: Around,
    ) -> Result<Self, GatewayError> {
        let mut url = Url::parse(url).map_err(|_| GatewayError::Address)?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(GatewayError::Clear);
        }
        let name = url.host_str().ok_or(GatewayError::Address)?.to_owned();
        let host = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        url.set_path("/");
        url.set_fragment(None);
        let home = format!("{}/", home.trim_end_matches('/'));
        let Around { client, clock, entropy } = around;
        Ok(Self { url, host, access, templates, home, client, clock, entropy })
    }

    async fn post(&self, message: &Outgoing) -> Result<Receipt, SendError> {
        let letter: Letter = message.payload.read()?;
        let permanent = |what: &str| SendError::Permanent(what.to_owned());
        let template =
            letter.template.ok_or_else(|| permanent("the message was written before there were templates"))?;
        let code = self.templates.code(&template).ok_or_else(|| permanent("the text has no template"))?;
        let values: BTreeMap<&str, &str> = template
            .values
            .iter()
            .map(|(name, value)| (&**name, value.strip_prefix(&*self.home).unwrap_or(value)))
            .collect();
        let values = serde_json::to_string(&values).unwrap_or_default();
        let id = message.id.to_string();
        let query = acs3::query(&[
            ("OutId", &id),
            ("PhoneNumbers", &letter.to),
            ("SignName", &self.access.sign_name),
            ("TemplateCode", code),
            ("TemplateParam", &values),
        ]);
        let response = self.request(&query)?.send().await.map_err(|error| failed(&error))?;
        let status = response.status();
        let body = client::body(response, LONGEST_ANSWER).await;
        let body = body.map_err(|_| SendError::Doubtful("the SMS operator's answer broke off".to_owned()))?;
        judge(status, &serde_json::from_slice(&body).unwrap_or_default())
    }

    fn request(&self, query: &str) -> Result<reqwest::RequestBuilder, SendError> {
        let date = acs3::date(self.clock.now());
        let nonce = acs3::hex(&bytes::<16>(&*self.entropy));
        let (action, version) = ("SendSms", "2017-05-25");
        let call = Call { host: &self.host, action, version, date: &date, nonce: &nonce, query };
        let authorization = call.authorization(&self.access.key_id, &self.access.key_secret);
        let mut authorization = HeaderValue::try_from(authorization)
            .map_err(|_| SendError::Temporary("the id of the SMS key cannot be sent in a header".to_owned()))?;
        authorization.set_sensitive(true);
        let mut url = self.url.clone();
        url.set_query(Some(query));
        let request = self.client.post(url).header(AUTHORIZATION, authorization).header(ACTION, action);
        let request = request.header(VERSION, version).header(CONTENT, call.content());
        Ok(request.header(DATE, &date).header(NONCE, &nonce))
    }
}

/// Without an answer only a connection that never was is certain to have sent nothing.
fn failed(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::Temporary("no connection to the SMS operator".to_owned())
    } else {
        SendError::Doubtful("the SMS operator did not answer".to_owned())
    }
}

/// What an answer means for the message. Of the answer only its code is kept: its words may hold the number.
fn judge(status: StatusCode, answer: &Answer) -> Result<Receipt, SendError> {
    let code = answer.code.as_str();
    if status.is_success() && code == "OK" {
        return Ok(Receipt(answer.biz_id.as_deref().map(short)));
    }
    let text = match code {
        "" => format!("the SMS operator answered {} and no code", status.as_u16()),
        code => format!("the SMS operator answered {}", short(code)),
    };
    Err(match code {
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.INVALID_MOBILE_NUMBER" | "isv.DOMESTIC_NUMBER_NOT_SUPPORTED" => {
            SendError::Refused(Reason::Unknown, text)
        }
        "isv.MOBILE_IN_BLACK" | "isv.MOBILE_BLACKLIST" => SendError::Refused(Reason::Blocked, text),
        "isv.SMS_CONTENT_ILLEGAL" | "isv.BLACK_KEY_CONTROL_LIMIT" => SendError::Refused(Reason::Content, text),
        // Our own fault, and the same the next time.
        "isv.INVALID_JSON_PARAM"
        | "isv.INVALID_PARAMETERS"
        | "isv.PARAM_LENGTH_LIMIT"
        | "isv.PARAM_NOT_SUPPORT_URL"
        | "isv.TEMPLATE_MISSING_PARAMETERS"
        | "isv.TEMPLATE_PARAMS_ILLEGAL"
        | "isv.MOBILE_COUNT_OVER_LIMIT" => SendError::Permanent(text),
        // They do not know themselves whether it went out.
        "isp.SYSTEM_ERROR" | "isp.GATEWAY_ERROR" | "isp.UNKNOWN" | "InternalError" => SendError::Doubtful(text),
        "" if status.is_success() || status.is_server_error() => SendError::Doubtful(text),
        // Limits of frequency, an empty account, a key or template that is not in order: all that somebody mends.
        _ => SendError::Temporary(text),
    })
}

/// The first characters, if they are such as codes and ids are made of.
fn short(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "._-^".contains(*c)).take(64).collect()
}

impl Transport for AliyunSms {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.post(message).boxed()
    }
}

#[cfg(test)]
mod tests;
