//! One hash: argon2id in a given memory, written and read as a PHC string.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use shared::secret::{SecretString, constant_time_eq};
use zeroize::Zeroizing;

use super::pool::Memory;
use super::{HashError, Verdict};
use crate::accounts::model::canonical_password;

/// Bytes of salt (RFC 9106 §4 recommends 16).
pub(super) const SALT_LENGTH: usize = 16;

/// Bytes of hash (RFC 9106 §4 recommends 32 for keys; 16 would do for verification).
const HASH_LENGTH: usize = 32;

/// The most memory that is believed of a stored hash, in KiB: what it says is allocated before it is checked.
const MEMORY_LIMIT_KIB: u32 = 1024 * 1024;

/// The cost of one hash. The defaults are OWASP's for argon2id: 19 MiB, two passes, one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParams {
    /// Memory in KiB, 8 for each lane at least, 1 GiB at most.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 64.
    pub iterations: u32,
    /// Lanes, 1 to 64. They are computed one after the other: the pool already uses every core.
    pub parallelism: u32,
}

impl Default for HashParams {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

impl HashParams {
    fn check(self) -> Result<Params, ParamsError> {
        let ok = (1..=64).contains(&self.parallelism)
            && (1..=64).contains(&self.iterations)
            && (8 * self.parallelism.min(64)..=MEMORY_LIMIT_KIB).contains(&self.memory_kib);
        let params = Params::new(self.memory_kib, self.iterations, self.parallelism, Some(HASH_LENGTH));
        params.ok().filter(|_| ok).ok_or(ParamsError)
    }
}

/// The parameters are out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password hash wants 8 KiB for each lane to 1 GiB, 1 to 64 iterations, a parallelism of 1 to 64")]
pub struct ParamsError;

/// Hashes with the present parameters, verifies with those of the stored hash.
pub(super) struct Argon {
    params: HashParams,
    checked: Params,
}

/// A stored hash, taken apart.
pub(super) struct Stored {
    params: Params,
    version: Version,
    salt: Salt,
    hash: Output,
}

impl Stored {
    /// Reads a PHC string.
    pub(super) fn parse(text: &str) -> Result<Self, HashError> {
        let phc = PasswordHash::new(text).map_err(|_| HashError::Broken)?;
        let params = Params::try_from(&phc).map_err(|_| HashError::Broken)?;
        // Without the field the text dates from version 0x10, which wrote none.
        let version = Version::try_from(phc.version.unwrap_or(0x10)).map_err(|_| HashError::Broken)?;
        match (phc.salt, phc.hash) {
            (Some(salt), Some(hash)) if phc.algorithm == ARGON2ID_IDENT && params.m_cost() <= MEMORY_LIMIT_KIB => {
                Ok(Self { params, version, salt, hash })
            }
            _ => Err(HashError::Broken),
        }
    }

    /// Whether it was made as [`Argon::hash`] makes them now.
    fn is_current(&self, now: &Params) -> bool {
        let cost = |p: &Params| (p.m_cost(), p.t_cost(), p.p_cost());
        cost(&self.params) == cost(now)
            && self.version == Version::V0x13
            && self.salt.len() == SALT_LENGTH
            && self.hash.len() == HASH_LENGTH
    }
}

impl Argon {
    pub(super) fn new(params: HashParams) -> Result<Self, ParamsError> {
        Ok(Self { params, checked: params.check()? })
    }

    pub(super) fn params(&self) -> HashParams {
        self.params
    }

    /// A new hash as a PHC string.
    pub(super) fn hash(
        &self,
        password: &SecretString,
        salt: &[u8; SALT_LENGTH],
        memory: &mut Memory,
    ) -> Result<String, HashError> {
        let mut out = Zeroizing::new([0; HASH_LENGTH]);
        compute(&self.checked, Version::V0x13, password, salt, out.as_mut(), memory)?;
        let phc = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.checked).map_err(|_| HashError::Failed)?,
            salt: Some(Salt::new(salt).map_err(|_| HashError::Failed)?),
            hash: Some(Output::new(out.as_ref()).map_err(|_| HashError::Failed)?),
        };
        Ok(phc.to_string())
    }

    pub(super) fn verify(
        &self,
        password: &SecretString,
        stored: &Stored,
        memory: &mut Memory,
    ) -> Result<Verdict, HashError> {
        let mut out = Zeroizing::new([0; Output::MAX_LENGTH]);
        let out = &mut out[..stored.hash.len()];
        compute(&stored.params, stored.version, password, &stored.salt, out, memory)?;
        Ok(match constant_time_eq(out, stored.hash.as_bytes()) {
            true if stored.is_current(&self.checked) => Verdict::Match,
            true => Verdict::MatchNeedsRehash,
            false => Verdict::NoMatch,
        })
    }

    /// A hash of the cost of `like`, or of the present one, that no password is known to have.
    pub(super) fn nobody(&self, like: Option<Stored>) -> Stored {
        #[expect(clippy::expect_used, reason = "constants within the bounds of their types")]
        let (salt, hash) = (
            Salt::new(&[0; SALT_LENGTH]).expect("a salt of allowed length"),
            Output::new(&[0; HASH_LENGTH]).expect("a hash of allowed length"),
        );
        let (params, version) =
            like.map_or_else(|| (self.checked.clone(), Version::V0x13), |like| (like.params, like.version));
        Stored { params, version, salt, hash }
    }
}

fn compute(
    params: &Params,
    version: Version,
    password: &SecretString,
    salt: &[u8],
    out: &mut [u8],
    memory: &mut Memory,
) -> Result<(), HashError> {
    let blocks = memory.blocks(params.block_count())?;
    Argon2::new(Algorithm::Argon2id, version, params.clone())
        .hash_password_into_with_memory(canonical_password(password).expose().as_bytes(), salt, out, blocks)
        .map_err(|_| HashError::Failed)
}
