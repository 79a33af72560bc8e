//! A migration that is killed at any moment.

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use super::schema::Tables;
use crate::backup::Beside;
use crate::backup::killed::kill_again_and_again;
use crate::support::process::Installation;

#[tokio::test]
async fn a_migration_that_is_killed_goes_on_when_it_is_run_again() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let whole = Tables::connect(&config).await.described().await;
        let beside = Beside::new(&config, folder.path()).await;
        let migrated = installation.on(&beside.config);
        kill_again_and_again(
            &migrated,
            || vec!["migrate".to_owned()],
            async |order, done| {
                let (usable, said) = migrated.command(&["accounts", "closed"]);
                assert!(usable || !done, "{said}");
                if !usable {
                    let told = said["errors"][0].as_str().unwrap_or_default();
                    assert!(told.contains("the database lacks"), "{said}");
                }
                let (finished, said) = migrated.command(order);
                assert!(finished, "it goes on: {said}");
                assert_eq!(Tables::connect(&beside.config).await.described().await, whole);
                beside.empty().await;
            },
        )
        .await;
        assert!(migrated.command(&["migrate"]).0);
        let process = migrated.start();
        assert_eq!(process.status("/sign-in", "none=0").await, 200);
        process.kill();
        beside.remove().await;
    })
    .await;
}
