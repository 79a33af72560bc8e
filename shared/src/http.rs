//! Everything around a handler: the server, what each request goes through, who is asking, and the client
//! for calls to other programs.
//!
//! ```no_run
//! # async fn start(settings: shared::http::ServerSettings, router: axum::Router) -> Result<(), shared::http::ServeError> {
//! use shared::http::{self, Kit, Server};
//!
//! let router = Kit::new(&settings).hosts(["passport.example"]).apply(router);
//! let server = Server::bind(&settings).await?;
//! tracing::info!(address = %server.address(), "ready");
//! server.run(router, http::termination()).await
//! # }
//! ```

mod asking;
mod caller;
mod certificate;
pub mod client;
mod device;
mod failure;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod kit;
mod network;
mod request_id;
mod server;
mod settings;
mod tls;
mod validity;
mod watched;

pub use asking::ClientAddr;
pub use caller::{Caller, CallerNetwork};
pub use certificate::{CertificateSource, ClientCertificate, Shown};
pub use device::{Browser, Device, Machine};
pub use failure::{Asked, Failure, FailurePages, PlainPages};
pub use headers::{NAMING_THE_ORIGIN, content_policy_with_forms_to, content_policy_with_frames_of};
pub use kit::{AccessLine, AccessLog, Kit, KitLayer, KitService, Upload};
pub use network::Network;
pub use request_id::RequestId;
pub use server::{ServeError, Server, serve, termination};
pub use settings::ServerSettings;
pub use validity::{NotNow, Validity};
pub use watched::WatchedFiles;

#[cfg(test)]
mod tests;
