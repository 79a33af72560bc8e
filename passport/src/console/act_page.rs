//! The page of an act: what follows from it, why it is done, whom it is about, and its button.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::Console;
use super::acts::Act;
use super::frame::{Said, framed, notice, role_name};
use super::model::{Person, Role, Roles, read_name};
use super::visit::StaffVisit;
use crate::accounts::Notice;
use crate::web::{Draft, Flaws};

/// The longest reason, in characters.
const REASON: usize = 500;

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ActForm {
    pub(super) name: String,
    support: String,
    reviewer: String,
    operator: String,
    auditor: String,
    reason: String,
    typed: String,
}

/// What one page of an act asks.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Which act.
    pub(super) act: Act,
    /// Where the form is.
    pub(super) at: String,
    /// The way back.
    pub(super) back: String,
    /// Whom it is about, as it is shown.
    pub(super) whom: String,
    /// What is typed once more, where the act takes that.
    pub(super) typed: String,
    /// Whether it asks for roles.
    pub(super) roles: bool,
    /// Whether it asks for a name.
    pub(super) name: bool,
}

/// A role with a box to tick.
struct RoleBox {
    name: &'static str,
    label: String,
    checked: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/act.html")]
struct ActPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ActForm,
    title: String,
    lead: String,
    second: bool,
    typed: Option<String>,
    roles: Vec<RoleBox>,
    ask: Ask,
}

/// What somebody typed, read.
pub(super) struct Typed {
    /// Why.
    pub(super) reason: String,
    /// The name, where one was asked for.
    pub(super) name: String,
    /// The roles, where they were asked for.
    pub(super) roles: Roles,
}

impl ActForm {
    /// One on which those roles are ticked.
    pub(super) fn with_roles(roles: &Roles) -> Self {
        let ticked = |role| if roles.has(role) { "on".to_owned() } else { String::new() };
        Self {
            support: ticked(Role::Support),
            reviewer: ticked(Role::Reviewer),
            operator: ticked(Role::Operator),
            auditor: ticked(Role::Auditor),
            ..Self::default()
        }
    }

    fn ticked(&self, role: Role) -> bool {
        let field = match role {
            Role::Support => &self.support,
            Role::Reviewer => &self.reviewer,
            Role::Operator => &self.operator,
            Role::Auditor => &self.auditor,
        };
        !field.is_empty()
    }

    /// What was typed, or what is to be mended.
    pub(super) fn read(&self, ask: &Ask, flaws: &mut Flaws) -> Option<Typed> {
        let mut name = String::new();
        if ask.name {
            match read_name(&self.name) {
                Some(read) => name = read,
                None => flaws.push("name", "console-staff-name", "console-staff-name-wrong"),
            }
        }
        let roles = Roles::of(Role::ALL.into_iter().filter(|role| self.ticked(*role)));
        if ask.roles && roles.is_empty() {
            flaws.push("support", "console-roles", "console-roles-missing");
        }
        let (takes, reason) = (ask.act.takes(), self.reason.trim());
        if takes.reason && reason.chars().count() < 4 {
            flaws.push("reason", "console-reason", "console-reason-missing");
        } else if reason.chars().count() > REASON {
            flaws.push_count("reason", "console-reason", "console-reason-long", ("most", REASON));
        }
        if takes.typed && self.typed.trim() != ask.typed {
            flaws.push("typed", "console-typed", "console-typed-wrong");
        }
        flaws.is_empty().then(|| Typed { reason: reason.to_owned(), name, roles })
    }
}

impl Console {
    /// The page, with what was typed before if it comes back.
    pub(super) fn act_page(
        &self,
        visit: StaffVisit,
        me: &Person,
        (ask, begun): (Ask, ActForm),
        said: &Said,
    ) -> Response {
        let draft = self.draft(&visit, &ask.at, said).unwrap_or_else(|| Draft::of(begun));
        let now = self.accounts().parts().clock.now();
        let (status, headers) = draft.head(now);
        let errors = draft.flaws.shown(&visit.page, now);
        let page = framed(visit.page.with_errors(&errors), me);
        let key = ask.act.as_str().replace('_', "-");
        let boxes = Role::ALL.map(|role| RoleBox {
            name: role.as_str(),
            label: role_name(&page, role),
            checked: draft.form.ticked(role),
        });
        let again = if draft.again { Some("again") } else { said.notice.as_deref() };
        let takes = ask.act.takes();
        let shown = ActPage {
            notice: notice(&page, again),
            title: page.tw(&format!("console-act-{key}-title"), [("whom", ask.whom.as_str())]),
            lead: page.t(&format!("console-act-{key}-lead")),
            second: takes.second.is_some(),
            typed: takes.typed.then(|| ask.typed.clone()),
            roles: boxes.into_iter().filter(|_| ask.roles).collect(),
            form: draft.form,
            page,
            errors,
            ask,
        };
        (status, headers, shown).into_response()
    }
}
