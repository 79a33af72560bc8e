//! `passport clients add`, and handing secrets over.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use shared::config::SecretSource;
use shared::secret::SecretString;

use crate::audit::Actor;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::clients::{Applied, AuthMethod, Clients, Metadata, sector};
use crate::egress::Egress;

pub(super) async fn add(
    clients: &Clients,
    egress: &Egress,
    (file, secret_file): (&Path, Option<&Path>),
    output: &Output,
) -> Result<(), Failure> {
    let refuse = |error: &dyn std::fmt::Display| Failure::new(Exit::Refused, format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refuse(&error))?;
    let metadata = Metadata::from_file(&text).map_err(|error| refuse(&error))?;
    sector::check(egress, &metadata).await.map_err(|problem| refuse(&problem))?;
    let id = metadata.client_id.clone();
    let needs_none = !needs_secret(&metadata);
    let applied = clients.apply(Actor::Operator, metadata).await?;
    let what = word(applied);
    let has_secret = clients.find(&id).await?.is_some_and(|client| !client.secrets().is_empty());
    match secret_file {
        _ if needs_none => {}
        Some(path) if path.exists() => {
            take(clients, &id, path).await?;
        }
        // A secret that nobody asked for would only be in the way of the one in use.
        None if has_secret => {}
        _ => {
            let secret = clients.rotate_secret(Actor::Operator, &id, Duration::ZERO).await?;
            return hand_over(&id, &secret, secret_file, output);
        }
    }
    output.result(format!("{id}: {what}"), &json!({ "client_id": id, "result": what }));
    Ok(())
}

/// What came of bringing a client to its metadata.
pub(super) const fn word(applied: Applied) -> &'static str {
    match applied {
        Applied::Registered => "registered",
        Applied::Changed => "changed",
        Applied::Unchanged => "unchanged",
    }
}

/// Whether a client that is registered so authenticates with a secret.
pub(super) const fn needs_secret(metadata: &Metadata) -> bool {
    matches!(metadata.token_endpoint_auth_method, AuthMethod::Basic | AuthMethod::Post)
}

/// Takes the secret that stands in a file; nothing happens if the client has it.
pub(super) async fn take(clients: &Clients, id: &str, file: &Path) -> Result<(), Failure> {
    let secret = SecretSource::file(file).read()?;
    Ok(clients.import_secret(Actor::Operator, id, &secret).await?)
}

/// Writes a new secret where it is wanted, for its owner's eyes only. It can be had this once only.
pub(super) fn hand_over(id: &str, secret: &SecretString, file: Option<&Path>, output: &Output) -> Result<(), Failure> {
    let Some(path) = file else {
        let text = format!("client_id: {id}\nclient_secret: {}\nIt is not shown again.", secret.expose());
        output.result(text, &json!({ "client_id": id, "client_secret": secret.expose() }));
        return Ok(());
    };
    write_down(secret, path)?;
    let place = path.display().to_string();
    output.result(format!("{id}: secret in {place}"), &json!({ "client_id": id, "secret_file": place }));
    Ok(())
}

/// Opens the file of a secret that is about to be made: it can be had once only, so it is made when it can be kept.
pub(super) fn open_private(path: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).and_then(|out| {
        // The mode above is for a new file: one that was there keeps its own.
        out.set_permissions(Permissions::from_mode(0o600))?;
        Ok(out)
    });
    opened.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))
}

/// Writes a secret into a file that its owner alone may read.
pub(super) fn write_down(secret: &SecretString, path: &Path) -> Result<(), Failure> {
    let lost = |failure: Failure| {
        failure.advise("the client has a new secret that was not written down: run `passport clients rotate-secret`")
    };
    let mut out = open_private(path).map_err(lost)?;
    write_into(&mut out, secret)
        .map_err(|error| lost(Failure::new(Exit::Failed, format!("{}: {error}", path.display()))))
}

/// Writes a secret into its file.
pub(super) fn write_into(out: &mut File, secret: &SecretString) -> io::Result<()> {
    writeln!(out, "{}", secret.expose())
}
