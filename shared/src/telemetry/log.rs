//! Turns logging on.

use std::io::IsTerminal;
use std::sync::Arc;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::Problems;
use crate::http::AccessLog;

use super::access::AccessLines;
use super::output::{Output, Writer};

crate::choice! {
    /// How log lines are written.
    pub enum LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object a line, for collectors.
        Json = "json",
    }
}

crate::settings! {
    /// What is logged, and how. The log goes to standard error.
    pub struct LogSettings {
        /// The least severe lines to log: `error`, `warn`, `info`, `debug`, `trace`; also by module, as in
        /// `info,passport::oidc=debug`.
        level: String = "info",
        /// How lines are written.
        format: LogFormat = "text",
        /// Whether each request gives a line (method, route, status, time, id; never its query).
        access: bool = true,
    }
    check level_is_a_filter
}

fn level_is_a_filter(settings: &LogSettings, problems: &mut Problems<'_>) {
    if let Err(error) = settings.level.parse::<EnvFilter>() {
        problems.add("level", format!("is not a log filter ({error})"));
    }
}

/// Keeps the log going; dropped last in `main`, it writes what is still waiting.
#[derive(Debug)]
pub struct LogGuard {
    output: Output,
    writer: Option<Writer>,
    format: LogFormat,
    access: bool,
}

impl LogGuard {
    /// The access log, for the HTTP kit; `None` when it is off.
    #[must_use]
    pub fn access_log(&self) -> Option<Arc<dyn AccessLog>> {
        self.access.then(|| Arc::new(AccessLines::new(self.output.clone(), self.format)) as Arc<dyn AccessLog>)
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.output.close();
        if let Some(writer) = self.writer.take() {
            writer.finish();
        }
    }
}

/// Turns logging on for the whole process, panics included.
///
/// # Errors
/// It is on already.
pub fn init(settings: &LogSettings) -> Result<LogGuard, TryInitError> {
    let (output, writer) = Output::to(std::io::stderr());
    let filter = settings.level.parse::<EnvFilter>().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(output.clone());
    match settings.format {
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_current_span(false)).try_init()?,
        LogFormat::Text => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init()?,
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, what = panic.payload_as_str().unwrap_or("?"), "panicked");
    }));
    Ok(LogGuard { output, writer: Some(writer), format: settings.format, access: settings.access })
}
