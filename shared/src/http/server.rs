//! The server: listens, speaks HTTP/1.1 and HTTP/2 with or without TLS, and stops without cutting anyone off.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::net::TcpListener;

use super::tls::Files;
use super::{ServerSettings, WatchedFiles};
use crate::clock::{Clock as _, SystemClock};

/// How long a peer may take to send the head of a request. Idle connections end by it, too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The largest head of a request over HTTP/2, in bytes. The library's 16 KiB are too few for an address that carries a
/// long request, sealed, next to cookies; over HTTP/1.1 it takes far more.
const HEAD_LIMIT: u32 = 32 << 10;

/// Why a server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What to do about it, where that is known.
        reason: String,
    },
    /// The certificate or its key cannot be used.
    #[error("cannot use the TLS file {file}: {reason}")]
    Tls {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server broke while running.
    #[error("the server stopped: {0}")]
    Broke(#[source] io::Error),
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program uses this port".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not use this port".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address".to_owned(),
        _ => error.to_string(),
    }
}

/// A server that listens, but does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<(Files, WatchedFiles)>,
    shutdown_grace: Duration,
}

impl Server {
    /// Reads the TLS files, if any, and starts to listen.
    ///
    /// # Errors
    /// A file cannot be used, or the address cannot be listened on.
    pub async fn bind(settings: &ServerSettings) -> Result<Self, ServeError> {
        let tls = match (&settings.tls_cert, &settings.tls_key) {
            (Some(cert), Some(key)) => {
                let files = Files::new(cert, key)?;
                let watched = files.watched();
                files.first(SystemClock.now())?;
                Some((files, watched))
            }
            _ => None,
        };
        let failed = |error: io::Error| ServeError::Listen { address: settings.listen, reason: reason(&error) };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, tls, shutdown_grace: settings.shutdown_grace })
    }

    /// Asks clients for a certificate in the handshake. A browser would ask its person in turn: such a server is for
    /// programs.
    #[must_use]
    pub fn asking_for_certificates(mut self) -> Self {
        if let Some((files, _)) = &mut self.tls {
            files.ask = true;
        }
        self
    }

    /// Where it listens: the port is the real one if the settings said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `shutdown` completes; requests in flight are then finished, within the grace
    /// time.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(
        self,
        router: Router,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let handle = Handle::new();
        let stopping = stop_when(shutdown, handle.clone(), self.shutdown_grace);
        let app = router.into_make_service_with_connect_info::<SocketAddr>();
        let mut server =
            axum_server::Server::from_listener(self.listener).handle(handle).acceptor(NoDelayAcceptor::new());
        server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT);
        server.http_builder().http2().max_header_list_size(HEAD_LIMIT);
        let server = server.first_request_timeout(HEAD_TIMEOUT).accept_error_handler(|_, error| {
            tracing::debug!(%error, "a connection was not accepted");
        });

        let stopping = tokio::spawn(stopping);
        let served = match self.tls {
            None => server.serve(app).await,
            Some((files, watched)) => {
                let config = RustlsConfig::from_config(files.load()?.config);
                let reloading = tokio::spawn(files.keep_current(config.clone(), watched));
                let served = server.map(|tcp| RustlsAcceptor::new(config).acceptor(tcp)).serve(app).await;
                reloading.abort();
                served
            }
        };
        stopping.abort();
        served.map_err(ServeError::Broke)
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

async fn stop_when(shutdown: impl Future<Output = ()>, handle: Handle<SocketAddr>, grace: Duration) {
    shutdown.await;
    tracing::info!(in_flight = handle.connection_count(), "stopping");
    handle.graceful_shutdown(Some(grace));
}

/// Listens and answers until told to stop, in one step.
///
/// # Errors
/// As [`Server::bind`] and [`Server::run`].
pub async fn serve(
    settings: &ServerSettings,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let server = Server::bind(settings).await?;
    tracing::info!(address = %server.address(), tls = server.tls.is_some(), "ready");
    server.run(router, shutdown).await
}

/// Completes when the process is told to stop: SIGTERM, or Ctrl-C.
pub async fn termination() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return interrupt.await;
        };
        tokio::select! {
            () = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
