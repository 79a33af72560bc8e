//! One visit of a page of the console, and the cookie by which its session is found.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use shared::http::{Caller, ClientAddr};
use shared::page::Page;
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

use super::Console;
use crate::limits::AddressBlock;
use crate::web::form::csrf_token;
use crate::web::{PageContext, Web};

/// The cookie of a session. Its prefix ties it to this very host, over TLS.
const COOKIE: &str = "__Host-pp_staff";

/// What every page of the console wants to know of its request.
pub struct StaffVisit {
    /// The frame of the page.
    pub page: Page,
    /// The browser's cookies.
    pub cookies: Cookies,
    /// The block of addresses that the request comes from.
    pub address: AddressBlock,
    /// Where it comes from, for the record.
    pub caller: Caller,
}

impl FromRequestParts<Console> for StaffVisit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        let PageContext(page) = PageContext::from_request_parts(parts, console).await?;
        let cookies = parts.extensions.get::<Cookies>().cloned().unwrap_or_default();
        let address = AddressBlock::of(ClientAddr::of(&parts.extensions).0);
        Ok(Self { page, cookies, address, caller: Caller::of(parts) })
    }
}

impl StaffVisit {
    /// The browser, by its form cookie: what it began is taken up by no other.
    pub fn browser(&self, web: &Web) -> [u8; 32] {
        sha256(csrf_token(web, &self.cookies).as_bytes())
    }

    /// The hash of the token that this browser carries.
    pub fn token_hash(&self) -> Option<[u8; 32]> {
        self.cookies.get(COOKIE).map(|cookie| sha256(cookie.value().as_bytes()))
    }

    /// Gives the browser its token. It is forgotten with the browser's session, and no other site's link brings it along.
    pub fn give(&self, token: String) {
        self.cookies.add(build(token));
    }

    /// Takes the token from the browser.
    pub fn take(&self) {
        // A removal without the Secure attribute would be ignored for this prefix.
        let mut removal = build(String::new());
        removal.make_removal();
        self.cookies.add(removal);
    }
}

fn build(token: String) -> Cookie<'static> {
    Cookie::build((COOKIE, token)).path("/").secure(true).http_only(true).same_site(SameSite::Strict).build()
}
