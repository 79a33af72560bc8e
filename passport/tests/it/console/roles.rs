//! Every address of the console, opened and sent by everybody: no route without its rule.

use std::collections::BTreeSet;

use http::Method;
use passport::console::model::Role::{self, Auditor, Operator, Reviewer, Support};

use super::*;
use crate::accounts::{EMAIL, candidate};
use crate::support::site::OURS;

/// Every address, as the router names it, and who may go there: written down here once more, so that a mistake in the table
/// of acts is one. `None`: whoever comes.
const RULES: &[(&str, Method, Option<&[Role]>)] = &[
    ("HOME", Method::GET, Some(&[Support, Reviewer, Operator, Auditor])),
    ("SIGN_IN", Method::GET, None),
    ("SIGN_IN", Method::POST, None),
    ("SIGN_IN_OPTIONS", Method::POST, None),
    ("SIGN_OUT", Method::POST, None),
    ("INVITATION", Method::GET, None),
    ("INVITATION", Method::POST, None),
    ("INVITATION_OPTIONS", Method::POST, None),
    ("ACCOUNTS", Method::GET, Some(&[Support, Operator])),
    ("ACCOUNTS", Method::POST, Some(&[Support, Operator])),
    ("ACCOUNT", Method::GET, Some(&[Support, Reviewer, Operator])),
    ("ACCOUNT_SUSPEND", Method::GET, Some(&[Support, Operator])),
    ("ACCOUNT_SUSPEND", Method::POST, Some(&[Support, Operator])),
    ("ACCOUNT_REINSTATE", Method::GET, Some(&[Reviewer, Operator])),
    ("ACCOUNT_REINSTATE", Method::POST, Some(&[Reviewer, Operator])),
    ("ACCOUNT_UNLOCK", Method::GET, Some(&[Support, Operator])),
    ("ACCOUNT_UNLOCK", Method::POST, Some(&[Support, Operator])),
    ("ACCOUNT_SESSIONS", Method::GET, Some(&[Support, Operator])),
    ("ACCOUNT_SESSIONS", Method::POST, Some(&[Support, Operator])),
    ("ACCOUNT_FACTORS", Method::GET, Some(&[Support, Operator])),
    ("ACCOUNT_FACTORS", Method::POST, Some(&[Support, Operator])),
    ("PROPOSALS", Method::GET, Some(&[Support, Reviewer, Operator, Auditor])),
    ("PROPOSAL", Method::GET, Some(&[Support, Reviewer, Operator, Auditor])),
    ("PROPOSAL", Method::POST, Some(&[Reviewer, Operator])),
    ("PROPOSAL_ACCOUNT", Method::POST, Some(&[Support, Reviewer, Operator])),
    ("PROPOSAL_TAKE_BACK", Method::POST, Some(&[Support, Reviewer, Operator])),
    ("AUDIT", Method::GET, Some(&[Operator, Auditor])),
    ("STAFF", Method::GET, Some(&[Operator, Auditor])),
    ("STAFF_INVITE", Method::GET, Some(&[Operator])),
    ("STAFF_INVITE", Method::POST, Some(&[Operator])),
    ("PERSON", Method::GET, Some(&[Operator, Auditor])),
    ("PERSON_ROLES", Method::GET, Some(&[Operator])),
    ("PERSON_ROLES", Method::POST, Some(&[Operator])),
    ("PERSON_SUSPEND", Method::GET, Some(&[Operator])),
    ("PERSON_SUSPEND", Method::POST, Some(&[Operator])),
    ("PERSON_REINSTATE", Method::GET, Some(&[Operator])),
    ("PERSON_REINSTATE", Method::POST, Some(&[Operator])),
    ("PERSON_LINK", Method::POST, Some(&[Operator])),
    ("APPLICATIONS", Method::GET, Some(&[Reviewer, Operator])),
    ("APPLICATION", Method::GET, Some(&[Reviewer, Operator])),
    ("APPLICATION_APPROVE", Method::GET, Some(&[Reviewer])),
    ("APPLICATION_APPROVE", Method::POST, Some(&[Reviewer])),
    ("APPLICATION_ASK", Method::GET, Some(&[Reviewer])),
    ("APPLICATION_ASK", Method::POST, Some(&[Reviewer])),
    ("APPLICATION_REFUSE", Method::GET, Some(&[Reviewer])),
    ("APPLICATION_REFUSE", Method::POST, Some(&[Reviewer])),
    ("DELIVERIES", Method::GET, Some(&[Support, Operator])),
    ("DELIVERIES_OF", Method::GET, Some(&[Support, Operator])),
    ("DELIVERIES_RETRY", Method::GET, Some(&[Operator])),
    ("DELIVERIES_RETRY", Method::POST, Some(&[Operator])),
    ("DELIVERY_RETRY", Method::GET, Some(&[Operator])),
    ("DELIVERY_RETRY", Method::POST, Some(&[Operator])),
    ("CLIENTS", Method::GET, Some(&[Support, Operator])),
    ("CLIENT", Method::GET, Some(&[Support, Operator])),
    ("CLIENT_SUSPEND", Method::GET, Some(&[Operator])),
    ("CLIENT_SUSPEND", Method::POST, Some(&[Operator])),
    ("CLIENT_REINSTATE", Method::GET, Some(&[Operator])),
    ("CLIENT_REINSTATE", Method::POST, Some(&[Operator])),
];

