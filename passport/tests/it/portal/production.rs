//! Sites for candidates: what an organisation applies for, and what comes of it.

use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{Request, header};
use passport::audit::Actor;
use passport::portal::production::{Judged, ProductionId, Verdict};
use passport::portal::{OrganisationId, Role};
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::entropy::SystemEntropy;
use shared::testkit::Answer;

use super::sandbox::{CALLBACK, Made, NAME, register, stand_ins};
use super::{Person, history, member, subjects, summary};
use crate::support::Passport;
use crate::support::sandbox::{Sandbox, on_both_with_sandbox};
use crate::support::site::{CHALLENGE, VERIFIER, agreed_code, basic, encoded, post};

const SECOND: Duration = Duration::from_secs(1);
const READY: &str = "https://bei.example/callback";

/// A site whose client exists and has a secret to make, of that organisation; its id.
pub(super) async fn remembered(passport: &Passport, organisation: &str) -> String {
    let id: OrganisationId = organisation.rsplit('/').next().expect("an id").parse().expect("an id");
    let site = write(passport, id).await;
    let judged = passport.app.portal.judge((site, 1), (Verdict::Approve, "as agreed".to_owned()), Actor::Operator);
    assert_eq!(judged.await.expect("an answer"), Judged::Done);
    site.to_string()
}

/// An application of an organisation of its own; its id.
pub(crate) async fn remembered_alone(passport: &Passport) -> String {
    let id = OrganisationId::new(passport.clock.now(), &SystemEntropy::new());
    let now = passport.clock.now();
    let made = passport.db.write::<_, DbError, _>(move |tx| {
        async move {
            sql("INSERT INTO organisations (id, name, created_at, revision) VALUES ($1, $2, $3, 0)")
                .bind(id)
                .bind(NAME)
                .bind(now)
                .execute(tx)
                .await
        }
        .boxed()
    });
    made.await.expect("an organisation");
    write(passport, id).await.to_string()
}

async fn write(passport: &Passport, organisation: OrganisationId) -> ProductionId {
    let now = passport.clock.now();
    let id = ProductionId::new(now, &SystemEntropy::new());
    let wish = serde_json::json!({
        "client_id": "x", "client_name": { "zh": "北辰报名网", "en": "Beichen" }, "redirect_uris": [READY],
        "grant_types": ["authorization_code"], "scopes": ["openid"],
    });
    let written = passport.db.write::<_, DbError, _>(move |tx| {
        let wish = wish.to_string();
        async move {
            sql("INSERT INTO production_sites (id, organisation_id, sandbox_site_id, client_id, state, version, wish, \
                 evidence, sent_at) VALUES ($1, $2, $3, $4, 'sent', 1, $5, '{}', $6)")
            .bind(id)
            .bind(organisation)
            .bind(format!("of-{id}"))
            .bind(format!("c-{id}"))
            .bind(wish)
            .bind(now)
            .execute(tx)
            .await
        }
        .boxed()
    });
    written.await.expect("a site");
    id
}

/// An organisation with two owners and a site in the sandbox; its address, and that of the site.
pub(crate) struct Applicant {
    pub(crate) owner: Person,
    pub(crate) ours: String,
    pub(super) site: Made,
}

