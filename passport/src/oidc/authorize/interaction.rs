//! What has to happen before a code may be given: a pure decision over what is known.
//!
//! Sign-in, province and consent never lead to each other. Each comes back to the authorization endpoint, which
//! decides again from what is stored: hence no page can be left out, `prompt=none` included.

use std::time::Duration;

use shared::clock::Timestamp;

use super::super::error::ProtocolError;
use super::super::named_claims::scope_of_token;
use super::super::rules::Rule;
use super::super::scope::{EXAM, OFFLINE_ACCESS, Scope};
use super::request::AuthorizationRequest;
use crate::accounts::sessions::Unsettled;

/// What the decision needs of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// Whether the province of the test centre is known.
    pub has_province: bool,
    /// Whether `id_token_hint` names this person, or nobody.
    pub is_hinted: bool,
    /// What they have to settle first.
    pub unsettled: Unsettled,
    /// Whether they have shown it well enough.
    pub context: Context,
}

/// How a session stands to the context of authentication that the client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// It is reached, or nothing is asked for.
    Reached,
    /// The person has what it takes, and is to show it.
    WithinReach,
    /// The person would have to add something first.
    OutOfReach,
}

/// What a person let a client have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// All of it.
    pub scope: Scope,
    /// What the client asked for and they would not give.
    pub declined: Scope,
    /// When they last said so.
    pub granted_at: Timestamp,
    /// When the client last made use of it, to the hour.
    pub used_at: Timestamp,
}

impl Consent {
    /// Whether the person was asked about every token of `asked`, or about the scope that it is a claim of.
    pub fn decides(&self, asked: &Scope) -> bool {
        let is_decided = |token: &str| self.scope.has(token) || self.declined.has(token);
        asked.iter().all(|token| is_decided(token) || scope_of_token(token).is_some_and(is_decided))
    }
}

/// When an interaction began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Began {
    /// The moment of the request.
    pub at: Timestamp,
    /// Whether the person comes back from one of our pages. If not, nothing can have happened since.
    pub resumed: bool,
}

impl Began {
    /// How long a way back counts as the same interaction. A bookmark of it is a new one.
    pub const LIFETIME: Duration = Duration::from_secs(60 * 60);

    /// A request that just came.
    pub fn now(now: Timestamp) -> Self {
        Self { at: now, resumed: false }
    }

    /// A request that began at `at` and is taken up again at `now`.
    pub fn resumed(at: Timestamp, now: Timestamp) -> Self {
        if now.since(at) > Self::LIFETIME { Self::now(now) } else { Self { at, resumed: true } }
    }

    /// Whether `event` belongs to this interaction.
    fn includes(self, event: Timestamp) -> bool {
        self.resumed && event >= self.at
    }
}

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Give a code.
    Issue,
    /// Ask who it is.
    SignIn,
    /// Ask whether the account is to go on.
    AskToStay,
    /// Ask to accept the agreements, which have changed.
    AskToAgree,
    /// Ask for a guardian's consent.
    AskGuardian,
    /// Ask to add what the account lacks.
    AskFactor,
    /// Ask for the province.
    AskProvince,
    /// Ask for consent.
    AskConsent,
    /// Tell the client.
    Refuse(ProtocolError),
}

/// Decides.
pub fn next(
    request: &AuthorizationRequest,
    present: Option<Present>,
    consent: Option<&Consent>,
    began: Began,
    now: Timestamp,
) -> Step {
    let silent = request.prompt.none;
    let Some(present) = present else {
        return or_refuse(silent, Step::SignIn, Rule::NobodySignedIn);
    };
    let fresh = began.includes(present.auth_time);
    if !present.is_hinted {
        // Whoever signed in after being asked is not the person whom the client means (OIDC Core §3.1.2.1).
        let refuse = silent || fresh;
        return or_refuse(refuse, Step::SignIn, Rule::AnotherPersonSignedIn);
    }
    if !fresh && (request.prompt.wants_sign_in() || is_too_old(request, present, now)) {
        return or_refuse(silent, Step::SignIn, Rule::SignInTooOld);
    }
    if let Some((step, why)) = settle(present.unsettled) {
        return or_refuse(silent, step, why);
    }
    if let Some(step) = reach(request, present, fresh) {
        return step;
    }
    if request.scope.has(EXAM) && !present.has_province {
        return or_refuse(silent, Step::AskProvince, Rule::ProvinceUnknown);
    }
    if needs_consent(request, consent, began) {
        return or_refuse(silent, Step::AskConsent, Rule::ConsentNeeded);
    }
    Step::Issue
}

