//! A token that answers nobody: it keeps its own threads waiting, and nothing else.

use futures_util::future::join_all;

use super::{on_both, until};
use crate::support::process::SignIn;

/// `keys.pkcs11.sessions`, if nothing is said.
const SESSIONS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_token_hangs_who_needs_a_signature_is_told_to_come_back_and_everything_else_goes_on() {
    on_both(|house| async move {
        let installation = house.installation.on(&house.db).watched().told("PASSPORT__KEYS__PKCS11__TIMEOUT", "300ms");
        let process = installation.start();
        assert_eq!((house.asks(&process).await, process.status("/readyz", "").await), (200, 200));

        let hung = house.token.hang();
        let form = [("grant_type", "client_credentials"), ("scope", "reports")];
        let answers = join_all((0..50).map(|_| house.token_endpoint(&process, &form))).await;
        for (status, said) in answers {
            assert_eq!((status, &said["error"]), (503, &"temporarily_unavailable".into()), "{said}");
        }
        assert_eq!(process.threads("token-"), SESSIONS, "nobody who asks gets a thread");
        until("it is not ready", || async { process.status("/readyz", "").await == 503 }).await;
        let metrics = installation.metrics().await;
        let slow = "passport_token_calls_total{call=\"sign\",outcome=\"slow\"} ";
        let slow = metrics.lines().find_map(|line| line.strip_prefix(slow)).expect("it is counted");
        assert_ne!(slow, "0");
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };
        assert!(process.is_signed_in(&session).await, "what needs no signature goes on");
        assert_eq!(process.status("/jwks", "").await, 200);
        let findings = installation.findings();
        assert!(findings.contains("✗ token: the token did not answer within 300ms"), "{findings}");

        drop(hung);
        until("it is ready again", || async { process.status("/readyz", "").await == 200 }).await;
        assert_eq!((house.asks(&process).await, process.threads("token-")), (200, SESSIONS));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passport_that_is_told_to_stop_stops_while_the_token_hangs() {
    on_both(|house| async move {
        let installation = house.installation.on(&house.db).told("PASSPORT__KEYS__PKCS11__TIMEOUT", "300ms");
        let process = installation.start();
        let hung = house.token.hang();
        until("it is not ready", || async { process.status("/readyz", "").await == 503 }).await;
        process.last_words().await;
        drop(hung);
    })
    .await;
}
