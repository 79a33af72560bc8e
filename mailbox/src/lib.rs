//! A mailbox for development: it takes what the programs send by SMTP and by the HTTP call of an
//! SMS gateway or operator, keeps the latest messages in memory, and shows them on a page and as JSON.
//!
//! Nothing leaves the machine. It speaks plain SMTP and plain HTTP, because it is only ever bound
//! to a loopback address; `main` refuses any other.

mod message;
mod operator;
mod smtp;
mod store;
mod web;

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;

pub use message::{Kind, Message};
pub use operator::{KEY_ID, Operator};
pub use store::Messages;

/// The two listening sockets, bound and not yet serving.
pub struct Mailbox {
    smtp: TcpListener,
    http: TcpListener,
    operator: Operator,
}

impl Mailbox {
    /// Binds both addresses. Fails with the address in the sentence when one is taken.
    pub async fn bind(smtp: SocketAddr, http: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { smtp: listen(smtp).await?, http: listen(http).await?, operator: Operator::default() })
    }

    /// The same, with a customer who sends SMS as to an operator.
    #[must_use]
    pub fn with_operator(mut self, operator: Operator) -> Self {
        self.operator = operator;
        self
    }

    /// The address that takes mail.
    pub fn smtp_addr(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.smtp.local_addr()?)
    }

    /// The address that takes text messages and shows everything.
    pub fn http_addr(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.http.local_addr()?)
    }

    /// Serves until one of the sockets fails.
    pub async fn serve(self) -> anyhow::Result<()> {
        let messages = Messages::default();
        tokio::select! {
            ended = smtp::serve(self.smtp, messages.clone()) => ended,
            ended = axum::serve(self.http, web::router(messages, self.operator)) => Ok(ended?),
        }
    }
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))
}
