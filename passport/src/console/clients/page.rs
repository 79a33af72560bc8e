//! What there is to know of a client.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::{Link, Page};

use super::{name, path};
use crate::accounts::Notice;
use crate::clients::lint::{self, Finding, Weight, words};
use crate::clients::signals::{Stream, StreamState};
use crate::clients::{Client, ClientKeys};
use crate::console::Console;
use crate::console::acts::Act;
use crate::console::frame::{Said, act_name, framed, notice};
use crate::console::gate::Refusal;
use crate::console::visit::StaffVisit;
use crate::delivery::Channel;
use crate::delivery::store::{Counts, of_channel};
use crate::oidc::refusals::report::{MOST_DAYS, Report, Told};
use crate::oidc::rules::Rule;
use crate::oidc::rules::dictionary::{Piece, pieces, text};
use crate::web::moment;

/// Something to point out.
struct FindingRow {
    kind: &'static str,
    weight: String,
    field: &'static str,
    what: String,
    mend: String,
}

/// A rule that was broken.
struct RuleRow {
    rule: String,
    href: Option<String>,
    times: String,
    proven: bool,
    last: String,
    cause: String,
}

impl RuleRow {
    fn cause(&self) -> Vec<Piece<'_>> {
        pieces(&self.cause)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "console/client.html")]
struct ClientPage {
    page: Page,
    notice: Option<Notice>,
    name: String,
    suspended_at: Option<String>,
    facts: Vec<(String, String)>,
    addresses: Vec<String>,
    secrets: Vec<String>,
    findings: Vec<FindingRow>,
    since: String,
    rules: Vec<RuleRow>,
    signals: Vec<(String, String)>,
    acts: Vec<Link>,
}

/// GET: one client.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeClients).await?;
    let client = console.client(&id).await?;
    let parts = console.accounts().parts();
    let report = Report::read(&parts.db, client.id.as_str(), (MOST_DAYS, parts.clock.now())).await?;
    let stream = console.0.clients.signals(client.id.as_str()).await?;
    let channel = Channel::Signals(client.id.to_string());
    let counts = console.read(channel, |channel, tx| async move { of_channel(tx, &channel).await }.boxed()).await?;
    let page = framed(visit.page, &me);
    let acts = [(Act::SuspendClient, "suspend", false), (Act::ReinstateClient, "reinstate", true)];
    let open = acts.into_iter().filter(|(act, _, fits)| *fits == client.is_suspended() && me.roles.any(act.roles()));
    let shown = ClientPage {
        notice: notice(&page, said.notice.as_deref()),
        name: name(&page, &client),
        suspended_at: client.suspended_at.map(moment::exact),
        facts: facts(&page, &client),
        addresses: client.redirect_uris.iter().map(ToString::to_string).collect(),
        secrets: secrets(&page, &client),
        findings: lint::lint(&client).into_iter().map(|finding| finding_row(&page, &finding)).collect(),
        since: report.since(),
        rules: report.groups.iter().map(|told| rule_row(&page, told, &parts.web.origin)).collect(),
        signals: stream.map(|stream| signals(&page, &stream, counts)).unwrap_or_default(),
        acts: open.map(|(act, end, _)| Link::new(format!("{}/{end}", path(&client)), act_name(&page, act))).collect(),
        page,
    };
    Ok(shown.into_response())
}

fn facts(page: &Page, client: &Client) -> Vec<(String, String)> {
    let metadata = serde_json::to_value(&client.metadata).unwrap_or_default();
    let word = |name: &str| metadata[name].as_str().unwrap_or_default().to_owned();
    let keys = match &client.keys {
        ClientKeys::None => page.t("console-fact-none"),
        ClientKeys::Registered(_) => page.t("console-clients-keys-here"),
        ClientKeys::At(address) => address.to_string(),
    };
    let whose = match (client.first_party, client.manages_itself()) {
        (true, _) => "console-clients-ours",
        (false, true) => "console-clients-itself",
        (false, false) => "console-clients-theirs",
    };
    [
        ("console-clients-id", client.id.to_string()),
        ("console-clients-whose", page.t(whose)),
        ("console-clients-method", word("token_endpoint_auth_method")),
        ("console-clients-profile", word("profile")),
        ("console-clients-scopes", client.scopes.join(" ")),
        ("console-clients-keys", keys),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (page.t(key), value))
    .collect()
}

fn secrets(page: &Page, client: &Client) -> Vec<String> {
    let told = |key: &str, at| page.tw(key, [("at", moment::exact(at).as_str())]);
    let secret = |stored: &crate::clients::secret::StoredSecret| {
        let used = stored.last_used_at.map(|at| told("console-clients-secret-used", at));
        let end = stored.expires_at.map(|at| told("console-clients-secret-end", at));
        let used = used.unwrap_or_else(|| page.t("console-clients-secret-unused"));
        let mut pieces = vec![told("console-clients-secret-made", stored.created_at), used];
        pieces.extend(end);
        pieces.join(&page.t("console-clients-and"))
    };
    client.secrets().iter().map(secret).collect()
}

fn finding_row(page: &Page, Finding { advice, .. }: &Finding) -> FindingRow {
    FindingRow {
        kind: match advice.weight() {
            Weight::Fails => "error",
            Weight::Risky => "warn",
            Weight::Hint => "info",
        },
        weight: page.t(&format!("lint-weight-{}", advice.weight().name())),
        field: advice.field(),
        what: words::what(*advice, page.lang),
        mend: words::mend(*advice, page.lang),
    }
}

fn rule_row(page: &Page, told: &Told, issuer: &str) -> RuleRow {
    let rule = Rule::named(&told.rule);
    let cause = rule.map(|rule| text(rule, page.lang).cause.to_owned());
    RuleRow {
        href: rule.map(|rule| rule.page(issuer)),
        rule: told.rule.clone(),
        times: told.times.to_string(),
        proven: told.proven,
        last: told.last.map(moment::exact).unwrap_or_default(),
        cause: cause.unwrap_or_else(|| page.t("console-clients-rule-unknown")),
    }
}

fn signals(page: &Page, stream: &Stream, counts: Counts) -> Vec<(String, String)> {
    let state = match stream.state {
        StreamState::Enabled => "console-clients-signals-enabled",
        StreamState::Paused => "console-clients-signals-paused",
        StreamState::Disabled => "console-clients-signals-disabled",
    };
    [
        ("console-clients-signals-state", page.t(state)),
        ("console-clients-signals-since", moment::exact(stream.changed_at)),
        ("console-clients-signals-endpoint", stream.endpoint.to_string()),
        ("console-deliveries-waiting", counts.waiting.to_string()),
        ("console-deliveries-failed", counts.failed.to_string()),
    ]
    .map(|(key, value)| (page.t(key), value))
    .to_vec()
}
