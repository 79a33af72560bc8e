//! How an authorization response reaches the client (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post, JARM §2.3).

/// What carries the parameters of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carrier {
    /// The query of the redirect URI.
    #[default]
    Query,
    /// Its fragment, which the browser keeps from servers.
    Fragment,
    /// A form that the browser posts.
    FormPost,
}

/// `response_mode`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResponseMode {
    /// What carries the parameters.
    pub carrier: Carrier,
    /// Whether they come as one signed JWT.
    pub signed: bool,
}

impl ResponseMode {
    /// Every mode, as the metadata lists them.
    pub const NAMES: [&str; 7] =
        ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

    /// Reads the parameter; `None` for a mode that we do not know.
    pub fn parse(text: &str) -> Option<Self> {
        let (carrier, signed) = match text {
            // JARM §2.3.4: for a code, `jwt` alone is the query.
            "jwt" => ("query", true),
            text => text.strip_suffix(".jwt").map_or((text, false), |carrier| (carrier, true)),
        };
        let carrier = match carrier {
            "query" => Carrier::Query,
            "fragment" => Carrier::Fragment,
            "form_post" => Carrier::FormPost,
            _ => return None,
        };
        Some(Self { carrier, signed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_that_is_advertised_is_known_and_no_other() {
        assert!(ResponseMode::NAMES.iter().all(|name| ResponseMode::parse(name).is_some()));
        let plain = ResponseMode { carrier: Carrier::Query, signed: true };
        assert_eq!(ResponseMode::parse("jwt"), Some(plain));
        for other in ["", "QUERY", "web_message", "jwt.jwt", ".jwt", "query.jwt.jwt"] {
            assert_eq!(ResponseMode::parse(other), None, "{other}");
        }
    }
}