impl Applicant {
    pub(crate) async fn new(passport: &Passport) -> Self {
        let mut owner = Person::new(passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        member(passport, &mut owner, &ours, Role::Owner).await;
        Self { owner, ours, site }
    }

    /// Applies; the page of the site.
    pub(crate) async fn apply(&mut self) -> String {
        let path = format!("{}/production", self.site.path);
        let sent = self.owner.send(&path, &path, &[("redirect_uris", READY)]).await;
        assert!(sent.has(".notice.ok"), "{}", sent.text);
        sent.url.path().to_owned()
    }

    /// Sends a change of a site; the page after that.
    pub(crate) async fn change(&mut self, page: &str, typed: &[(&str, &str)]) -> Answer {
        let path = format!("{page}/change");
        self.owner.send(&path, &path, typed).await
    }
}

/// Decides about the application on that page, in that version.
pub(super) async fn judge(passport: &Passport, page: &str, version: i64, verdict: Verdict) -> Judged {
    let id: ProductionId = page.rsplit('/').next().expect("an id").parse().expect("an id");
    let words = format!("because of {verdict:?}");
    passport.app.portal.judge((id, version), (verdict, words), Actor::Operator).await.expect("an answer")
}

/// How many clients an organisation has.
async fn clients_of(passport: &Passport, organisation: &str) -> usize {
    let id = organisation.rsplit('/').next().expect("an id").to_owned();
    let all = passport.db.read::<_, DbError, _>(|tx| async move { passport::clients::store::all(tx).await }.boxed());
    let all = all.await.expect("clients");
    all.iter().filter(|client| client.metadata.organisation.as_ref() == Some(&id)).count()
}

/// The client that the page of a site names.
pub(super) async fn client(person: &mut Person, page: &str) -> String {
    person.open(page).await.texts("#in-force dd.code-line").remove(0)
}

#[tokio::test]
async fn one_owner_is_not_enough_and_is_told_where_to_invite_another() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let path = format!("{}/production", site.path);
        let page = owner.open(&path).await;
        assert!(page.has("#owners") && !page.has("[name=redirect_uris]"), "{}", page.text);
        assert_eq!(page.attributes("#owners a.button.primary", "href"), [format!("{ours}/members")]);
        member(&passport, &mut owner, &ours, Role::Owner).await;
        let form = owner.open(&path).await.form(&format!("form[action='{path}']"));
        assert_eq!(form.value("redirect_uris"), Some(""), "what is on a developer's machine stays behind");
        let refused = owner.send(&path, &path, &[("redirect_uris", CALLBACK)]).await;
        assert!(summary(&refused).contains("developer"), "{}", refused.text);
        assert_eq!(refused.form(&format!("form[action='{path}']")).value("redirect_uris"), Some(CALLBACK));
        let mut developer = member(&passport, &mut owner, &ours, Role::Developer).await;
        assert_eq!(developer.open(&path).await.status, 403);
    })
    .await;
}