/// What has to be settled first, and why, where something is.
fn settle(Unsettled { leaving, guardian, agreements }: Unsettled) -> Option<(Step, Rule)> {
    if leaving {
        return Some((Step::AskToStay, Rule::AccountIsLeaving));
    }
    if agreements {
        return Some((Step::AskToAgree, Rule::AgreementsChanged));
    }
    guardian.then_some((Step::AskGuardian, Rule::GuardianRequired))
}

/// What has to happen for the context that the client asks for. A wish is asked for once, where it can be met and a page
/// may be shown; what is essential as often as it takes.
fn reach(request: &AuthorizationRequest, present: Present, fresh: bool) -> Option<Step> {
    let demand = request.acr.as_ref()?;
    let silent = request.prompt.none;
    match (present.context, demand.essential) {
        (Context::Reached, _) | (Context::OutOfReach, false) => None,
        (Context::WithinReach, false) => (!silent && !fresh).then_some(Step::SignIn),
        (Context::WithinReach, true) => Some(or_refuse(silent, Step::SignIn, Rule::StrongerSignInNeeded)),
        (Context::OutOfReach, true) => Some(or_refuse(silent, Step::AskFactor, Rule::FactorMissing)),
    }
}

/// Whether the decision needs to know what the person let the client have.
pub fn depends_on_consent(request: &AuthorizationRequest) -> bool {
    !request.client.first_party || asks_every_time(request) || request.scope.has(OFFLINE_ACCESS)
}

/// Whether an earlier answer does not count. Any program on a person's device can give itself out for a client that
/// has no secret and no address of its own: only the person can tell whether it was they who began (RFC 8252 §8.6).
fn asks_every_time(request: &AuthorizationRequest) -> bool {
    request.prompt.consent || (request.client.is_public() && !request.redirect.is_https())
}

fn is_too_old(request: &AuthorizationRequest, present: Present, now: Timestamp) -> bool {
    request.max_age.is_some_and(|limit| now.since(present.auth_time) > limit)
}

/// Our own sites are covered by the agreements of the registration, unless every request is asked about. Those do not speak
/// of access after signing out: nobody has it but by consent (OIDC Core §11).
fn needs_consent(request: &AuthorizationRequest, consent: Option<&Consent>, began: Began) -> bool {
    let asked_again = asks_every_time(request) && !consent.is_some_and(|c| began.includes(c.granted_at));
    let covered = if request.client.first_party {
        !request.scope.has(OFFLINE_ACCESS) || consent.is_some_and(|c| c.scope.has(OFFLINE_ACCESS))
    } else {
        consent.is_some_and(|c| c.decides(&request.asked()))
    };
    asked_again || !covered
}

