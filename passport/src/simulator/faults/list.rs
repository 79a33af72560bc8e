//! The list. A fault's words are `simulator-fault-NAME`.

use super::{Entry, Must, Place};

/// Makes the faults out of the list: name of the variant, name, what a correct client does, where that stands.
macro_rules! faults {
    ($($place:ident { $($fault:ident $name:literal $must:ident $section:literal;)+ })+) => {
        /// Something that the simulator does wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[doc = $name] $fault,)+)+
        }

        impl Fault {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$($(Self::$fault,)+)+];
        }

        pub(super) const ENTRIES: &[Entry] = &[$($(
            Entry { name: $name, place: Place::$place, must: Must::$must, section: $section },
        )+)+];
    };
}

faults! {
    IdToken {
        Iss "iss" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        Aud "aud" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        Azp "azp" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        AlgNone "alg-none" Refuse "RFC 8725 3.1";
        AlgHs256PublicKey "alg-hs256-public-key" Refuse "RFC 8725 2.1";
        AlgHs256Secret "alg-hs256-secret" Refuse "RFC 8725 3.1";
        Signature "signature" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        Kid "kid" Refuse "OpenID Connect Core 1.0 10.1";
        Expired "expired" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        NotYetValid "not-yet-valid" Refuse "RFC 7519 4.1.5";
        Nonce "nonce" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        NonceMissing "nonce-missing" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        AtHash "at-hash" Refuse "OpenID Connect Core 1.0 3.1.3.8";
        Acr "acr" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        AcrMissing "acr-missing" Refuse "OpenID Connect Core 1.0 3.1.3.7";
        AuthTime "auth-time" Refuse "OpenID Connect Core 1.0 3.1.3.7";
    }
    Authorization {
        AccessDenied "access-denied" Tell "RFC 6749 4.1.2.1";
        LoginRequired "login-required" Ask "OpenID Connect Core 1.0 3.1.2.6";
        ConsentRequired "consent-required" Ask "OpenID Connect Core 1.0 3.1.2.6";
        InteractionRequired "interaction-required" Ask "OpenID Connect Core 1.0 3.1.2.6";
        UnmetRequirements "unmet-authentication-requirements" Tell "OpenID Connect Unmet Authentication Requirements 1.0 2";
        TemporarilyUnavailable "temporarily-unavailable" Tell "RFC 6749 4.1.2.1";
        ServerError "server-error" Tell "RFC 6749 4.1.2.1";
        InvalidRequest "invalid-request" Mend "RFC 6749 4.1.2.1";
        InvalidScope "invalid-scope" Mend "RFC 6749 4.1.2.1";
        UnauthorizedClient "unauthorized-client" Mend "RFC 6749 4.1.2.1";
        UnsupportedResponseType "unsupported-response-type" Mend "RFC 6749 4.1.2.1";
        State "state" Refuse "RFC 6749 10.12";
        StateMissing "state-missing" Refuse "RFC 6749 10.12";
        ResponseIss "response-iss" Refuse "RFC 9207 2.4";
        ResponseIssMissing "response-iss-missing" Refuse "RFC 9207 2.4";
        AuthorizationSlow "authorization-slow" Tell "RFC 6749 4.1.2.1";
    }
    Token {
        TokenInvalidGrant "token-invalid-grant" Tell "RFC 6749 5.2";
        TokenInvalidClient "token-invalid-client" Mend "RFC 6749 5.2";
        TokenServerError "token-500" Tell "RFC 9110 15.6.1";
        TokenHtml "token-html" Tell "RFC 6749 5.1";
        TokenBrokenJson "token-broken-json" Tell "RFC 6749 5.1";
        TokenCutOff "token-cut-off" Tell "RFC 9112 8";
        TokenSlow "token-slow" GiveUp "RFC 9110 15.5.9";
    }
    UserInfo {
        UserInfoSub "userinfo-sub" Refuse "OpenID Connect Core 1.0 5.3.2";
        UserInfoUnauthorized "userinfo-401" Tell "RFC 6750 3.1";
        UserInfoServerError "userinfo-500" Tell "RFC 9110 15.6.1";
        UserInfoSlow "userinfo-slow" GiveUp "RFC 9110 15.5.9";
    }
    Keys {
        KeysEmpty "keys-empty" Refuse "OpenID Connect Core 1.0 10.1";
        KeysServerError "keys-500" Keep "RFC 9110 15.6.1";
        KeysSlow "keys-slow" GiveUp "RFC 9110 15.5.9";
    }
    Metadata {
        MetadataIssuer "metadata-issuer" Refuse "OpenID Connect Discovery 1.0 4.3";
        MetadataServerError "metadata-500" Keep "RFC 9110 15.6.1";
        MetadataSlow "metadata-slow" GiveUp "RFC 9110 15.5.9";
    }
    Logout {
        LogoutIss "logout-iss" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutAud "logout-aud" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutSignature "logout-signature" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutExpired "logout-expired" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutEvents "logout-events" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutNonce "logout-nonce" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutNobody "logout-nobody" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
        LogoutJti "logout-jti" RefuseLogout "OpenID Connect Back-Channel Logout 1.0 2.6";
    }
}
