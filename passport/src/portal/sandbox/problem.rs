//! What is wrong with a site's settings, as a sentence beside its field.

use crate::clients::redirect_uri::RedirectUriError;
use crate::clients::{Problem, Rule};
use crate::web::Flaws;

/// Adds the sentence about a problem.
pub(super) fn tell(problem: &Problem, flaws: &mut Flaws) {
    let (field, label) = place(problem.field);
    match &problem.rule {
        Rule::Redirect(uri, error) => {
            // An address is shown as it was typed, in either language.
            flaws.push_names(field, label, of_address(*error), ("value", [uri.clone(), uri.clone()]));
        }
        rule => flaws.push(field, label, of_rule(rule)),
    }
}

/// The field of the form that a field of the metadata comes from, and its label.
fn place(field: &str) -> (&'static str, &'static str) {
    match field {
        "client_name" => ("name", "sandbox-name"),
        "redirect_uris" => ("redirect_uris", "sandbox-redirect-uris"),
        "post_logout_redirect_uris" => ("post_logout_redirect_uris", "sandbox-post-logout"),
        "backchannel_logout_uri" => ("backchannel_logout_uri", "sandbox-logout"),
        "frontchannel_logout_uri" => ("frontchannel_logout_uri", "sandbox-front-channel"),
        "client_uri" => ("client_uri", "sandbox-client-uri"),
        "logo_uri" => ("logo_uri", "sandbox-logo-uri"),
        "policy_uri" => ("policy_uri", "sandbox-policy-uri"),
        "tos_uri" => ("tos_uri", "sandbox-tos-uri"),
        "initiate_login_uri" => ("initiate_login_uri", "sandbox-initiate-login-uri"),
        "contacts" => ("contacts", "sandbox-contacts"),
        "jwks" => ("jwks", "sandbox-jwks"),
        "jwks_uri" => ("jwks_uri", "sandbox-jwks-uri"),
        // What signs needs keys: said where they are named.
        "token_endpoint_auth_method" => ("jwks_uri", "sandbox-jwks-uri"),
        _ => ("kind", "sandbox-kind"),
    }
}

const fn of_address(error: RedirectUriError) -> &'static str {
    match error {
        RedirectUriError::NotAbsolute => "sandbox-problem-not-absolute",
        RedirectUriError::Fragment => "sandbox-problem-fragment",
        RedirectUriError::UserInfo => "sandbox-problem-user-info",
        RedirectUriError::Character => "sandbox-problem-character",
        RedirectUriError::Insecure | RedirectUriError::Site => "sandbox-problem-insecure",
        RedirectUriError::Scheme => "sandbox-problem-scheme",
        RedirectUriError::NotNormal => "sandbox-problem-not-normal",
    }
}

const fn of_rule(rule: &Rule) -> &'static str {
    match rule {
        Rule::Name => "sandbox-problem-name",
        Rule::NoRedirect => "sandbox-problem-no-redirect",
        Rule::NoKeys => "sandbox-problem-no-keys",
        Rule::FrontChannel => "sandbox-problem-front-channel",
        Rule::KeySet(_) => "sandbox-problem-jwks",
        Rule::TwoKeySets => "sandbox-problem-two-key-sets",
        Rule::Line => "sandbox-problem-line",
        Rule::Url | Rule::Https => "sandbox-problem-https",
        _ => "sandbox-problem-other",
    }
}
