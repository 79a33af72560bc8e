//! A body of which it is known how far it has come, and that can be let go of while somebody reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;

/// The other end of a request's body.
#[derive(Clone)]
pub struct Paced {
    body: Arc<Mutex<BodyDataStream>>,
    received: Arc<AtomicU64>,
}

impl Paced {
    /// The same request, and the other end of its body.
    pub fn of(request: Request) -> (Request, Self) {
        let (parts, body) = request.into_parts();
        let paced = Self { body: Arc::new(Mutex::new(body.into_data_stream())), received: Arc::default() };
        let chunks = stream::unfold(paced.clone(), |paced| async move {
            let chunk = paced.body.lock().await.next().await?;
            if let Ok(bytes) = &chunk {
                paced.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            // As it was, not wrapped once more: by what it is, a body that is too large is told from one that broke off.
            Some((chunk.map_err(axum::Error::into_inner), paced))
        });
        (Request::from_parts(parts, Body::from_stream(chunks)), paced)
    }

    /// How many bytes have come.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Reads what is left and throws it away: a browser that is answered while it still sends shows no answer. Nobody else
    /// reads any more.
    pub async fn discard(self) {
        let mut body = self.body.lock().await;
        // What breaks off is as good as read.
        while let Some(Ok(_)) = body.next().await {}
    }
}