/// The address behind a name of the router.
fn address(name: &str) -> &'static str {
    let source = include_str!("../../../src/console/paths.rs");
    let declared = source.split_once(&format!("const {name}: &str = \"")).expect("a path").1;
    declared.split('"').next().expect("its end")
}

#[test]
fn every_route_of_the_console_has_a_rule() {
    let router = include_str!("../../../src/console/router.rs");
    let routes = router.split(".route(").skip(1).flat_map(|route| {
        let route = route.split("\n        .").next().unwrap_or_default();
        let (name, handlers) = route.trim().trim_start_matches("paths::").split_once(',').expect("handlers");
        let both = handlers.contains("::act(");
        let methods = [("get(", "GET"), ("post(", "POST")];
        let methods: Vec<_> = methods.into_iter().filter(|(call, _)| both || handlers.contains(call)).collect();
        let name = name.trim().to_owned();
        methods.into_iter().map(move |(_, method)| (name.clone(), method.to_owned()))
    });
    let routed: BTreeSet<_> = routes.collect();
    let ruled = RULES.iter().map(|(name, method, _)| ((*name).to_owned(), method.to_string())).collect();
    assert_eq!(routed, ruled);
}

/// The status of what somebody meets. Forms are sent without their token, so that nothing changes for those who may.
async fn met(browser: &mut Browser, method: &Method, path: &str) -> (u16, String) {
    let request = Request::builder().method(method.clone()).uri(format!("{CONSOLE}{path}"));
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").header("origin", CONSOLE);
    let answer = browser.send(request.body("decision=refuse".into()).expect("a request")).await;
    (answer.status.as_u16(), answer.location().map(|to| to.to_string()).unwrap_or_default())
}

#[tokio::test]
async fn nobody_does_what_none_of_their_roles_reaches() {
    with_console(|passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let account = operator.look_at(EMAIL).await;
        let (tail, at) = (operator.tail(&account).await, format!("{account}/factors"));
        operator.send(&at, &at, &[("reason", "lost the phone"), ("typed", &tail)]).await;
        let proposal = operator.newest().await;
        let mut everybody = vec![(Operator, operator)];
        for (role, name) in [(Support, "赵敏"), (Reviewer, "李强"), (Auditor, "周杰")] {
            everybody.push((role, Colleague::new(&passport, name, &[role]).await));
        }
        let (_, operator) = &mut everybody[0];
        let person = operator.open("/staff").await.attributes("h2.site-name a", "href").remove(0);
        let application = crate::portal::production::remembered_alone(&passport).await;
        let mut nobody = browser(&passport);
        let message = super::deliveries::logout(&passport, "cet").await.to_string();
        let before = passport.rows().await;
        for (name, method, rule) in RULES {
            let of = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
            let path = address(name)
                .replace("{read}", &of(&account))
                .replace("{proposal}", &of(&proposal))
                .replace("{application}", &application)
                .replace("{version}", "1")
                .replace("{person}", &of(&person))
                .replace("{kind}", "logout")
                .replace("{message}", &message)
                .replace("{client}", "cet");
            let (status, to) = met(&mut nobody, method, &path).await;
            let Some(roles) = rule else {
                assert!(matches!(status, 200 | 303 | 409 | 410), "{method} {path}: {status}");
                continue;
            };
            assert!(status == 303 && to.ends_with("/sign-in?notice=first"), "{method} {path}: {status} {to}");
            for (role, colleague) in &mut everybody {
                let (status, _) = met(&mut colleague.browser, method, &path).await;
                let allowed = status != 403;
                assert_eq!(allowed, roles.contains(role), "{method} {path} by {role:?}: {status}");
                assert!(matches!(status, 200 | 303 | 403), "{method} {path} by {role:?}: {status}");
            }
        }
        assert_eq!(passport.rows().await, before, "nothing was changed by it");
    })
    .await;
}
