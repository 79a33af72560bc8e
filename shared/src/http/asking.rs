//! What the kit tells a handler about the request: its id and who is asking.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;

use super::RequestId;

/// Both in one extension, because each extension costs an allocation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    pub(super) id: RequestId,
    pub(super) client: IpAddr,
}

/// The address the request comes from: the peer's, or the one that trusted proxies report. Extract it in a
/// handler; limits are kept by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

impl ClientAddr {
    /// The address behind the request that has these extensions; `0.0.0.0` when nothing is known, so that
    /// such requests share one limit.
    pub fn of(extensions: &Extensions) -> Self {
        let known = extensions.get::<Asking>().map(|asking| asking.client);
        Self(known.or_else(|| peer(extensions)).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

/// The other end of the connection.
pub(super) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

impl<S: Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
