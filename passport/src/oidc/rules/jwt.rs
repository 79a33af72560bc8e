//! What is wrong with a JWT of a client, as a rule for each kind of JWT.

use super::Rule;
use crate::keys::received::Refusal;

/// The rule that a client assertion breaks.
pub const fn of_assertion(refusal: Refusal) -> Rule {
    match refusal {
        Refusal::TooLarge => Rule::AssertionTooLarge,
        Refusal::Malformed => Rule::AssertionMalformed,
        Refusal::Type => Rule::AssertionType,
        Refusal::Critical => Rule::AssertionCritical,
        Refusal::KeyInHeader | Refusal::UnusableKey => Rule::AssertionKeyInHeader,
        Refusal::Algorithm => Rule::AssertionAlgorithm,
        Refusal::UnknownKey => Rule::AssertionKeyUnknown,
        Refusal::AmbiguousKey => Rule::AssertionKeyAmbiguous,
        Refusal::Signature => Rule::AssertionSignature,
        Refusal::Claim => Rule::AssertionClaim,
        Refusal::Expired => Rule::AssertionExpired,
        Refusal::TooLong => Rule::AssertionTooLong,
        Refusal::Early => Rule::AssertionEarly,
        Refusal::Audience => Rule::AssertionAudience,
    }
}

/// The rule that a request object breaks.
pub const fn of_request_object(refusal: Refusal) -> Rule {
    match refusal {
        Refusal::TooLarge => Rule::ObjectTooLarge,
        Refusal::Malformed => Rule::ObjectMalformed,
        Refusal::Type => Rule::ObjectType,
        Refusal::Critical => Rule::ObjectCritical,
        Refusal::KeyInHeader | Refusal::UnusableKey => Rule::ObjectKeyInHeader,
        Refusal::Algorithm => Rule::ObjectAlgorithm,
        Refusal::UnknownKey => Rule::ObjectKeyUnknown,
        Refusal::AmbiguousKey => Rule::ObjectKeyAmbiguous,
        Refusal::Signature => Rule::ObjectSignature,
        Refusal::Claim => Rule::ObjectClaim,
        Refusal::Expired => Rule::ObjectExpired,
        Refusal::TooLong => Rule::ObjectTooLong,
        Refusal::Early => Rule::ObjectEarly,
        Refusal::Audience => Rule::ObjectAudience,
    }
}

/// The rule that a DPoP proof breaks. It brings its key along and has neither audience nor end.
pub const fn of_proof(refusal: Refusal) -> Rule {
    match refusal {
        Refusal::TooLarge => Rule::ProofTooLarge,
        Refusal::Malformed => Rule::ProofMalformed,
        Refusal::Type => Rule::ProofType,
        Refusal::Critical => Rule::ProofCritical,
        Refusal::KeyInHeader => Rule::ProofKeyInHeader,
        Refusal::Algorithm => Rule::ProofAlgorithm,
        Refusal::UnusableKey | Refusal::UnknownKey | Refusal::AmbiguousKey => Rule::ProofKeyUnusable,
        Refusal::Signature => Rule::ProofSignature,
        Refusal::Claim | Refusal::Expired | Refusal::TooLong | Refusal::Early | Refusal::Audience => Rule::ProofClaim,
    }
}
