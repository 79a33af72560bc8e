//! Reports of what became of messages: of SMS from the operator, of mail from whoever reads the bounces.
//!
//! `POST` of JSON, `{"reports": [{"id", "state", "reason", "at"}]}`, signed: the header [`SIGNATURE`] is the HMAC-SHA256, in
//! hexadecimal, over the header [`TIMESTAMP`], a full stop and the body. A report that comes twice, or whose message nobody
//! knows, changes nothing and is taken all the same: who reports has to repeat, and learns nothing by asking.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{Db, DbError};
use shared::secret::{SecretString, constant_time_eq, hmac_sha256};

use super::acs3::hex;
use super::model::{MessageId, Reason};
use super::store::reach;

/// Where reports are taken.
pub const PATH: &str = "/delivery/reports";

/// The header of when a report was signed, in seconds since 1970.
pub const TIMESTAMP: &str = "x-passport-timestamp";

/// The header of its signature.
pub const SIGNATURE: &str = "x-passport-signature";

/// How old a signature may be, and how far ahead the other clock.
const AGE: Duration = Duration::from_secs(5 * 60);

/// The longest body.
const LONGEST: usize = 64 * 1024;

/// Takes reports. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    db: Db,
    clock: SharedClock,
    secret: Option<Arc<SecretString>>,
}

#[derive(Deserialize)]
struct Batch {
    reports: Vec<Report>,
}

/// What became of a message.
#[derive(Debug, Clone, Deserialize)]
struct Report {
    /// Our id of it: `OutId` of an SMS, what stands before the `@` of a mail's `Message-ID`.
    id: String,
    /// How it ended.
    state: Fate,
    /// One of [`Reason`]'s codes; only with `refused`.
    #[serde(default)]
    reason: String,
    /// When, in seconds since 1970.
    at: i64,
}

/// How a message ended.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    Delivered,
    Refused,
}

/// Why reports were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Nobody may report.
    Off,
    /// Too long.
    TooLong,
    /// Not signed, or not by who has the secret, or too long ago.
    Unsigned,
    /// Signed, and not understood.
    Malformed,
    /// The database is away: to be sent again.
    Away,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Off => (StatusCode::NOT_FOUND, "no reports are taken here"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "send fewer reports at a time: 64 KiB at most"),
            Self::Unsigned => (
                StatusCode::UNAUTHORIZED,
                "sign timestamp, full stop and body with the shared secret (HMAC-SHA256), within 5 minutes",
            ),
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "expected {\"reports\": [{\"id\", \"state\": \"delivered\" or \"refused\", \"reason\", \"at\": seconds}]}",
            ),
            Self::Away => (StatusCode::SERVICE_UNAVAILABLE, "send it again in a minute"),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// POST: reports.
pub async fn take(State(reports): State<Reports>, headers: HeaderMap, body: Body) -> Response {
    match reports.take(&headers, body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => fault.into_response(),
    }
}

impl Reports {
    /// Takes what is signed with `secret`; nothing without one.
    pub fn new(db: Db, clock: SharedClock, secret: Option<SecretString>) -> Self {
        Self { db, clock, secret: secret.map(Arc::new) }
    }

    async fn take(&self, headers: &HeaderMap, body: Body) -> Result<(), Fault> {
        let secret = self.secret.as_ref().ok_or(Fault::Off)?;
        let body = to_bytes(body, LONGEST).await.map_err(|_| Fault::TooLong)?;
        let now = self.clock.now();
        if !is_signed(secret, headers, &body, now) {
            return Err(Fault::Unsigned);
        }
        let batch: Batch = serde_json::from_slice(&body).map_err(|_| Fault::Malformed)?;
        let changed = self.apply(batch.reports, now).await.map_err(|error| {
            tracing::error!(%error, "reports of messages cannot be written down");
            Fault::Away
        })?;
        tracing::info!(changed, "reports of messages taken");
        Ok(())
    }

    /// All of them in one transaction: a batch that is sent again is the same again.
    async fn apply(&self, reports: Vec<Report>, now: Timestamp) -> Result<usize, DbError> {
        self.db
            .write(move |tx| {
                let reports = reports.clone();
                async move {
                    let mut changed = 0;
                    for report in reports {
                        let Ok(id) = report.id.parse::<MessageId>() else { continue };
                        // Whose clock is ahead of ours would keep every later report from counting.
                        let at = Timestamp::from_seconds(report.at).min(now);
                        let taken = match report.state {
                            Fate::Delivered => reach::delivered(tx, id, at, now).await?,
                            Fate::Refused => reach::refused(tx, id, Reason::of_code(&report.reason), (at, now)).await?,
                        };
                        changed += usize::from(taken);
                    }
                    Ok(changed)
                }
                .boxed()
            })
            .await
    }
}

/// Whether the body carries a signature of that secret which is not too old.
fn is_signed(secret: &SecretString, headers: &HeaderMap, body: &[u8], now: Timestamp) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(stamp), Some(signature)) = (header(TIMESTAMP), header(SIGNATURE)) else { return false };
    let Ok(signed_at) = stamp.parse::<i64>() else { return false };
    let signed = [stamp.as_bytes(), b".", body].concat();
    let expected = hex(&hmac_sha256(secret.expose().as_bytes(), &signed));
    constant_time_eq(expected.as_bytes(), signature.as_bytes()) && now.seconds().abs_diff(signed_at) <= AGE.as_secs()
}
