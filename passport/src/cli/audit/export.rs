//! `passport audit export`

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use futures_util::FutureExt as _;
use serde_json::json;
use shared::db::{Db, DbError};

use super::search::value;
use crate::audit::Audit;
use crate::audit::store::lines::Line;
use crate::audit::store::search::{self, Sought};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;

/// How many events are read at once.
const PAGE: i64 = 500;

/// How events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A JSON object a line.
    #[default]
    Json,
    /// CSV (RFC 4180) with a header, whose cells no spreadsheet takes for formulas.
    Csv,
}

/// The columns of CSV.
const COLUMNS: [&str; 10] = ["at", "id", "kind", "actor", "account", "client", "network", "device", "details", "batch"];

/// Writes every event that is sought.
pub async fn export(
    sought: Sought,
    (format, out): (Format, Option<PathBuf>),
    file: Option<&Path>,
    output: &Output,
) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let audit = world::app(config, db.clone()).await?.audit.clone();
    let from = (&db, &audit);
    let Some(path) = out else {
        let mut sink =
            Sink::new(format, std::io::stdout().lock()).map_err(|error| Failure::new(Exit::Failed, error))?;
        write_all(from, sought, &mut sink).await?;
        sink.finish().map(drop).map_err(|error| Failure::new(Exit::Failed, error))?;
        db.close().await;
        return Ok(Exit::Done);
    };
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, format!("{}: {error}", path.display()));
    let created = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    let sink = Sink::new(format, BufWriter::new(created));
    let mut sink = sink.map_err(|error| failed(error.into()))?;
    let written = write_all(from, sought, &mut sink).await?;
    let buffer = sink.finish().map_err(failed)?;
    let file = buffer.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    db.close().await;
    output.result(format!("{written} event(s) in {}", path.display()), &json!({ "written": written }));
    Ok(Exit::Done)
}

/// A way to write events.
enum Sink<W: Write> {
    Json(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Sink<W> {
    fn new(format: Format, out: W) -> csv::Result<Self> {
        if format == Format::Json {
            return Ok(Self::Json(out));
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        writer.write_record(COLUMNS)?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn write(&mut self, line: &Line) -> csv::Result<()> {
        match self {
            Self::Json(out) => Ok(writeln!(out, "{}", value(line))?),
            Self::Csv(writer) => writer.write_record(cells(line).map(harmless)),
        }
    }

    fn finish(self) -> std::io::Result<W> {
        match self {
            Self::Json(mut out) => out.flush().map(|()| out),
            Self::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error),
        }
    }
}

/// Writes every event that is sought; how many.
async fn write_all<W: Write>((db, audit): (&Db, &Audit), sought: Sought, sink: &mut Sink<W>) -> Result<u64, Failure> {
    let (mut written, mut after) = (0, None);
    loop {
        let (sought, audit, behind) = (sought.clone(), audit.clone(), after.clone());
        let read = db.read::<_, DbError, _>(move |tx| {
            let (sought, audit, behind) = (sought.clone(), audit.clone(), behind.clone());
            async move {
                let lines = search::oldest(tx, &sought, behind.as_ref(), PAGE).await?;
                audit.opened(tx, lines).await
            }
            .boxed()
        });
        let lines = read.await?;
        for line in &lines {
            sink.write(line).map_err(|error| Failure::new(Exit::Failed, error))?;
            written += 1;
        }
        match lines.last() {
            Some(last) => after = Some((last.at, last.id.clone())),
            None => return Ok(written),
        }
    }
}

fn cells(line: &Line) -> [String; COLUMNS.len()] {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        line.at.to_string(),
        line.id.clone(),
        line.kind.clone(),
        line.actor.clone(),
        or_none(&line.account),
        or_none(&line.client),
        or_none(&line.network),
        or_none(&line.device),
        line.details.clone(),
        line.batch.map(|batch| batch.to_string()).unwrap_or_default(),
    ]
}

/// A cell that no spreadsheet takes for a formula: one that would be gets an apostrophe before it (OWASP, CSV injection).
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;

    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_out_of_its_row() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        let line = Line {
            id: "1".to_owned(),
            at: Timestamp::default(),
            actor: "client:=cmd".to_owned(),
            kind: "client_changed".to_owned(),
            account: None,
            client: Some("=cmd|' /C calc'!A0".to_owned()),
            details: r#"{"a":"b, \"c\"\r\n"}"#.to_owned(),
            network: None,
            device: None,
            batch: Some(7),
        };
        let mut sink = Sink::new(Format::Csv, Vec::new()).expect("a header");
        sink.write(&line).expect("a row");
        let written = String::from_utf8(sink.finish().expect("written")).expect("text");
        let rows: Vec<&str> = written.split("\r\n").collect();
        assert_eq!(rows[0], COLUMNS.join(","));
        assert!(
            rows[1].starts_with("1970-01-01T00:00:00Z,1,client_changed,client:=cmd,,'=cmd|' /C calc'!A0,,,"),
            "{written}"
        );
        assert!(rows[1].ends_with(",7") && rows.len() == 3, "{written}");
    }
}
