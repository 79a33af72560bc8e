//! Lines of the access log, written by hand into the buffer: one stands in the way of every request, and the
//! general machinery would cost several times as much.

use std::io::Write;

use crate::clock::{Civil, Clock, SystemClock, Timestamp};
use crate::http::{AccessLine, AccessLog};

use super::log::LogFormat;
use super::output::Output;

/// The access log of a process.
#[derive(Debug)]
pub(super) struct AccessLines {
    output: Output,
    format: LogFormat,
    clock: SystemClock,
}

impl AccessLines {
    pub(super) fn new(output: Output, format: LogFormat) -> Self {
        Self { output, format, clock: SystemClock }
    }
}

impl AccessLog for AccessLines {
    fn record(&self, line: &AccessLine<'_>) {
        let now = self.clock.now();
        self.output.append_with(|buffer| write(buffer, self.format, now, line));
    }
}

/// In the shape of the other lines of the log. Methods and routes are tokens and templates of ours: nothing
/// in them needs escaping.
fn write(buffer: &mut Vec<u8>, format: LogFormat, now: Timestamp, line: &AccessLine<'_>) {
    let (method, route, status, id) = (line.method, line.route.unwrap_or("-"), line.status, line.id);
    let (ms, fraction) = (line.took.as_millis(), line.took.subsec_micros() % 1000);
    let now = Utc(now);
    // Writing to a Vec cannot fail.
    let _ = match format {
        LogFormat::Json => writeln!(
            buffer,
            r#"{{"timestamp":"{now}","level":"INFO","message":"request","method":"{method}","route":"{route}","status":{status},"ms":{ms}.{fraction:03},"request_id":"{id}","target":"access"}}"#
        ),
        LogFormat::Text => {
            writeln!(buffer, "{now}  INFO access: {method} {route} {status} {ms}.{fraction:03} ms request_id={id}")
        }
    };
}

/// A moment as RFC 3339 shows it, in UTC and milliseconds.
struct Utc(Timestamp);

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Civil { year, month, day, hour, minute, second } = self.0.civil(0);
        let millis = self.0.millis().rem_euclid(1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::RequestId;
    use axum::http::{Extensions, Method};
    use std::time::Duration;

    fn shown(moment: i64) -> String {
        Utc(Timestamp::from_millis(moment)).to_string()
    }

    #[test]
    fn moments_have_their_date() {
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(shown(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(shown(1_735_689_599_001), "2024-12-31T23:59:59.001Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_line_is_json_with_the_route_and_never_the_path() {
        let line = AccessLine {
            method: &Method::GET,
            route: Some("/pages/{name}"),
            status: 200,
            took: Duration::from_micros(12_034),
            id: RequestId::of(&Extensions::new()),
        };
        let mut buffer = Vec::new();
        write(&mut buffer, LogFormat::Json, Timestamp::from_millis(0), &line);
        let json: serde_json::Value = serde_json::from_slice(&buffer).expect("JSON");
        assert_eq!(json["route"], "/pages/{name}");
        assert_eq!(json["status"], 200);
        assert_eq!(json["ms"], 12.034);
        assert_eq!(json["request_id"], "0000000000000000");

        buffer.clear();
        write(&mut buffer, LogFormat::Text, Timestamp::from_millis(0), &line);
        let text = String::from_utf8(buffer).expect("text");
        assert_eq!(
            text,
            "1970-01-01T00:00:00.000Z  INFO access: GET /pages/{name} 200 12.034 ms request_id=0000000000000000\n"
        );
    }
}
