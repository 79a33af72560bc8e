//! What a password costs here: the figure that decides how many people can sign in a second.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::entropy::SystemEntropy;
use shared::secret::SecretString;

use super::{Finding, Patient};
use crate::accounts::hashing::{Hasher, Hashing};

const CHECK: &str = "password hash";
/// How many hashes the figure is the mean of.
const HASHES: u32 = 5;
/// From here on a person notices that a machine at rest is slow to sign them in.
const SLOW: Duration = Duration::from_millis(500);

pub async fn check(patient: &Patient) -> Finding {
    let hashing = Hashing::of(&patient.config.accounts);
    let Some(took) = measure(hashing).await else {
        return Finding::error(
            CHECK,
            "no password could be hashed",
            "too little memory, or no threads are to be had",
            "give the machine more memory, or lower accounts.hash.memory_kib",
        );
    };
    let threads = hashing.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, usize::from);
    let mebibytes = hashing.params.memory_kib / 1024;
    let rate = threads as f64 / took.as_secs_f64();
    let seen = format!(
        "{} ms of one core and {mebibytes} MiB each: about {rate:.0} sign-ins a second on {threads} thread(s)",
        took.as_millis()
    );
    if took < SLOW {
        return Finding::ok(CHECK, seen);
    }
    Finding::warning(
        CHECK,
        seen,
        "accounts.hash asks for more than this machine can do, or other work keeps it busy",
        "lower accounts.hash.iterations, or use a faster machine",
    )
}

#[expect(clippy::disallowed_methods, reason = "a duration is measured and shown, nothing depends on it")]
async fn measure(hashing: Hashing) -> Option<Duration> {
    let one = Hashing { threads: NonZeroUsize::new(1), ..hashing };
    let hasher = Hasher::start(one, Arc::new(SystemEntropy::new())).ok()?;
    let password = SecretString::new("the length is of no account");
    // The first one takes the memory from the system.
    hasher.hash(&password).await.ok()?;
    let began = Instant::now();
    for _ in 0..HASHES {
        hasher.hash(&password).await.ok()?;
    }
    Some(began.elapsed() / HASHES)
}
