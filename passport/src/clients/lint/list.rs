//! Everything that is pointed out, in one list. Its words stand in `locales/*/lint.ftl`: what is so, and what to do.

use super::Weight::{Fails, Hint, Risky};

advices! {
    NoOpenid "no-openid" Fails "scopes" "OpenID Connect Core 1.0 3.1.2.1";
    OfflineAlone "offline-alone" Fails "grant_types" "OpenID Connect Core 1.0 11";
    AlwaysAsked "always-asked" Fails "default_max_age" "OpenID Connect Core 1.0 3.1.2.1";
    Loopback "loopback" Risky "redirect_uris" "RFC 9700 2.6";
    ByNumber "by-number" Risky "redirect_uris" "RFC 9700 2.6";
    ManyHosts "many-hosts" Risky "redirect_uris" "RFC 9700 4.1";
    CustomScheme "custom-scheme" Risky "redirect_uris" "RFC 8252 7.2";
    HomeElsewhere "home-elsewhere" Risky "client_uri" "OpenID Connect Registration 1.0 2";
    NoLogout "no-logout" Risky "backchannel_logout_uri" "OpenID Connect Back-Channel Logout 1.0 2.2";
    FrontChannelAlone "front-channel-alone" Risky "frontchannel_logout_uri" "OpenID Connect Front-Channel Logout 1.0 2";
    OneKey "one-key" Risky "jwks" "OpenID Connect Core 1.0 10.1.1";
    PairwiseByHost "pairwise-by-host" Risky "sector_identifier_uri" "OpenID Connect Core 1.0 8.1";
    MixedGrants "mixed-grants" Risky "grant_types" "RFC 9700 4.15";
    NoContact "no-contact" Risky "contacts" "RFC 7591 2";
    NoPolicy "no-policy" Risky "policy_uri" "OpenID Connect Registration 1.0 2";
    LocalhostByName "localhost-by-name" Hint "redirect_uris" "RFC 8252 8.3";
    FrontPage "front-page" Hint "redirect_uris" "RFC 9700 4.2.4";
    PublicSite "public-site" Hint "token_endpoint_auth_method" "RFC 9700 2.5";
    SecretInBody "secret-in-body" Hint "token_endpoint_auth_method" "RFC 6749 2.3.1";
    SharedSecret "shared-secret" Hint "token_endpoint_auth_method" "RFC 9700 2.5";
    AnyAlgorithm "any-algorithm" Hint "token_endpoint_auth_signing_alg" "RFC 8725 3.1";
    RefreshWithoutOffline "refresh-without-offline" Hint "scopes" "OpenID Connect Core 1.0 11";
    NoWayBack "no-way-back" Hint "post_logout_redirect_uris" "OpenID Connect RP-Initiated Logout 1.0 3.1";
}
