//! How the passport stands and what its operators announce, as it says itself. Asked beside the requests and shown at the top
//! of every page: no page waits for the answer, and without one the site goes on as it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shared::clock::SharedClock;
use shared::config::BaseUrl;
use shared::http::client::{self, BodyError};
use shared::status::{Board, NoStatus, Report};

/// How often it is asked. What is heard of parts counts for [`shared::status::FRESH`].
pub const PAUSE: Duration = Duration::from_secs(10);

/// Where the passport says it.
const DOCUMENT: &str = "/status.json";

/// No status is larger.
const MOST: usize = 64 << 10;

/// Asks the passport how it stands. Cheap to clone.
#[derive(Clone)]
pub struct Follower(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    address: String,
    board: Arc<Board>,
    clock: SharedClock,
    /// Whether the last answer could not be had: said once, not every few seconds.
    lost: AtomicBool,
}

/// Why nothing was heard.
#[derive(Debug, thiserror::Error)]
enum NotHeard {
    #[error("no connection: {0}")]
    Http(#[from] reqwest::Error),
    #[error("it answered {0}")]
    Answer(http::StatusCode),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("its answer {0}")]
    Document(#[from] NoStatus),
}

impl Follower {
    /// Follows the passport of that issuer, and puts up on the board what it says.
    #[must_use]
    pub fn new(issuer: &BaseUrl, http: reqwest::Client, board: Arc<Board>, clock: SharedClock) -> Self {
        Self(Arc::new(Inner { http, address: issuer.join(DOCUMENT), board, clock, lost: AtomicBool::new(false) }))
    }

    /// Asks once. Without an answer what was announced stays up until its end, and how parts stand is forgotten soon.
    pub async fn ask(&self) {
        match self.hear().await {
            Ok(report) => {
                self.0.board.put_up(report, self.0.clock.now());
                self.0.lost.store(false, Ordering::Relaxed);
            }
            Err(cause) if !self.0.lost.swap(true, Ordering::Relaxed) => {
                tracing::info!(%cause, "the passport does not say how it stands");
            }
            Err(_) => {}
        }
    }

    async fn hear(&self) -> Result<Report, NotHeard> {
        let answer = self.0.http.get(&self.0.address).send().await?;
        if answer.status() != http::StatusCode::OK {
            return Err(NotHeard::Answer(answer.status()));
        }
        Ok(Report::from_json(&client::body(answer, MOST).await?)?)
    }
}
