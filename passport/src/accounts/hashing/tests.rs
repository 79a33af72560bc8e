//! The promises of password hashing.

use std::sync::mpsc;

use shared::entropy::SystemEntropy;

use super::*;

/// As cheap as argon2 allows: the tests are about the rules, not the cost.
const CHEAP: HashParams = HashParams { memory_kib: 8, iterations: 1, parallelism: 1 };

fn hasher(params: HashParams, threads: usize, queue: usize) -> Hasher {
    let hashing = Hashing { params, threads: NonZeroUsize::new(threads), queue };
    Hasher::start(hashing, Arc::new(SystemEntropy::new())).expect("threads")
}

fn secret(text: &str) -> SecretString {
    SecretString::new(text)
}

#[tokio::test]
async fn a_password_matches_its_hash_and_no_other() {
    let hasher = hasher(CHEAP, 2, 8);
    let phc = hasher.hash(&secret("Passw0rd!")).await.expect("a hash");
    assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
    assert_eq!(hasher.verify(&secret("Passw0rd!"), &phc).await, Ok(Verdict::Match));
    assert_eq!(hasher.verify(&secret("passw0rd!"), &phc).await, Ok(Verdict::NoMatch));
    assert_ne!(hasher.hash(&secret("Passw0rd!")).await.expect("a hash"), phc, "each hash has its own salt");
}

#[tokio::test]
async fn the_default_cost_is_19_mib_two_passes_one_lane() {
    let hasher = hasher(HashParams::default(), 1, 8);
    let phc = hasher.hash(&secret("Passw0rd!")).await.expect("a hash");
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert_eq!(hasher.verify(&secret("Passw0rd!"), &phc).await, Ok(Verdict::Match));
}

/// The reference implementation's own vector (`argon2` command line: `-id -t 2 -m 16 -p 1 -l 32`).
#[tokio::test]
async fn a_hash_made_elsewhere_is_verified() {
    let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let answer = hasher(CHEAP, 1, 8).verify(&secret("password"), phc).await;
    assert_eq!(answer, Ok(Verdict::MatchNeedsRehash));
}

#[tokio::test]
async fn a_hash_of_other_cost_matches_and_asks_to_be_made_again() {
    let old = hasher(CHEAP, 1, 8).hash(&secret("Passw0rd!")).await.expect("a hash");
    let raised = hasher(HashParams { iterations: 2, ..CHEAP }, 1, 8);
    assert_eq!(raised.verify(&secret("Passw0rd!"), &old).await, Ok(Verdict::MatchNeedsRehash));
    assert_eq!(raised.verify(&secret("wrong"), &old).await, Ok(Verdict::NoMatch));
}

#[tokio::test]
async fn what_is_no_argon2id_hash_is_broken_and_never_a_match() {
    let hasher = hasher(CHEAP, 1, 8);
    for stored in [
        "",
        "plain",
        "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert_eq!(hasher.verify(&secret(""), stored).await, Err(HashError::Broken), "{stored}");
    }
}

#[tokio::test]
async fn nobody_has_no_password_and_costs_memory_like_somebody() {
    let hasher = hasher(CHEAP, 1, 8);
    hasher.verify_nobody(&secret(""), None).await.expect("worked through");
    settled(&hasher).await;
    assert_eq!(hasher.pool.spare(), 1);
}

#[tokio::test]
async fn nobody_costs_what_the_neighbour_costs() {
    let dearer = hasher(HashParams { memory_kib: 64, ..CHEAP }, 1, 8).hash(&secret("Passw0rd!")).await.expect("a hash");
    let hasher = hasher(CHEAP, 1, 8);
    for (like, kib) in [(None, 8), (Some("no hash"), 8), (Some(dearer.as_str()), 64)] {
        hasher.verify_nobody(&secret("Passw0rd!"), like).await.expect("worked through");
        settled(&hasher).await;
        assert_eq!(hasher.pool.spare_kib(), kib, "{like:?}");
    }
}

#[tokio::test]
async fn a_full_queue_turns_callers_away_at_once() {
    let hasher = hasher(CHEAP, 1, 2);
    let release = hasher.occupy();
    let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(verify_nobody(hasher.clone()))).collect();
    while hasher.waiting() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(verify_nobody(hasher.clone()).await, Err(HashError::Busy));
    drop(release);
    for answer in waiting {
        assert_eq!(answer.await.expect("no panic"), Ok(()));
    }
}

/// The answer is sent a moment before the memory is put back.
async fn settled(hasher: &Hasher) {
    while hasher.pool.spare() == 0 {
        tokio::task::yield_now().await;
    }
}

async fn verify_nobody(hasher: Hasher) -> Result<(), HashError> {
    hasher.verify_nobody(&secret("x"), None).await
}

#[tokio::test]
async fn memory_grows_with_the_hashes_in_flight_not_with_the_threads() {
    let hasher = hasher(CHEAP, 8, 64);
    for _ in 0..20 {
        hasher.hash(&secret("one after the other")).await.expect("a hash");
        settled(&hasher).await;
    }
    assert_eq!(hasher.pool.spare(), 1);
}

#[tokio::test]
async fn a_panic_costs_one_answer_and_no_thread() {
    let hasher = hasher(CHEAP, 1, 8);
    let lost = hasher.run::<(), _>(|_| panic!("a defect")).await;
    assert_eq!(lost, Err(HashError::Failed));
    assert!(hasher.hash(&secret("next")).await.is_ok());
}

#[tokio::test]
async fn work_that_nobody_waits_for_is_skipped() {
    let hasher = hasher(CHEAP, 1, 8);
    let release = hasher.occupy();
    let (ran, has_run) = mpsc::channel();
    let abandoned = hasher.clone();
    let caller = tokio::spawn(async move {
        abandoned
            .run(move |_| {
                let _ = ran.send(());
                Ok(())
            })
            .await
    });
    while hasher.waiting() < 1 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    let _ = caller.await;
    drop(release);
    hasher.hash(&secret("next")).await.expect("a hash");
    assert!(has_run.try_recv().is_err());
}

#[test]
fn parameters_out_of_bounds_are_refused() {
    for params in [
        HashParams { memory_kib: 7, ..CHEAP },
        HashParams { memory_kib: u32::MAX, ..CHEAP },
        HashParams { iterations: 0, ..CHEAP },
        HashParams { parallelism: 0, ..CHEAP },
        HashParams { parallelism: 2, ..CHEAP },
        HashParams { parallelism: u32::MAX, ..CHEAP },
    ] {
        assert!(Argon::new(params).is_err(), "{params:?}");
    }
}

#[tokio::test]
async fn the_threads_that_hash_stand_back_behind_all_others() {
    let priority = || rustix::process::getpriority_process(None).expect("a priority");
    let (sent, received) = mpsc::channel();
    let hasher = hasher(CHEAP, 1, 8);
    let job = move |_: &mut pool::Memory| sent.send(priority()).expect("somebody listens");
    hasher.pool.submit(Box::new(job)).expect("room");
    let theirs = received.recv().expect("it ran");
    assert!(theirs > priority(), "theirs is {theirs}, ours {}", priority());
}
