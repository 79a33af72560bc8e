//! Every address of the portal, opened and sent by everybody: no route without its rule.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use passport::portal::Role;

use super::production;
use super::sandbox::{away, one};
use super::{Person, listed, member};
use crate::support::site::post;
use crate::support::{ISSUER, on_both, on_both_with};

/// What an address stands for.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Anybody who is signed in.
    Anybody,
    /// Members of that role and of those above it.
    Member(Role),
}

/// Every address, as the router names it, and who may go there: written down here once more, so that a mistake in the table of
/// acts is one.
const RULES: &[(&str, Method, Rule)] = &[
    ("PORTAL", Method::GET, Rule::Anybody),
    ("PORTAL_CREATE", Method::GET, Rule::Anybody),
    ("PORTAL_CREATE", Method::POST, Rule::Anybody),
    ("PORTAL_INVITATION", Method::GET, Rule::Anybody),
    ("PORTAL_INVITATION", Method::POST, Rule::Anybody),
    ("PORTAL_ORGANISATION", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_NAME", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_NAME", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_LEAVE", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_LEAVE", Method::POST, Rule::Member(Role::Viewer)),
    ("PORTAL_HISTORY", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_MEMBERS", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_MEMBERS", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_MEMBER", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_MEMBER", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_MEMBER_REMOVE", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_MEMBER_REMOVE", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_SANDBOX", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_SANDBOX_NEW", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_NEW", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_CANDIDATES", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_CANDIDATES", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SITE", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_SANDBOX_SETTINGS", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SETTINGS", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_ERRORS", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_TRY", Method::GET, Rule::Anybody),
    ("PORTAL_SANDBOX_TRY", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_TRY", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_ROTATION", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_ROTATION", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SIGNALS", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SIGNALS", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SECRETS", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_SECRETS", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_REMOVE", Method::GET, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_REMOVE", Method::POST, Rule::Member(Role::Developer)),
    ("PORTAL_SANDBOX_APPLY", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_SANDBOX_APPLY", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_PRODUCTION", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_PRODUCTION_SITE", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_PRODUCTION_CHANGE", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_PRODUCTION_CHANGE", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_PRODUCTION_SECRETS", Method::GET, Rule::Member(Role::Owner)),
    ("PORTAL_PRODUCTION_SECRETS", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_PRODUCTION_HEALTH", Method::GET, Rule::Member(Role::Viewer)),
    ("PORTAL_PRODUCTION_WITHDRAW", Method::POST, Rule::Member(Role::Owner)),
    ("PORTAL_WITHDRAW", Method::POST, Rule::Member(Role::Owner)),
];

/// The address behind a name of the router, as `web::paths` has it.
fn address(name: &str) -> &'static str {
    let source = include_str!("../../../src/web/paths.rs");
    let declared = source.split_once(&format!("const {name}: &str = \"")).expect("a path").1;
    declared.split('"').next().expect("its end")
}

#[test]
fn every_route_of_the_portal_has_a_rule() {
    let router = include_str!("../../../src/router.rs");
    let routes = router.split(".route(paths::PORTAL").skip(1).flat_map(|route| {
        let (name, handlers) = route.split_once(',').expect("handlers");
        let handlers = handlers.split(".route(").next().unwrap_or_default();
        let name = format!("PORTAL{}", name.trim());
        let methods = [("get(", "GET"), ("post(", "POST")].into_iter().filter(move |(call, _)| handlers.contains(call));
        methods.map(move |(_, method)| (name.clone(), method.to_owned()))
    });
    let routed: BTreeSet<_> = routes.collect();
    let ruled = RULES.iter().map(|(name, method, _)| ((*name).to_owned(), method.to_string())).collect();
    assert_eq!(routed, ruled);
}

/// What somebody met: whether the answer is one of the act, the page of a role that does not reach, nothing, or the way
/// to sign in.
async fn met(person: &mut Person, method: &Method, path: &str) -> u16 {
    let answer = match *method {
        Method::GET => crate::support::site::get(&mut person.browser, path, &[]).await,
        // Without a form's token, so that nothing changes for those who may.
        _ => post(&mut person.browser, path, "", &[("origin", ISSUER)]).await,
    };
    answer.status.as_u16()
}

#[tokio::test]
async fn nobody_does_what_their_role_does_not_reach_and_strangers_learn_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    on_both_with(&away(&folder), |passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found("北辰商务外语测评").await;
        let site = one(&passport, &ours).await;
        let ready = production::remembered(&passport, &ours).await;
        let mut developer = member(&passport, &mut owner, &ours, Role::Developer).await;
        let mut viewer = member(&passport, &mut owner, &ours, Role::Viewer).await;
        let mut other = Person::new(&passport).await;
        other.found("另一个机构").await;
        owner.invite(&passport, &ours, "waits@office.example", Role::Viewer).await;
        let page = owner.open(&format!("{ours}/members")).await;
        let of = |css: &str, name: &str, before: &str| {
            let found = page.attributes(css, name).into_iter().find(|path| path.contains(before)).expect("an address");
            found.rsplit('/').next().expect("an id").to_owned()
        };
        let (them, invitation) = (of("a.factor-change", "href", "/members/"), of("form", "action", "/invitations/"));
        let organisation = ours.rsplit('/').next().expect("an id");
        let before = (listed(&mut owner, &ours).await, passport.rows().await);

        let mut nobody = Person { browser: passport.browser(), session: owner.session.clone() };
        for (name, method, rule) in RULES {
            let path = address(name)
                .replace("{organisation}", organisation)
                .replace("{member}", &them)
                .replace("{site}", &site)
                .replace("{production}", &ready)
                .replace("{invitation}", &invitation);
            assert_eq!(met(&mut nobody, method, &path).await, 303, "{method} {path}: nobody is signed in");
            let Rule::Member(least) = rule else {
                assert!(matches!(met(&mut viewer, method, &path).await, 200 | 303 | 410), "{method} {path}");
                continue;
            };
            assert_eq!(met(&mut other, method, &path).await, 404, "{method} {path}: of another organisation");
            for (role, person) in
                [(Role::Owner, &mut owner), (Role::Developer, &mut developer), (Role::Viewer, &mut viewer)]
            {
                let status = met(person, method, &path).await;
                let allowed = matches!(status, 200 | 303);
                assert_eq!(allowed, role >= *least, "{method} {path} by {role:?}: {status}");
                assert!(allowed || status == StatusCode::FORBIDDEN.as_u16(), "{method} {path} by {role:?}: {status}");
            }
        }
        assert_eq!((listed(&mut owner, &ours).await, passport.rows().await), before, "nothing was changed by it");
    })
    .await;
}

#[tokio::test]
async fn a_member_of_another_organisation_is_no_member_of_this_one() {
    on_both(|passport| async move {
        let (mut owner, mut other) = (Person::new(&passport).await, Person::new(&passport).await);
        let (ours, theirs) = (owner.found("北辰商务外语测评").await, other.found("另一个机构").await);
        let their_member = member(&passport, &mut other, &theirs, Role::Viewer).await;
        let page = other.open(&format!("{theirs}/members")).await;
        let ids: Vec<_> = page.attributes("a.factor-change", "href");
        assert_eq!(ids.len(), 2, "{}", their_member.account());
        for path in ids {
            let id = path.rsplit('/').next().expect("an id");
            for below in ["", "/remove"] {
                let answer = owner.open(&format!("{ours}/members/{id}{below}")).await;
                assert!(answer.url.path() == format!("{ours}/members") && answer.has(".notice"), "{}", answer.text);
            }
        }
        assert_eq!(listed(&mut other, &theirs).await.len(), 2);
    })
    .await;
}
