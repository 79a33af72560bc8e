//! `passport appeals`, as the staff runs it.

use std::os::unix::fs::PermissionsExt as _;

use passport::MIGRATIONS;
use serde_json::json;
use shared::db::{Db, DbConfig};
use shared::testkit;

use super::*;
use crate::support::process::Installation;

/// An appeal that waits for the staff, in the database of that installation.
async fn prepared(db: Db) -> (String, Passport) {
    let passport = Passport::start(db, PLAIN).await;
    holder_by_command(&passport).await;
    let mut browser = passport.browser();
    let case = submitted(&passport, &mut browser).await;
    (number_of(&case).to_string(), passport)
}

async fn holder_by_command(passport: &Passport) {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await.set("mobile", "13600136000");
    browser.submit(form.set("id_type", "resident").set("id_number", NUMBER).set("name", NAME)).await;
    passport.clock.advance(Duration::from_millis(1));
}

#[tokio::test]
async fn staff_list_look_and_decide_and_a_photo_is_for_their_eyes_alone() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let run = |arguments: &[&str]| installation.command(&[&["appeals"], arguments].concat());
        assert_eq!(run(&["list"]), (true, json!([])));
        let (number, passport) = prepared(Db::connect(&config).await.expect("the same database")).await;

        let (_, listed) = run(&["list"]);
        assert_eq!((&listed[0]["number"], &listed[0]["state"]), (&json!(number), &json!("submitted")), "{listed}");
        let (_, seen) = run(&["show", &number, "--staff", "wang"]);
        assert_eq!(
            (&seen["name"], &seen["id_number"], &seen["same_name"]),
            (&json!(NAME), &json!(NUMBER), &json!(true))
        );

        let out = folder.path().join("photo.jpg");
        let path = out.to_str().expect("a path");
        assert!(run(&["photo", &number, "--staff", "wang", "--out", path]).0);
        let mode = std::fs::metadata(&out).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(image::load_from_memory(&std::fs::read(&out).expect("a file")).is_ok());
        assert!(!run(&["photo", &number, "--staff", "wang", "--out", path]).0, "nothing is written over");

        for wrong in [
            vec!["show", "123", "--staff", "wang"],
            vec!["show", "000-000-000", "--staff", "wang"],
            vec!["show", &number, "--staff", "王芳"],
            vec!["refuse", &number, "--staff", "wang", "--reason", " "],
            vec!["decide", &number, "--staff", "wang", "--grant"],
        ] {
            let (done, said) = run(&wrong);
            assert!(!done && said["exit"] == 5, "{wrong:?}: {said}");
        }
        let (_, agreed) = run(&["agree", &number, "--staff", "wang"]);
        assert_eq!((&agreed["state"], &agreed["first"]), (&json!("hearing"), &json!("wang")));
        let (_, refused) = run(&["decide", &number, "--staff", "li", "--reason", "照片看不清，请重拍"]);
        assert_eq!(refused["state"], "refused");
        assert_eq!(run(&["list"]), (true, json!([])));
        assert_eq!(run(&["list", "--all"]).1.as_array().map(Vec::len), Some(1));
        drop(passport);
    })
    .await;
}
