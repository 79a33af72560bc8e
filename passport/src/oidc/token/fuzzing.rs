//! A token request up to where the database would be asked, for programs that throw bytes at it.

use super::super::code::AuthorizationCode;
use super::super::grant_engine::access_token::{CodeRequest, Redemption};
use super::super::handle;
use super::super::params::Params;
use crate::web::{KeyUse, Sealer};

/// A seal that anybody can make: behind the real one nothing that a stranger wrote is read at all.
struct Open;

impl Sealer for Open {
    fn seal_for(&self, _: KeyUse, data: &[u8], _: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    fn open_for(&self, _: KeyUse, sealed: &[u8], _: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }

    fn mac(&self, _: KeyUse, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

/// Reads what the request of that client brings for a grant, and fails where something that has to hold does not.
pub(crate) fn read(client_id: &str, params: &Params) {
    let request = CodeRequest {
        client_id,
        grant_type: params.get("grant_type").unwrap_or_default(),
        code: params.get("code"),
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    if let Ok(begun) = Redemption::begin(request) {
        assert_eq!(request.grant_type, "authorization_code");
        assert!(request.code.is_some() && (request.redirect_uri.is_some() || request.code_verifier.is_some()));
        assert!(request.code_verifier.is_none_or(|verifier| (43..=128).contains(&verifier.len())), "a weak verifier");
        assert!(begun.recover(None).is_err(), "tokens without an authorization");
    }
    if let Some(code) = request.code.and_then(|text| AuthorizationCode::open(&Open, text)) {
        let again = AuthorizationCode::open(&Open, &code.seal(&Open));
        assert_eq!(again.as_ref(), Some(&code), "a code is not read as it was written");
    }
    if let Some(token) = params.get("refresh_token")
        && let Some(presented) = handle::read_refresh_token(token, &Open)
    {
        let again = handle::read_refresh_token(token, &Open);
        assert_eq!(again, Some(presented), "a refresh token is not always the same");
        assert_eq!(token.len(), 86, "a refresh token of another length");
    }
}
