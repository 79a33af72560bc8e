//! Applications of organisations for sites in production: what waits, one of them, and deciding about it. What is shown is
//! gathered by [`crate::portal::production`], which does what is decided here.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use shared::page::{Link, Page};

use super::act_page::{ActForm, Ask, Typed};
use super::acts::Act;
use super::frame::{Said, act_name, framed, lead, notice};
use super::gate::Refusal;
use super::visit::StaffVisit;
use super::{Console, paths};
use crate::accounts::Notice;
use crate::audit::Actor;
use crate::portal::production::evidence::{self, EvidenceView};
use crate::portal::production::site::{FieldView, fields};
use crate::portal::production::wish::differences;
use crate::portal::production::{Dossier, Judged, ProductionId, State as Stage, Verdict, Waiting};
use crate::portal::sandbox::findings::{self, FindingView};
use crate::web::{Flaws, Posted, moment};

/// An application in the queue.
struct Row {
    href: String,
    name: String,
    what: String,
    organisation: String,
    sent: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/applications.html")]
struct QueuePage {
    page: Page,
    notice: Option<Notice>,
    rows: Vec<Row>,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/application.html")]
struct ApplicationPage {
    page: Page,
    notice: Option<Notice>,
    name: String,
    kind: &'static str,
    state: String,
    warnings: Vec<String>,
    facts: Vec<(String, String)>,
    is_change: bool,
    wished: Vec<FieldView>,
    evidence: Vec<EvidenceView>,
    findings: Vec<FindingView>,
    acts: Vec<Link>,
}

/// What is decided, by the ends of their addresses.
const ACTS: [(Act, &str, Verdict); 3] = [
    (Act::ApproveApplication, "approve", Verdict::Approve),
    (Act::AskApplicant, "ask", Verdict::Ask),
    (Act::RefuseApplication, "refuse", Verdict::Refuse),
];

fn path(id: ProductionId) -> String {
    format!("{}/{id}", paths::APPLICATIONS)
}

/// GET: what waits.
pub async fn list(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeApplications).await?;
    let waiting = console.portal().queue().await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let row = |Waiting { site, organisation }: Waiting| Row {
        href: path(site.id),
        what: page.t(if site.approved_at.is_some() { "console-application-change" } else { "console-application-new" }),
        sent: moment::past(page.lang, site.sent_at, now),
        name: site.name().to_owned(),
        organisation,
    };
    let rows = waiting.into_iter().map(row).collect();
    Ok(QueuePage { notice: notice(&page, said.notice.as_deref()), rows, page }.into_response())
}

impl Console {
    async fn application(&self, id: &str) -> Result<Dossier, Refusal> {
        let id = id.parse::<ProductionId>().map_err(|_| Refusal::Unknown)?;
        self.portal().dossier(id).await?.ok_or(Refusal::Unknown)
    }
}

/// GET: one of them, with only what it would change.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeApplications).await?;
    let dossier = console.application(&id).await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let site = &dossier.site;
    let current = dossier.in_force.as_ref().map(|client| &client.metadata);
    let wished = dossier.wished.as_ref();
    let at = format!("{}/{}", path(site.id), site.version);
    let open = ACTS.iter().filter(|(act, ..)| site.state == Stage::Sent && me.roles.any(act.roles()));
    let shown = ApplicationPage {
        notice: notice(&page, said.notice.as_deref()),
        name: site.name().to_owned(),
        kind: site.state.kind(),
        state: page.t(&format!("production-state-{}", site.state.as_str())),
        warnings: warnings(&page, &dossier),
        facts: facts(&page, &dossier, moment::past(page.lang, site.sent_at, now)),
        is_change: current.is_some(),
        wished: fields(&page, differences(current, &site.wish)),
        evidence: wished.map(|it| evidence::view(&page, it.into(), &site.evidence, now)).unwrap_or_default(),
        findings: wished.map(|it| findings::of_client(&page, it)).unwrap_or_default(),
        acts: open.map(|(act, end, _)| Link::new(format!("{at}/{end}"), act_name(&page, *act))).collect(),
        page,
    };
    Ok(shown.into_response())
}

fn warnings(page: &Page, dossier: &Dossier) -> Vec<String> {
    let mut warnings = Vec::new();
    if dossier.wished.is_none() {
        warnings.push(page.t("console-application-breaks"));
    }
    if dossier.imitation.mixed {
        warnings.push(page.t("console-application-mixed"));
    }
    for (id, name) in &dossier.imitation.like {
        let of = [("name", name.as_str()), ("client", id.as_str())];
        warnings.push(page.tw("console-application-like", of));
    }
    warnings
}

fn facts(page: &Page, Dossier { site, organisation, people, .. }: &Dossier, sent: String) -> Vec<(String, String)> {
    let (members, owners) = people;
    let mut facts = vec![
        (page.t("console-application-organisation"), organisation.name.clone()),
        (page.t("console-application-owners"), owners.to_string()),
        (page.t("console-application-members"), members.to_string()),
        (page.t("production-sent"), sent),
        (page.t("console-application-client"), site.client.to_string()),
    ];
    if let Some(words) = &site.words {
        facts.push((page.t("production-words"), words.clone()));
    }
    facts
}

/// The page and the form of a decision. Their address names the version that the reviewer saw.
pub fn act(act: Act) -> MethodRouter<Console> {
    get(move |console: State<Console>, path: Path<(String, i64)>, visit: StaffVisit, said: Query<Said>| {
        show_act(act, console, path, visit, said)
    })
    .post(
        move |console: State<Console>, path: Path<(String, i64)>, visit: StaffVisit, posted: Posted<ActForm>| {
            submit_act(act, console, path, visit, posted)
        },
    )
}

fn ask(act: Act, version: i64, dossier: &Dossier) -> Ask {
    let end = ACTS.iter().find(|(known, ..)| *known == act).map_or("", |(_, end, _)| end);
    let (back, name) = (path(dossier.site.id), dossier.site.name().to_owned());
    Ask { act, at: format!("{back}/{version}/{end}"), back, whom: name.clone(), typed: name, roles: false, name: false }
}

async fn show_act(
    act: Act,
    State(console): State<Console>,
    Path((id, version)): Path<(String, i64)>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let dossier = console.application(&id).await?;
    if dossier.site.version != version {
        return Ok(lead(&path(dossier.site.id), "application-over"));
    }
    Ok(console.act_page(visit, &me, (ask(act, version, &dossier), ActForm::default()), &said))
}

async fn submit_act(
    act: Act,
    State(console): State<Console>,
    Path((id, version)): Path<(String, i64)>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let dossier = console.application(&id).await?;
    let (ask, mut flaws) = (ask(act, version, &dossier), Flaws::default());
    let Some(Typed { reason, .. }) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let Some((.., verdict)) = ACTS.iter().find(|(known, ..)| *known == act) else { return Err(Refusal::Unknown) };
    let by = Actor::Staff(me.id.to_string());
    let judged = console.portal().judge((dossier.site.id, version), (*verdict, reason), by).await?;
    Ok(match judged {
        Judged::Done => lead(paths::APPLICATIONS, "application-done"),
        Judged::Over => lead(&ask.back, "application-over"),
        Judged::Breaks => lead(&ask.back, "application-breaks"),
    })
}
