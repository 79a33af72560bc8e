//! Turns logging on.

use std::io::IsTerminal;
use std::sync::Arc;

use tracing::Subscriber;
use tracing_subscriber::filter::{Directive, LevelFilter};
use tracing_subscriber::layer::{Identity, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::Problems;
use crate::http::AccessLog;

use super::access::AccessLines;
use super::output::{Output, Writer};
use super::traces::{SPANS, TraceSettings, Traces, TracesError};

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

/// Why a program cannot tell of itself.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// It does already.
    #[error("logging is on already: {0}")]
    On(#[from] TryInitError),
    /// Spans cannot be sent.
    #[error(transparent)]
    Traces(#[from] TracesError),
}

/// Keeps the log and the traces going; dropped last in `main`, it writes and sends what is still waiting.
#[derive(Debug)]
pub struct LogGuard {
    /// Goes first: it may have something to say.
    traces: Option<Traces>,
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
        drop(self.traces.take());
        self.output.close();
        if let Some(writer) = self.writer.take() {
            writer.finish();
        }
    }
}

/// Turns logging on for the whole process, panics included, and traces where they are wanted: those are sent by the runtime
/// on which this is called. `program` is their `service.name`.
///
/// # Errors
/// It is on already, or spans cannot be sent.
pub fn init(program: &'static str, log: &LogSettings, traces: &TraceSettings) -> Result<LogGuard, InitError> {
    let (output, writer) = Output::to(std::io::stderr());
    let traces = Traces::of(program, traces)?;
    let spans = traces.as_ref().map(|traces| traces.layer(program).boxed());
    subscriber(log, output.clone(), spans).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, what = panic.payload_as_str().unwrap_or("?"), "panicked");
    }));
    Ok(LogGuard { traces, output, writer: Some(writer), format: log.format, access: log.access })
}

/// What listens: lines as the settings say, and spans where they are sent.
fn subscriber(
    settings: &LogSettings,
    output: Output,
    spans: Option<Box<dyn Layer<Registry> + Send + Sync>>,
) -> impl Subscriber + Send + Sync {
    let lines = tracing_subscriber::fmt::layer().with_writer(output);
    let lines = match settings.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    // A layer that is not there counts as one that wants everything.
    let spans = spans.unwrap_or_else(|| Identity::new().with_filter(LevelFilter::OFF).boxed());
    tracing_subscriber::registry().with(spans).with(lines.with_filter(filter(&settings.level)))
}

/// What is logged: of spans nothing, so that they cost nothing where there are no traces.
fn filter(level: &str) -> EnvFilter {
    let filter = level.parse::<EnvFilter>().unwrap_or_else(|_| EnvFilter::new("info"));
    let no_spans: Result<Directive, _> = format!("{SPANS}=off").parse();
    no_spans.into_iter().fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_collector_no_span_is_made_whatever_is_logged() {
        let (output, writer) = Output::to(std::io::sink());
        let settings = LogSettings { level: "trace".to_owned(), format: LogFormat::Json, access: false };
        tracing::subscriber::with_default(subscriber(&settings, output.clone(), None), || {
            assert!(tracing::enabled!(tracing::Level::TRACE), "lines are");
            assert!(tracing::info_span!(target: SPANS, "request").is_disabled());
        });
        output.close();
        writer.finish();
    }
}
