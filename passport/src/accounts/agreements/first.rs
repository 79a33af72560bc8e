//! Asking before a page of the account is shown. Sites are entered by the authorization endpoint, which asks by itself
//! (`oidc::authorize::interaction`).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::Method;
use tower_cookies::Cookies;

use crate::accounts::sessions::{cookie, store};
use crate::accounts::{Accounts, Way};
use crate::web::{ReturnTo, paths, return_to};

/// The pages of an account.
const ASKED: &str = "/account/";

/// Those among them that nobody has to accept anything for: the question itself, taking one's data along, and leaving.
const FREE: [&str; 4] = [paths::AGREEMENTS, paths::EXPORT, paths::CLOSURE, paths::CLOSURE_TAKE_BACK];

/// Middleware: leads to the question who opens a page of an account whose owner accepted former agreements. A form that is
/// sent is taken as it is: nothing that was typed is lost, and the page that follows it asks.
pub async fn ask_first(State(accounts): State<Accounts>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET && is_asked(request.uri().path()) {
        let cookies = request.extensions().get::<Cookies>().cloned();
        let whole = request.uri().path_and_query().map_or(paths::HOME, |whole| whole.as_str()).to_owned();
        if let Some(way) = accounts.way_to_agreements(cookies, whole).await {
            return Redirect::to(&way).into_response();
        }
    }
    next.run(request).await
}

fn is_asked(path: &str) -> bool {
    (path == paths::HOME || path.starts_with(ASKED)) && !FREE.contains(&path)
}

impl Accounts {
    /// The way to the question, and from there to `whole`; `None` where nothing is to be asked. A database that does not
    /// answer is told of by the page.
    async fn way_to_agreements(&self, cookies: Option<Cookies>, whole: String) -> Option<String> {
        let hash = cookie::token_hash(&cookies?)?;
        let now = self.parts().clock.now();
        let (session, unsettled) = store::look_up_unsettled(&self.parts().db, &hash, now).await.ok()??;
        let asked = unsettled.agreements && !unsettled.leaving && self.suffices(&session);
        asked.then(|| {
            let sealed = self.parts().web.return_to().seal(&ReturnTo::local(whole, now));
            return_to::link(paths::AGREEMENTS, Some(&sealed))
        })
    }
}

/// To the sign-in page with the same way.
pub(super) fn sign_in(way: &Way, notice: &str) -> Response {
    Redirect::to(&way.link_with(paths::SIGN_IN, "notice", notice)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_account_are_asked_for_and_the_ways_out_are_not() {
        for asked in [paths::HOME, paths::PROFILE, paths::SECURITY, paths::SITES, paths::CONTACT] {
            assert!(is_asked(asked), "{asked}");
        }
        let free =
            [paths::AGREEMENTS, paths::EXPORT, paths::CLOSURE, paths::SIGN_OUT, paths::PRIVACY, paths::AGREEMENT];
        for free in free.into_iter().chain([paths::HELP, paths::ALARM, paths::SIGN_IN, paths::RECOVER]) {
            assert!(!is_asked(free), "{free}");
        }
    }
}