/// Signs in to a site of the sandbox as that stand-in, to the very tokens.
async fn signs_in(sandbox: &Sandbox, site: &Made, (login, password): (&str, &str)) {
    let issuer = &sandbox.issuer;
    let asked = encoded(&[
        ("response_type", "code"),
        ("client_id", &*site.client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let mut browser = sandbox.browser();
    let page = browser.open(&format!("{issuer}/authorize?{asked}")).await;
    let form = page.form("main form[action^='/sign-in']").set("username", login).set("password", password);
    let consent = browser.submit(form).await;
    let form = consent.form("form[action='/consent']").with("decision", "allow");
    let sends = |path: &str, body: String, extra: Option<String>| {
        let request = Request::post(format!("{issuer}{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, issuer);
        let request = extra.into_iter().fold(request, |request, value| request.header(header::AUTHORIZATION, value));
        request.body(Body::from(body)).expect("a request")
    };
    let agreed = browser.send(sends("/consent", form.encoded(), None)).await;
    let resume = agreed.location().expect("a way on");
    let on = format!("{issuer}{}?{}", resume.path(), resume.query().unwrap_or_default());
    let back = browser.send(Request::get(on).body(Body::empty()).expect("a request")).await;
    let code = back.parameter("code").expect("a code");
    let redeemed = encoded(&[
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    let tokens = browser.send(sends("/token", redeemed, Some(basic(&site.client_id, &site.secret)))).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
}

#[tokio::test]
async fn what_the_sandbox_saw_of_a_site_is_shown_and_goes_along() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut ours = Applicant::new(&passport).await;
        let path = format!("{}/production", ours.site.path);
        let page = ours.owner.open(&path).await;
        assert_eq!(
            (page.has("#evidence .tag.ok"), page.texts("#evidence .tag.warn").len()),
            (false, 2),
            "{}",
            page.text
        );
        let (password, logins) = stand_ins(&mut ours.owner, &ours.ours).await;
        signs_in(&sandbox, &ours.site, (&logins[0], &password)).await;
        let page = ours.owner.open(&path).await;
        assert_eq!(page.texts("#evidence .tag.ok").len(), 1, "{}", page.text);
        let site = ours.apply().await;
        let shown = ours.owner.open(&site).await;
        let tags = |css: &str| shown.texts(css).len();
        assert_eq!((tags("#evidence .tag.ok"), tags("#evidence .tag.warn")), (1, 1), "{}", shown.text);
        let list = ours.owner.open(&format!("{}/production", ours.ours)).await;
        assert_eq!(list.texts("h2.site-name a"), ["北辰报名网"]);
        // Once more it leads to what there is.
        assert_eq!(ours.owner.open(&path).await.url.path(), site);
    })
    .await;
}

#[tokio::test]
async fn refused_it_is_sent_again_and_approved_candidates_sign_in_with_a_secret_that_an_owner_made() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let waits = ours.owner.open(&page).await;
        assert!(waits.has("#wished") && !waits.has("#in-force") && waits.has("#application form"), "{}", waits.text);
        assert_eq!(judge(&passport, &page, 1, Verdict::Refuse).await, Judged::Done);
        let refused = ours.owner.open(&page).await;
        assert!(refused.text.contains("because of Refuse") && !refused.has("#in-force"), "{}", refused.text);
        assert_eq!(clients_of(&passport, &ours.ours).await, 0, "no client is made of what was refused");
        assert!(!refused.has("#application form"), "there is nothing to take back");
        let secrets = format!("{page}/secrets");
        let none = ours.owner.open(&secrets).await;
        assert!(none.has(".empty") && !none.has("[name=make]"), "nothing is approved yet");

        let again = ours.change(&page, &[("name", "北辰商务报名")]).await;
        assert!(again.has(".notice.ok"), "{}", again.text);
        assert_eq!(judge(&passport, &page, 3, Verdict::Approve).await, Judged::Done);
        assert_eq!(clients_of(&passport, &ours.ours).await, 1);
        passport.clock.advance(SECOND);
        let made = ours.owner.press(&secrets, ("make", "beside")).await;
        let secret = made.texts(".secret code").concat();
        assert!(secret.len() >= 32, "{}", made.text);
        assert!(!ours.owner.open(&secrets).await.text.contains(&secret), "it is shown this once");

        let id = client(&mut ours.owner, &page).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let asked = [
            ("client_id", &*id),
            ("redirect_uri", READY),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let code = agreed_code(&mut browser, &asked).await;
        let redeemed = encoded(&[
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", READY),
            ("code_verifier", VERIFIER),
        ]);
        let tokens = post(&mut browser, "/token", redeemed, &[("authorization", &basic(&id, &secret))]).await;
        assert!(tokens.status == 200 && tokens.json()["id_token"].is_string(), "{}", tokens.text);
        let known = passport.app.clients.find(&id).await.expect("an answer").expect("a client");
        let organisation = ours.ours.rsplit('/').next().map(str::to_owned);
        assert_eq!(known.metadata.organisation, organisation, "it says whose it is");

        let email = ours.owner.email(&passport).await;
        let told = subjects(&passport, &email).await;
        assert_eq!(told.iter().filter(|subject| subject.contains("北辰")).count(), 2, "{told:?}");
        let done = history(&mut ours.owner, &ours.ours).await;
        let lines = [
            "Made a secret for a site in production",
            "Approved an application",
            "Applied for a site in production",
            "Refused an application",
        ];
        assert!(lines.iter().all(|line| done.iter().any(|said| said.starts_with(line))), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn a_change_is_in_force_when_it_is_approved_and_what_operators_said_stays() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        judge(&passport, &page, 1, Verdict::Approve).await;
        let id = client(&mut ours.owner, &page).await;
        let find = async || passport.app.clients.find(&id).await.expect("an answer").expect("a client");
        let mut metadata = find().await.metadata.clone();
        metadata.first_party = true;
        passport.app.clients.apply(Actor::Operator, metadata).await.expect("applied");

        let other = "https://bei.example/other";
        let both = format!("{READY}\n{other}");
        assert!(ours.change(&page, &[("redirect_uris", &both)]).await.has(".notice.ok"));
        let waits = ours.owner.open(&page).await;
        let asked = (waits.texts("#wished del"), waits.texts("#wished ins"));
        assert_eq!(asked, (vec![READY.to_owned()], vec![READY.to_owned(), other.to_owned()]), "{}", waits.text);
        assert_eq!(find().await.redirect_uris.len(), 1, "it is not so yet");
        assert_eq!(judge(&passport, &page, 3, Verdict::Approve).await, Judged::Done);
        let now = find().await;
        assert!(now.redirect_uris.len() == 2 && now.first_party);
        assert!(!ours.owner.open(&page).await.has("#wished"));
    })
    .await;
}

#[tokio::test]
async fn of_two_reviewers_at_once_one_decides_and_what_was_changed_since_is_not_decided_on() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        ours.change(&page, &[("name", "北辰")]).await;
        assert_eq!(judge(&passport, &page, 1, Verdict::Approve).await, Judged::Over, "that is not what was seen");
        let (one, other) =
            tokio::join!(judge(&passport, &page, 2, Verdict::Approve), judge(&passport, &page, 2, Verdict::Refuse));
        let done = [one, other].iter().filter(|judged| **judged == Judged::Done).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
        let is_in_force = ours.owner.open(&page).await.has("#in-force");
        assert_eq!(is_in_force, one == Judged::Done);
    })
    .await;
}

