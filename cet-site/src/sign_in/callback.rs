//! The passport sends a person back (OpenID Connect Core §3.1.2.5 and §3.1.2.6).
//!
//! What a browser may do to this address besides arriving once: open it from a bookmark, open it twice, open
//! it in another browser, come after an hour, come without cookies. Who is signed in goes on; who is not is
//! sent to the passport once more by itself, where the session there makes it a blink; only when that does
//! not help either, or another site may have made up the answer, is there a page, with one button.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;

use crate::web::{Frame, cookie};

use super::ask::Wanted;
use super::attempt::{Attempt, is_again};
use super::cause;
use super::fault::{Fault, is_standard_name};
use super::passport::PassportError;
use super::return_path::ReturnPath;
use super::service::SignIn;
use super::visitor::Visitor;

/// More than any answer or request of the protocol has. Each name is compared with those before it, so their number
/// needs a bound.
const MOST: usize = 64;

/// The parameters of a request of the protocol, each at most once (RFC 6749 §3.1).
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(encoded: &[u8]) -> Result<Self, Fault> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if pairs.len() == MOST {
                return Err(Fault::Malformed("there are too many parameters"));
            }
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(Fault::Malformed("a parameter stands twice"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Everything an answer is judged by.
struct Arrival<'r> {
    sign_in: &'r SignIn,
    frame: &'r Frame,
    visitor: &'r Visitor,
    headers: &'r HeaderMap,
    parameters: &'r Parameters,
}

/// Takes the answer.
pub async fn show(
    State(sign_in): State<SignIn>,
    frame: Frame,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = match Parameters::parse(query.unwrap_or_default().as_bytes()) {
        Ok(parameters) => parameters,
        Err(fault) => return fault.respond(&frame, &ReturnPath::desk()),
    };
    let arrival =
        Arrival { sign_in: &sign_in, frame: &frame, visitor: &visitor, headers: &headers, parameters: &parameters };
    let state = parameters.get("state").unwrap_or_default();
    match sign_in.attempt(state, &headers) {
        Some((attempt, over)) => arrival.of_attempt(&attempt, over).await,
        None => {
            let desk = ReturnPath::desk();
            arrival.of_none(state).await.unwrap_or_else(|fault| fault.respond(&frame, &desk))
        }
    }
}

impl Arrival<'_> {
    /// An answer to an attempt of this browser. The attempt ends here, unless the passport or the database was
    /// away: then loading the page again may still succeed.
    async fn of_attempt(&self, attempt: &Attempt, over: bool) -> Response {
        let outcome = self.judged(attempt, over).await;
        let away = matches!(&outcome, Err(Fault::Db(_) | Fault::Passport(PassportError::Unreachable(_))));
        let mut response = outcome.unwrap_or_else(|fault| fault.respond(self.frame, &attempt.return_to));
        if !away {
            cookie::set(response.headers_mut(), [self.sign_in.forget(&attempt.state)]);
        }
        response
    }

    async fn judged(&self, attempt: &Attempt, over: bool) -> Result<Response, Fault> {
        self.check_issuer().await?;
        if let Some(error) = self.parameters.get("error") {
            return Err(named(error));
        }
        if over {
            return self.again(attempt, Fault::Expired).await;
        }
        let code = self.parameters.get("code").ok_or(Fault::Malformed("code is missing"))?;
        match self.sign_in.finish(code.to_owned(), attempt, self.headers).await {
            Ok(departure) => Ok(departure.into_response()),
            // Used by this very page a moment ago, or grown old on the way.
            Err(Fault::Passport(PassportError::CodeRefused)) if self.visitor.is_signed_in() => {
                Ok(Redirect::to(attempt.return_to.as_str()).into_response())
            }
            Err(fault @ (Fault::Passport(PassportError::CodeRefused) | Fault::Ended)) => {
                self.again(attempt, fault).await
            }
            Err(fault) => Err(fault),
        }
    }

    /// A mix-up of issuers shows here (RFC 9207 §2.4).
    async fn check_issuer(&self) -> Result<(), Fault> {
        match self.parameters.get("iss") {
            Some(issuer) if issuer == self.sign_in.issuer() => Ok(()),
            Some(_) => Err(Fault::WrongIssuer),
            None if self.sign_in.passport_always_names_itself().await? => Err(Fault::WrongIssuer),
            None => Ok(()),
        }
    }

    /// Tries once more without asking, since the person has just signed in at the passport.
    async fn again(&self, attempt: &Attempt, fault: Fault) -> Result<Response, Fault> {
        if is_again(&attempt.state) {
            return Err(fault);
        }
        let begun = self.sign_in.begin(self.headers, self.frame.lang, attempt.return_to.clone(), None, true).await?;
        Ok(begun.into_response())
    }

    /// An answer that this browser did not ask for, or no longer knows of. Its code is never used.
    async fn of_none(&self, state: &str) -> Result<Response, Fault> {
        match self.parameters.get("iss") {
            Some(issuer) if issuer != self.sign_in.issuer() => return Err(Fault::WrongIssuer),
            _ => {}
        }
        if self.visitor.is_signed_in() {
            return Ok(Redirect::to(ReturnPath::desk().as_str()).into_response());
        }
        if let Some(error) = self.parameters.get("error") {
            return Err(named(error));
        }
        if state.is_empty() {
            return Err(Fault::Malformed("state is missing"));
        }
        if is_again(state) {
            let without_cookies = cookie::all(self.headers).next().is_none();
            return Err(if without_cookies { Fault::CookiesRefused } else { Fault::Lost });
        }
        // What no attempt of this browser asked for may be of a stranger, who would so begin a session unasked.
        if cause::is_foreign(self.headers, self.sign_in.leading_origins()) {
            return Ok(Wanted::going_to(ReturnPath::desk()).ask());
        }
        let begun = self.sign_in.begin(self.headers, self.frame.lang, ReturnPath::desk(), None, true).await?;
        Ok(begun.into_response())
    }
}

/// What an error of the authorization response means for the person. Only a name that looks like one of the
/// standard's is shown: the address could come from anyone.
fn named(error: &str) -> Fault {
    match error {
        "access_denied" => Fault::Cancelled,
        "temporarily_unavailable" | "server_error" => Fault::Passport(PassportError::Unreachable(error.to_owned())),
        _ if is_standard_name(error) => Fault::Refused(error.to_owned()),
        _ => Fault::Malformed("the error has no standard name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(matches!(Parameters::parse(b"code=1&state=2&code=1"), Err(Fault::Malformed(_))));
        assert!(Parameters::parse(b"code=1&state=2").is_ok_and(|p| p.get("state") == Some("2")));
    }

    #[test]
    fn more_parameters_than_any_answer_has_are_refused() {
        let many = |count: usize| (0..count).map(|n| format!("p{n}=1&")).collect::<String>();
        assert!(Parameters::parse(many(MOST).as_bytes()).is_ok());
        assert!(matches!(Parameters::parse(many(MOST + 1).as_bytes()), Err(Fault::Malformed(_))));
    }

    #[test]
    fn an_error_from_the_address_is_shown_only_when_it_looks_like_one() {
        assert!(matches!(named("access_denied"), Fault::Cancelled));
        assert!(matches!(named("login_required"), Fault::Refused(_)));
        assert!(matches!(named("call 555-0100 now"), Fault::Malformed(_)));
    }
}
