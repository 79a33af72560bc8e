//! What is counted of the token endpoint: by grant and outcome, both in words of ours.

use shared::telemetry::Counts;

use crate::oidc::failure::Failure;

/// No grant, or one that we do not know: its name is the asker's choice.
pub(super) const NONE: &str = "none";

const GRANTS: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", NONE];

const ISSUED: &str = "issued";

/// Nothing was asked yet.
pub fn none() -> Counts<2> {
    Counts::new(GRANTS.map(|grant| [("grant", grant), ("outcome", ISSUED)]))
}

/// The name of a grant that there is.
pub(super) fn name(asked: Option<&str>) -> &'static str {
    GRANTS.into_iter().find(|grant| Some(*grant) == asked).unwrap_or(NONE)
}

/// Counts an answer.
pub(super) fn count(tokens: &Counts<2>, grant: &'static str, served: &Result<Vec<u8>, Failure>) {
    let outcome = match served {
        Ok(_) => ISSUED,
        Err(Failure::Spent(_)) => "too_many_requests",
        Err(failure) => failure.public().code.as_str(),
    };
    tokens.add([("grant", grant), ("outcome", outcome)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_that_we_do_not_know_has_no_name() {
        assert_eq!(name(Some("refresh_token")), "refresh_token");
        for other in [None, Some(""), Some("password"), Some("none"), Some("urn:x\n")] {
            assert_eq!(name(other), NONE);
        }
    }
}
