//! The issuer as relying parties see it, called over the network: discovery, keys, and that it refuses a bogus token.

use std::path::Path;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use shared::http::client::{self, ClientBuilder};

use super::{Finding, Patient, certificate};

const CHECK: &str = "issuer";

/// More than any document of ours.
const LIMIT: usize = 256 * 1024;

pub async fn check(patient: &Patient, ca_file: Option<&Path>) -> Vec<Finding> {
    let issuer = patient.config.issuer.as_str();
    let http = match ClientBuilder::new().ca_file(ca_file).tells_certificates().build() {
        Ok(http) => http,
        Err(error) => return vec![unreachable(issuer, &error.to_string())],
    };
    let (document, shown) = match discovery(&http, issuer).await {
        Ok(found) => found,
        Err(finding) => return vec![finding],
    };
    let mut findings = vec![Finding::ok(CHECK, format!("{issuer} answers discovery under its own name"))];
    findings.extend(shown.and_then(|shown| certificate::served(patient, &shown)));
    findings.push(keys(&http, &document).await);
    findings.push(bogus_token(&http, &document).await);
    findings
}

fn unreachable(issuer: &str, error: &str) -> Finding {
    Finding::error(
        CHECK,
        format!("{issuer} cannot be called from here: {error}"),
        "the passport is not running, a name or a port leads elsewhere, or its certificate is not trusted here",
        "start it; check the name, the proxy and, in development, --ca-file",
    )
}

/// An answer.
struct Answer {
    status: StatusCode,
    /// None if it is no JSON.
    document: Option<Value>,
    /// The certificate that the server showed.
    certificate: Option<Vec<u8>>,
}

async fn get(http: &Client, url: &str, bearer: Option<&str>) -> Result<Answer, String> {
    let mut request = http.get(url);
    if let Some(token) = bearer {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.map_err(|error| reason(&error))?;
    let (status, certificate) = (response.status(), client::certificate(&response));
    let body = client::body(response, LIMIT).await.map_err(|error| error.to_string())?;
    Ok(Answer { status, document: serde_json::from_slice(&body).ok(), certificate })
}

/// The innermost cause says most: "connection refused", "certificate expired".
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// The metadata, and the certificate that it came with.
async fn discovery(http: &Client, issuer: &str) -> Result<(Value, Option<Vec<u8>>), Finding> {
    let url = format!("{issuer}/.well-known/openid-configuration");
    let answer = get(http, &url, None).await.map_err(|error| unreachable(issuer, &error))?;
    let status = answer.status;
    match answer.document {
        Some(document) if status == StatusCode::OK && document["issuer"] == issuer => {
            Ok((document, answer.certificate))
        }
        Some(document) if status == StatusCode::OK => Err(Finding::error(
            CHECK,
            format!("{url} says its issuer is {}", document["issuer"]),
            "another passport answers there, or it runs with another `issuer`",
            "give every node the same `issuer`, and let the name lead to them",
        )),
        _ => Err(Finding::error(
            CHECK,
            format!("{url} answers {status}"),
            "something else answers there, such as a proxy without a passport behind it",
            "check the proxy and `server.listen`; a wrong `Host` is answered 421",
        )),
    }
}

async fn keys(http: &Client, document: &Value) -> Finding {
    const CHECK: &str = "published keys";
    let url = document["jwks_uri"].as_str().unwrap_or_default();
    let set = get(http, url, None).await;
    match set.as_ref().map(|set| set.document.as_ref().and_then(|set| set["keys"].as_array())) {
        Ok(Some(keys)) if !keys.is_empty() => Finding::ok(CHECK, format!("{} at {url}", keys.len())),
        _ => Finding::error(
            CHECK,
            format!("{url} shows no keys"),
            "a proxy answers for that path, or caches an old answer",
            "let the proxy pass every path of the issuer on",
        ),
    }
}

/// An endpoint that lets anybody in looks just like one that works.
async fn bogus_token(http: &Client, document: &Value) -> Finding {
    const CHECK: &str = "refusal";
    let url = document["userinfo_endpoint"].as_str().unwrap_or_default();
    match get(http, url, Some("bogus")).await {
        Ok(Answer { status: StatusCode::UNAUTHORIZED, .. }) => Finding::ok(CHECK, "a made-up access token is refused"),
        answer => Finding::error(
            CHECK,
            format!(
                "{url} answers {} to a made-up access token",
                answer.map_or_else(|error| error, |answer| answer.status.to_string())
            ),
            "a proxy answers in the passport's place",
            "let the proxy pass every path of the issuer on, with its Authorization header",
        ),
    }
}