#[tokio::test]
async fn a_stale_form_is_refused_and_keeps_what_was_typed() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let path = format!("{page}/change");
        let open = ours.owner.open(&path).await.form(&format!("form[action='{path}']"));
        assert_eq!(judge(&passport, &page, 1, Verdict::Ask).await, Judged::Done);
        assert!(ours.owner.open(&page).await.text.contains("because of Ask"));
        let typed = "https://bei.example/typed";
        let stale = ours.owner.browser.submit(open.set("redirect_uris", typed)).await;
        assert!(summary(&stale).contains("since you opened it"), "{}", stale.text);
        let form = stale.form(&format!("form[action='{path}']"));
        assert_eq!(form.value("redirect_uris"), Some(typed));
        assert!(!ours.owner.open(&page).await.text.contains(typed), "nothing was sent");
        let again = ours.owner.browser.submit(form).await;
        assert!(again.has(".notice.ok") && again.text.contains(typed), "{}", again.text);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_is_not_decided_and_what_is_in_force_stays() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        judge(&passport, &page, 1, Verdict::Approve).await;
        ours.change(&page, &[("name", "北辰")]).await;
        let path = format!("{page}/withdraw");
        let taken = ours.owner.send(&page, &path, &[]).await;
        assert!(taken.has(".notice.ok") && taken.has("#in-force"), "{}", taken.text);
        for version in [3, 4] {
            assert_eq!(judge(&passport, &page, version, Verdict::Approve).await, Judged::Over);
        }
        let done = history(&mut ours.owner, &ours.ours).await;
        assert!(done.iter().any(|said| said == "Took an application back"), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn a_site_of_another_organisation_is_not_there() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let mut theirs = Applicant::new(&passport).await;
        let id = page.rsplit('/').next().expect("an id");
        let through = format!("{}/production/{id}", theirs.ours);
        for end in ["", "/change", "/secrets", "/health"] {
            let met = theirs.owner.open(&format!("{through}{end}")).await;
            assert_eq!(met.url.path(), format!("{}/production", theirs.ours), "{end}");
        }
        let site = ours.site.path.rsplit('/').next().expect("an id");
        let met = theirs.owner.open(&format!("{}/sandbox/{site}/production", theirs.ours)).await;
        assert_eq!(met.url.path(), format!("{}/sandbox", theirs.ours));
        // A form of theirs, sent to our site through their own organisation.
        let own = theirs.apply().await;
        let csrf = theirs.owner.open(&own).await.attributes("#application [name=csrf]", "value").concat();
        let body = encoded(&[("csrf", &csrf)]);
        let origin = [("origin", crate::support::ISSUER)];
        post(&mut theirs.owner.browser, &format!("{through}/withdraw"), body, &origin).await;
        assert!(ours.owner.open(&page).await.has("#application form"), "it still waits");
    })
    .await;
}
