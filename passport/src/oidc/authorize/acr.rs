//! Which contexts of authentication a client asks for (OIDC Core §3.1.2.1 `acr_values`, §5.5.1.1; RFC 9470 §4).

use super::super::named_claims::AcrWish;
use crate::accounts::assurance::Acr;
use crate::clients::Client;

/// What a client asks for, as far as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcrDemand {
    /// Those that will do; never empty.
    classes: Vec<Acr>,
    /// Whether nothing else will.
    pub essential: bool,
}

impl AcrDemand {
    /// What a request asks for: in its `claims`, else by `acr_values`, else as its client is registered. `None` if that
    /// is nothing that we know.
    pub fn of(claim: Option<&AcrWish>, values: Option<&str>, client: &Client) -> Option<Self> {
        let known = |uris: &mut dyn Iterator<Item = &str>| uris.filter_map(Acr::parse).collect::<Vec<_>>();
        let (classes, essential) = match (claim, values) {
            (Some(wish), _) if !wish.values.is_empty() => {
                (known(&mut wish.values.iter().map(String::as_str)), wish.essential)
            }
            (_, Some(values)) => (known(&mut values.split(' ')), false),
            _ => (known(&mut client.default_acr_values.iter().map(String::as_str)), false),
        };
        (!classes.is_empty()).then_some(Self { classes, essential })
    }

    /// The least that will do.
    pub fn least(&self) -> Acr {
        self.classes.iter().copied().min().unwrap_or(Acr::One)
    }

    /// What the client is told of who has shown that much: the highest of what it asked for, or what is so.
    pub fn told(&self, shown: Acr) -> Acr {
        self.classes.iter().copied().filter(|class| *class <= shown).max().unwrap_or(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    #[test]
    fn the_claim_goes_before_the_parameter_and_that_before_the_registration() {
        let client = client("default_acr_values = ['urn:e-test:acr:2']");
        let wish = AcrWish { values: vec!["urn:e-test:acr:2-phishing-resistant".into()], essential: true };
        let least =
            |wish, values| AcrDemand::of(wish, values, &client).map(|demand| (demand.least(), demand.essential));
        assert_eq!(least(Some(&wish), Some("urn:e-test:acr:1")), Some((Acr::PhishingResistant, true)));
        assert_eq!(least(None, Some("urn:other urn:e-test:acr:1")), Some((Acr::One, false)));
        assert_eq!(least(None, Some("urn:other")), None, "nothing that we know");
        assert_eq!(least(None, None), Some((Acr::Two, false)));
    }

    #[test]
    fn who_has_shown_more_is_told_of_as_what_was_asked_for() {
        let client = client("");
        let demand = AcrDemand::of(None, Some("urn:e-test:acr:1 urn:e-test:acr:2"), &client).expect("known");
        assert_eq!(demand.told(Acr::PhishingResistant), Acr::Two);
        assert_eq!(demand.told(Acr::One), Acr::One);
        let demand = AcrDemand::of(None, Some("urn:e-test:acr:2"), &client).expect("known");
        assert_eq!(demand.told(Acr::One), Acr::One, "a wish that was not met");
    }
}