fn or_refuse(refuse: bool, step: Step, rule: Rule) -> Step {
    if refuse { Step::Refuse(rule.error()) } else { step }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::oidc::authorize::checks;
    use crate::oidc::authorize::request::{Given, RawRequest};
    use crate::oidc::authorize::respond::TrustedRedirect;
    use crate::oidc::error::Code;
    use crate::oidc::params::Params;
    use crate::oidc::testing::client_at;

    const T0: Timestamp = Timestamp::from_seconds(1_000_000);

    fn request(client_lines: &str, query: &str) -> AuthorizationRequest {
        request_to("https://a.example/cb", client_lines, query)
    }

    fn request_to(redirect_uri: &str, client_lines: &str, query: &str) -> AuthorizationRequest {
        let client = client_at(redirect_uri, client_lines);
        let text = format!(
            "client_id=a&redirect_uri={redirect_uri}&response_type=code&code_challenge_method=S256&\
             code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&{query}"
        );
        let raw = RawRequest::read(&Params::parse(text.as_bytes()).expect("parameters"), Given::default());
        let redirect = TrustedRedirect::prove(&client, &raw, &"https://p.test".into()).expect("registered");
        checks::accept(&raw, Arc::new(client), redirect).expect("accepted")
    }

    fn ours(query: &str) -> AuthorizationRequest {
        request("first_party = true\nscopes = ['openid', 'exam']", query)
    }

    fn present(auth_time: Timestamp) -> Option<Present> {
        let (unsettled, context) = (Unsettled::default(), Context::Reached);
        Some(Present { auth_time, has_province: true, is_hinted: true, unsettled, context })
    }

    fn unsettled(unsettled: Unsettled) -> Option<Present> {
        present(T0).map(|present| Present { unsettled, ..present })
    }

    fn code(step: Step) -> Code {
        match step {
            Step::Refuse(error) => error.code,
            other => panic!("{other:?} is no refusal"),
        }
    }

    fn given(scope: &str, declined: &str) -> Consent {
        let parse = |text| Scope::parse(text).expect("scope");
        Consent { scope: parse(scope), declined: parse(declined), granted_at: T0, used_at: T0 }
    }

    fn later(seconds: u64) -> Timestamp {
        T0 + Duration::from_secs(seconds)
    }

    #[test]
    fn a_live_session_is_enough_for_our_own_site() {
        let request = ours("scope=openid");
        assert_eq!(next(&request, present(T0), None, Began::now(later(9)), later(9)), Step::Issue);
        assert_eq!(next(&request, None, None, Began::now(T0), T0), Step::SignIn);
    }

    #[test]
    fn prompt_none_shows_no_page() {
        let request = ours("scope=openid+exam&prompt=none");
        let began = Began::now(T0);
        assert_eq!(code(next(&request, None, None, began, T0)), Code::LoginRequired);
        let no_province = Some(Present {
            auth_time: T0,
            has_province: false,
            is_hinted: true,
            unsettled: Unsettled::default(),
            context: Context::Reached,
        });
        assert_eq!(code(next(&request, no_province, None, began, T0)), Code::InteractionRequired);
        assert_eq!(next(&request, present(T0), None, began, T0), Step::Issue);
        let theirs = self::request("scopes = ['openid']", "scope=openid&prompt=none");
        assert_eq!(code(next(&theirs, present(T0), None, began, T0)), Code::ConsentRequired);
    }

    #[test]
    fn prompt_login_is_met_by_a_sign_in_after_the_request_only() {
        for prompt in ["login", "select_account", "create"] {
            let request = ours(&format!("scope=openid&prompt={prompt}"));
            let asked = later(10);
            assert_eq!(next(&request, present(asked), None, Began::now(asked), asked), Step::SignIn, "{prompt}");
            let resumed = Began::resumed(asked, later(60));
            assert_eq!(next(&request, present(T0), None, resumed, later(60)), Step::SignIn, "{prompt}");
            assert_eq!(next(&request, present(later(50)), None, resumed, later(60)), Step::Issue, "{prompt}");
        }
    }

    #[test]
    fn max_age_is_met_by_a_young_or_a_new_sign_in() {
        let request = ours("scope=openid&max_age=60");
        assert_eq!(next(&request, present(T0), None, Began::now(later(60)), later(60)), Step::Issue);
        assert_eq!(next(&request, present(T0), None, Began::now(later(61)), later(61)), Step::SignIn);
        let zero = ours("scope=openid&max_age=0");
        let resumed = Began::resumed(later(1), later(9));
        assert_eq!(next(&zero, present(later(5)), None, resumed, later(9)), Step::Issue);
        let silent = ours("scope=openid&max_age=5&prompt=none");
        assert_eq!(code(next(&silent, present(T0), None, Began::now(later(9)), later(9))), Code::LoginRequired);
    }

    #[test]
    fn an_old_way_back_is_a_new_interaction() {
        let request = ours("scope=openid&prompt=login");
        let now = later(2 * 60 * 60);
        assert_eq!(next(&request, present(later(60)), None, Began::resumed(T0, now), now), Step::SignIn);
    }

    #[test]
    fn another_person_than_the_hinted_one_signs_in_once_and_is_then_refused() {
        let request = ours("scope=openid");
        let other = |auth_time| {
            Some(Present {
                auth_time,
                has_province: true,
                is_hinted: false,
                unsettled: Unsettled::default(),
                context: Context::Reached,
            })
        };
        assert_eq!(next(&request, other(T0), None, Began::now(later(1)), later(1)), Step::SignIn);
        let resumed = Began::resumed(later(1), later(9));
        assert_eq!(code(next(&request, other(later(5)), None, resumed, later(9))), Code::LoginRequired);
    }

    #[test]
    fn a_site_that_wants_the_province_gets_it() {
        let request = ours("scope=openid+exam");
        let without = Some(Present {
            auth_time: T0,
            has_province: false,
            is_hinted: true,
            unsettled: Unsettled::default(),
            context: Context::Reached,
        });
        assert_eq!(next(&request, without, None, Began::now(T0), T0), Step::AskProvince);
    }

    #[test]
    fn who_is_leaving_enters_no_site_before_taking_that_back() {
        let leaving = unsettled(Unsettled { leaving: true, guardian: true, agreements: true });
        let request = ours("scope=openid");
        assert_eq!(next(&request, leaving, None, Began::now(later(9)), later(9)), Step::AskToStay);
        let silent = ours("scope=openid&prompt=none");
        assert_eq!(code(next(&silent, leaving, None, Began::now(T0), T0)), Code::InteractionRequired);
    }

    #[test]
    fn who_accepted_former_agreements_is_asked_before_the_next_site_and_never_behind_their_back() {
        let asked = unsettled(Unsettled { agreements: true, guardian: true, ..Unsettled::default() });
        let request = ours("scope=openid+exam");
        assert_eq!(next(&request, asked, None, Began::now(later(9)), later(9)), Step::AskToAgree);
        let silent = ours("scope=openid&prompt=none");
        assert_eq!(code(next(&silent, asked, None, Began::now(T0), T0)), Code::InteractionRequired);
    }

    #[test]
    fn who_is_under_fourteen_enters_no_site_before_a_guardian_consents() {
        let child = unsettled(Unsettled { guardian: true, ..Unsettled::default() });
        assert_eq!(next(&ours("scope=openid+exam"), child, None, Began::now(later(9)), later(9)), Step::AskGuardian);
        let silent = ours("scope=openid&prompt=none");
        assert_eq!(code(next(&silent, child, None, Began::now(T0), T0)), Code::InteractionRequired);
    }

    #[test]
    fn consent_is_remembered_for_what_was_agreed_to() {
        let request = request("scopes = ['openid', 'email']", "scope=openid+email");
        let consent = |scope: &str| given(scope, "");
        let began = Began::now(later(9));
        assert_eq!(next(&request, present(T0), None, began, later(9)), Step::AskConsent);
        assert_eq!(next(&request, present(T0), Some(&consent("openid")), began, later(9)), Step::AskConsent);
        assert_eq!(next(&request, present(T0), Some(&consent("email openid x")), began, later(9)), Step::Issue);
        assert_eq!(next(&request, present(T0), Some(&given("openid", "email")), began, later(9)), Step::Issue);
    }

    #[test]
    fn access_after_signing_out_is_asked_about_once_even_for_our_own_site() {
        let lines = "first_party = true\nscopes = ['openid', 'offline_access']\n\
            grant_types = ['authorization_code', 'refresh_token']";
        let offline = request(lines, "scope=openid+offline_access");
        let began = Began::now(later(9));
        assert!(depends_on_consent(&offline));
        assert_eq!(next(&offline, present(T0), None, began, later(9)), Step::AskConsent);
        assert_eq!(next(&offline, present(T0), Some(&given("openid", "")), began, later(9)), Step::AskConsent);
        let consent = given("openid offline_access", "");
        assert_eq!(next(&offline, present(T0), Some(&consent), began, later(9)), Step::Issue);
        let silent = request(lines, "scope=openid+offline_access&prompt=none");
        assert_eq!(code(next(&silent, present(T0), None, began, later(9))), Code::ConsentRequired);
    }

    #[test]
    fn a_program_on_a_device_is_asked_about_every_time() {
        let lines = "first_party = true\ntoken_endpoint_auth_method = 'none'\napplication_type = 'native'\n";
        let request = request(lines, "scope=openid");
        let old = given("openid", "");
        assert_eq!(next(&request, present(T0), Some(&old), Began::now(later(9)), later(9)), Step::Issue, "https");
        let scheme = request_to("com.example.app:/cb", lines, "scope=openid");
        let began = Began::resumed(later(5), later(9));
        assert_eq!(next(&scheme, present(T0), Some(&old), began, later(9)), Step::AskConsent);
        let new = Consent { granted_at: later(7), ..old };
        assert_eq!(next(&scheme, present(T0), Some(&new), began, later(9)), Step::Issue);
    }

    #[test]
    fn prompt_consent_asks_again_even_for_our_own_site() {
        let request = ours("scope=openid&prompt=consent");
        let old = given("openid", "");
        let began = Began::resumed(later(5), later(9));
        assert_eq!(next(&request, present(T0), Some(&old), began, later(9)), Step::AskConsent);
        let new = Consent { granted_at: later(7), ..old };
        assert_eq!(next(&request, present(T0), Some(&new), began, later(9)), Step::Issue);
    }
}
