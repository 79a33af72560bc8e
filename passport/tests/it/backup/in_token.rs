//! A backup of a passport whose signing keys are in a token.

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use super::Beside;
use super::whole::{key, succeeds};
use crate::support::process::{Installation, SignIn};
use crate::support::softhsm::SoftToken;

/// Three algorithms with two keys each.
const IN_TOKEN: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_passport_makes_keys_of_its_own_in_the_token_and_leaves_those_of_the_other_alone() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(token) = SoftToken::new(folder.path(), "passport") else { return };
        let installation = Installation::with_token(folder.path(), &config, Some(&token));
        let (key, recipient) = key(&installation, folder.path());
        let file = folder.path().join("passport.backup").display().to_string();
        succeeds(&installation, &["backup", "--to", &file, "--recipient", &recipient]);

        let beside = Beside::new(&config, folder.path()).await;
        let restored = installation.on(&beside.config);
        succeeds(&restored, &["restore", &file, "--key-file", &key]);
        assert_eq!(token.count(), IN_TOKEN, "a restore touches none");
        let process = restored.start();
        assert!(matches!(process.visitor().sign_in().await, SignIn::Acknowledged(_)));
        assert_eq!(process.status("/readyz", "").await, 200);
        assert_eq!(token.count(), IN_TOKEN * 2);
        process.kill();
        let findings = installation.findings();
        assert!(findings.contains("it signs with"), "the first has its own: {findings}");
        beside.remove().await;
    })
    .await;
}
