//! `[egress]`

use std::path::PathBuf;
use std::time::Duration;

use shared::config::Problems;

shared::settings! {
    /// Calls to addresses that relying parties registered: `https` to public addresses only.
    pub struct EgressSettings {
        /// Hosts that are called although their addresses are not public. For development only.
        allow: Vec<String>,
        /// Certificates (PEM) that those of the called servers must go back to; those of the system when unset. For
        /// development only.
        ca_file: Option<PathBuf>,
        /// How long one call may take.
        timeout: Duration = "5s",
    }
    check calls_end
}

fn calls_end(settings: &EgressSettings, problems: &mut Problems<'_>) {
    if settings.timeout.is_zero() {
        problems.add("timeout", "must be longer than 0s");
    }
}
