//! `passport clients list` and `show`.

use std::fmt::Write as _;

use serde_json::json;

use super::known;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::clients::{Client, Clients, secret};

pub(super) async fn list(clients: &Clients, output: &Output) -> Result<(), Failure> {
    let all = clients.all().await?;
    let mut rows = vec![
        ["CLIENT_ID", "NAME", "PROFILE", "SECRETS", "ORGANISATION", "FIRST REDIRECT URI"].map(str::to_owned).to_vec(),
    ];
    for client in &all {
        let uri = client.redirect_uris.first().map(ToString::to_string).unwrap_or_default();
        let profile = format!("{:?}", client.profile).to_lowercase();
        let secrets = client.secrets().len().to_string();
        let organisation = client.metadata.organisation.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![client.id.to_string(), client.name.en.clone(), profile, secrets, organisation, uri]);
    }
    let values: Vec<_> = all.iter().map(|client| &client.metadata).collect();
    output.result(table(&rows), &values);
    Ok(())
}

pub(super) async fn show(clients: &Clients, id: &str, output: &Output) -> Result<(), Failure> {
    let client = known(clients, id).await?;
    let secrets: Vec<_> = client
        .secrets()
        .iter()
        .map(|secret| {
            json!({
                "created_at": secret.created_at.to_string(),
                "expires_at": secret.expires_at.map(|end| end.to_string()),
                "last_used_at": secret.last_used_at.map(|at| at.to_string()),
            })
        })
        .collect();
    let text = describe(&client)?;
    let suspended_at = client.suspended_at.map(|at| at.to_string());
    output.result(text, &json!({ "metadata": client.metadata, "secrets": secrets, "suspended_at": suspended_at }));
    Ok(())
}

/// The client as its file would say it, and when its secrets were used and end.
fn describe(client: &Client) -> Result<String, Failure> {
    let mut text = toml::to_string(&client.metadata).map_err(|error| Failure::new(Exit::Failed, error))?;
    for (n, stored) in client.secrets().iter().enumerate() {
        let end = stored.expires_at.map_or("exchanged".to_owned(), |end| end.to_string());
        let used = stored.last_used_at.map_or("not used yet".to_owned(), |at| format!("last used {at}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "# secret {} of at most {}: made {}, {used}, valid until {end}",
            n + 1,
            secret::LIMIT,
            stored.created_at
        );
    }
    if let Some(at) = client.suspended_at {
        let _ = writeln!(text, "# suspended since {at}: nothing is issued to it");
    }
    Ok(text)
}
