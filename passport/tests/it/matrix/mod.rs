//! One kind of value is never taken for another: each, offered to everything that consumes another kind, is refused as
//! the standard has it, and nothing is written.

mod offers;
mod stage;

use self::stage::Stage;
use crate::support::on_both_with;

const INVITED: &str = "[registration]\npolicy = 'invited'\n";

/// The kinds, in the order in which [`Stage::set`] makes them.
const KINDS: [&str; 18] = [
    "authorization code",
    "refresh token",
    "access token",
    "ID token",
    "pushed request",
    "registration token",
    "initial access token",
    "session",
    "interrupted request",
    "way back",
    "client assertion",
    "DPoP proof",
    "client secret",
    "opaque access token",
    "signed answer",
    "signed user information",
    "question about leaving",
    "farewell",
];

/// What consumes a value, and the kinds that it takes, the one first that is given to it in the end. In this order, from
/// the last to the first: those at the beginning end what others need.
const CONSUMERS: [(&str, &[&str]); 22] = [
    ("signing out, as a hint", &["ID token"]),
    ("revocation", &["access token", "refresh token", "opaque access token"]),
    ("the token endpoint, as a code", &["authorization code"]),
    ("the token endpoint, as a refresh token", &["refresh token"]),
    ("the token endpoint, as an assertion", &["client assertion"]),
    ("the token endpoint, as a proof", &["DPoP proof"]),
    ("the token endpoint, as a secret", &["client secret"]),
    ("user information", &["access token"]),
    ("introspection", &["access token", "refresh token", "opaque access token"]),
    ("a request, as a handle", &["pushed request"]),
    ("a request, as an object", &[]),
    ("a pushed request, as an object", &[]),
    ("a request, as a hint", &["ID token"]),
    ("registration", &["initial access token"]),
    ("a registration's address", &["registration token"]),
    ("the cookie of sessions", &["session"]),
    ("the way back to a request", &["interrupted request"]),
    ("giving a request up", &["interrupted request"]),
    ("the consent page", &["interrupted request"]),
    ("the sign-in page", &["way back"]),
    ("the question about leaving", &["question about leaving"]),
    ("the page after signing out", &["farewell"]),
];

/// How a value was received.
#[derive(Debug, PartialEq, Eq)]
enum Reception {
    Taken,
    /// As the standard has it.
    Refused,
}

#[tokio::test]
async fn no_value_is_taken_for_one_of_another_kind() {
    on_both_with(INVITED, |passport| async move {
        let stage = Stage::set(passport).await;
        let before = stage.passport.rows().await;
        for (consumer, takes) in CONSUMERS {
            for (kind, value) in KINDS.into_iter().zip(&stage.values).filter(|(kind, _)| !takes.contains(kind)) {
                assert_eq!(stage.offer(consumer, value).await, Reception::Refused, "{kind} at {consumer}");
            }
            assert_eq!(stage.passport.rows().await, before, "{consumer} wrote something");
        }
        // None of that spent anything: each is still taken where it belongs, those last that end others.
        let belongs = |consumer: &(&str, &[&str])| !consumer.1.is_empty();
        for (consumer, takes) in CONSUMERS.into_iter().filter(belongs).rev() {
            let (_, value) = KINDS.into_iter().zip(&stage.values).find(|(kind, _)| *kind == takes[0]).expect("a value");
            assert_eq!(stage.offer(consumer, value).await, Reception::Taken, "{takes:?} at {consumer}");
        }
    })
    .await;
}
