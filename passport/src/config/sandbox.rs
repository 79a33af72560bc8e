//! `[sandbox]`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use shared::config::{BaseUrl, Problems, SecretSource};

shared::settings! {
    /// A passport beside this one on which organisations of the portal try their sites out. It is an installation of its
    /// own, with its own keys and its own people; nothing of it is valid here.
    pub struct SandboxSettings {
        /// Its address. Unset: the portal has no sandbox.
        issuer: Option<BaseUrl>,
        /// The secret by which the portal registers sites there; the same as `registration.portal_token_file` of the
        /// sandbox.
        token_file: Option<SecretSource>,
        /// Where this passport itself reaches the sandbox's host, when its name is not to be resolved.
        connect: Option<SocketAddr>,
        /// Certificates (PEM) that its own must go back to; those of the system when unset.
        ca_file: Option<PathBuf>,
        /// How long one call to it may take; making candidates to try with may take four times as long.
        timeout: Duration = "5s",
    }
    check it_can_be_spoken_to
}

fn it_can_be_spoken_to(settings: &SandboxSettings, problems: &mut Problems<'_>) {
    if settings.issuer.is_some() != settings.token_file.is_some() {
        problems.add("token_file", "goes together with sandbox.issuer");
    }
    if settings.timeout.is_zero() {
        problems.add("timeout", "must be longer than 0s");
    }
}
