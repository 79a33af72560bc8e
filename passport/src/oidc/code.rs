//! Authorization codes (RFC 6749 §4.1.2).
//!
//! A code is what was authorized, sealed. Giving one out writes nothing; redeeming it stores the authorization under
//! the id that the code holds, which can be done once. Nobody but this provider can make one, read one or change one.

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use super::audience::Audience;
use super::named_claims::NamedClaims;
use super::scope::Scope;
use super::store::grants::Grant;
use crate::accounts::model::Province;
use crate::keys::received::Thumbprint;
use crate::web::Sealer;
use crate::web::seal::{KeyUse, open_text, seal_text};

const PURPOSE: KeyUse = KeyUse::AuthorizationCode;

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// What the person let the client have.
    pub grant: Grant,
    /// Where the code goes.
    pub redirect_uri: String,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// To be met at the redemption (RFC 7636).
    pub code_challenge: Option<String>,
    /// The key that whoever redeems it must prove to have (RFC 9449 §10).
    pub dpop_jkt: Option<Thumbprint>,
    /// Until when it may be redeemed.
    pub expires_at: Timestamp,
}

/// As it is sealed: short names, since it travels in an address.
#[derive(Serialize, Deserialize)]
struct Written {
    g: String,
    c: String,
    a: String,
    s: String,
    sc: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cl: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rs: Option<String>,
    t: i64,
    acr: String,
    amr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    r: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    k: bool,
    u: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    j: Option<Thumbprint>,
    e: i64,
}

impl AuthorizationCode {
    /// The text for the client.
    pub fn seal(&self, sealer: &dyn Sealer) -> String {
        let Grant {
            id,
            client_id,
            account,
            session,
            scope,
            named,
            audience,
            auth_time,
            acr,
            amr,
            province,
            refreshable,
            by_consent,
        } = &self.grant;
        let written = Written {
            g: id.to_string(),
            c: client_id.clone(),
            a: account.to_string(),
            s: session.to_string(),
            sc: scope.to_string(),
            cl: named.to_text(),
            rs: audience.to_text(),
            t: auth_time.millis(),
            acr: acr.clone(),
            amr: amr.clone(),
            p: province.map(|p| p.code().to_owned()),
            r: *refreshable,
            k: *by_consent,
            u: self.redirect_uri.clone(),
            n: self.nonce.clone(),
            ch: self.code_challenge.clone(),
            j: self.dpop_jkt.clone(),
            e: self.expires_at.millis(),
        };
        // Texts and numbers: nothing in it can fail to be written.
        seal_text(sealer, PURPOSE, &serde_json::to_vec(&written).unwrap_or_default())
    }

    /// Reads what [`Self::seal`] made, expired or not; `None` for anything else.
    pub fn open(sealer: &dyn Sealer, text: &str) -> Option<Self> {
        let w: Written = serde_json::from_slice(&open_text(sealer, PURPOSE, text)?).ok()?;
        Some(Self {
            grant: Grant {
                id: w.g.parse().ok()?,
                client_id: w.c,
                account: w.a.parse().ok()?,
                session: w.s.parse().ok()?,
                scope: Scope::parse(&w.sc).ok()?,
                named: w.cl.map(|text| NamedClaims::parse(&text).ok_or(())).transpose().ok()?.unwrap_or_default(),
                audience: w.rs.map(|text| Audience::parse(&text)).unwrap_or_default(),
                auth_time: Timestamp::from_millis(w.t),
                acr: w.acr,
                amr: w.amr,
                province: w.p.map(|code| Province::parse(&code).ok_or(())).transpose().ok()?,
                refreshable: w.r,
                by_consent: w.k,
            },
            redirect_uri: w.u,
            nonce: w.n,
            code_challenge: w.ch,
            dpop_jkt: w.j,
            expires_at: Timestamp::from_millis(w.e),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing;
    use crate::web::seal::testing::PlainSealer;

    #[test]
    fn a_code_says_what_was_authorized_and_no_other_text_is_one() {
        let full = testing::code(|_| ());
        let bare = testing::code(|code| {
            (code.nonce, code.code_challenge, code.grant.province) = (None, None, None);
            (code.grant.named, code.grant.audience) = (NamedClaims::default(), Audience::default());
        });
        for code in [full, bare] {
            let text = code.seal(&PlainSealer);
            assert_eq!(AuthorizationCode::open(&PlainSealer, &text), Some(code));
            for broken in ["", "x", &text[4..], &text[..text.len() - 4], &"é".repeat(99)] {
                assert_eq!(AuthorizationCode::open(&PlainSealer, broken), None, "{broken}");
            }
        }
    }
}
