//! Organisations and who belongs to them.

use std::time::Duration;

use passport::portal::Role;
use shared::clock::Clock as _;
use shared::db::sql;

use super::{Person, history, links, listed, member, subjects, summary};
use crate::support::{ISSUER, on_both};

const NAME: &str = "北辰商务外语测评";

/// Between what stands in an order.
const SECOND: Duration = Duration::from_secs(1);

/// The address of the page on which the member is changed whose line says that.
async fn page_of(person: &mut Person, organisation: &str, line: usize) -> String {
    let page = person.open(&format!("{organisation}/members")).await;
    page.attributes("a.factor-change", "href").remove(line)
}

#[tokio::test]
async fn who_makes_an_organisation_owns_it() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let empty = owner.open("/portal").await;
        assert!(empty.has(".empty"), "{}", empty.text);
        let ours = owner.found(NAME).await;
        let list = owner.open("/portal").await;
        assert_eq!((list.texts("h2"), list.texts("li p")), (vec![NAME.to_owned()], vec!["Owner".to_owned()]));
        assert!(listed(&mut owner, &ours).await[0].starts_with("Owner u"));
        assert_eq!(history(&mut owner, &ours).await, ["Made the organisation"]);
        let told = owner.open("/account/activity").await;
        assert!(told.text.contains("Made an organisation in the portal"), "its maker reads of it too");
    })
    .await;
}

#[tokio::test]
async fn without_a_second_factor_or_a_proven_address_nobody_makes_one() {
    on_both(|passport| async move {
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = browser.open(&format!("{ISSUER}/portal/organisations/new")).await;
        assert_eq!(answer.url.path(), "/sign-in");
        let mut person = Person::new(&passport).await;
        passport
            .db
            .write::<_, shared::db::DbError, _>(move |tx| {
                let account = person.session.account;
                Box::pin(async move {
                    let unproven = shared::db::sql("UPDATE accounts SET email_verified_at = NULL WHERE id = $1");
                    unproven.bind(account).execute(tx).await
                })
            })
            .await
            .expect("an address that is not proven");
        let path = "/portal/organisations/new";
        let refused = person.send(path, path, &[("name", NAME)]).await;
        assert!(summary(&refused).contains("Prove your e-mail address"), "{}", refused.text);
        assert_eq!(refused.form(&format!("form[action='{path}']")).value("name"), Some(NAME), "nothing is lost");
        assert!(person.open("/portal").await.has(".empty"));
    })
    .await;
}

#[tokio::test]
async fn what_decides_who_decides_asks_once_more_after_five_minutes() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let (members, name) = (format!("{ours}/members"), format!("{ours}/name"));
        let (page, own) = (owner.open(&members).await, page_of(&mut owner, &ours, 0).await);
        passport.clock.advance(Duration::from_secs(5 * 60));
        let invite = page.form(&format!("form[action='{members}']")).set("email", "wang@office.example");
        let asked = owner.browser.submit(invite).await;
        assert_eq!(asked.url.path(), "/sign-in", "inviting");
        for path in [own.clone(), format!("{own}/remove")] {
            assert_eq!(owner.open(&path).await.url.path(), "/sign-in", "{path}");
        }
        assert_eq!(links(&passport, "wang@office.example").await, [""; 0]);
        // Everything else goes on.
        for path in [&members, &name] {
            assert_eq!(owner.open(path).await.url.path(), path);
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_cannot_be_one_comes_back_with_its_reason() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let path = "/portal/organisations/new";
        for (typed, said) in [
            ("", "at least two"),
            ("登录 passport.example", "web address"),
            ("<script>alert(1)</script>", "stands in no name"),
            (&"测".repeat(61), "60 characters at most"),
        ] {
            let refused = owner.send(path, path, &[("name", typed)]).await;
            assert!(summary(&refused).contains(said), "{typed}: {}", refused.text);
            assert_eq!(refused.form(&format!("form[action='{path}']")).value("name"), Some(typed));
        }
        let ours = owner.found(NAME).await;
        passport.clock.advance(SECOND);
        let name = format!("{ours}/name");
        let renamed = owner.send(&name, &name, &[("name", "北辰测评中心")]).await;
        assert_eq!((renamed.url.path(), renamed.texts("h1").concat()), (&*ours, "北辰测评中心".to_owned()));
        assert_eq!(history(&mut owner, &ours).await[0], "Changed the name of the organisation");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let leave = format!("{ours}/leave");
        let refused = owner.send(&leave, &leave, &[]).await;
        assert!(refused.url.path() == leave && refused.has(".notice.warn"), "{}", refused.text);
        let own = page_of(&mut owner, &ours, 0).await;
        let refused = owner.send(&own, &own, &[("role", "viewer")]).await;
        assert!(refused.url.path() == own && refused.has(".notice.warn"), "{}", refused.text);

        // A second one may let the first go.
        let mut second = member(&passport, &mut owner, &ours, Role::Owner).await;
        passport.clock.advance(SECOND);
        let left = owner.send(&leave, &leave, &[]).await;
        assert!(left.url.path() == "/portal" && left.has(".notice.ok"), "{}", left.text);
        assert_eq!(owner.open(&ours).await.status.as_u16(), 404);
        assert_eq!(listed(&mut second, &ours).await.len(), 1);
        assert_eq!(history(&mut second, &ours).await[0], "Left the organisation");
        let refused = second.send(&leave, &leave, &[]).await;
        assert!(refused.has(".notice.warn"), "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn who_cancels_their_account_reads_first_where_nobody_could_decide_any_more() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let told = owner.open("/account/close").await;
        assert!(told.text.contains(NAME) && told.has("main .notice.warn a[href='/portal']"), "{}", told.text);
        assert!(told.has("form[action='/account/close']"), "and may go all the same");
        member(&passport, &mut owner, &ours, Role::Developer).await;
        assert!(owner.open("/account/close").await.text.contains(NAME), "a developer decides nothing");
        let mut second = member(&passport, &mut owner, &ours, Role::Owner).await;
        for person in [&mut owner, &mut second] {
            let silent = person.open("/account/close").await;
            assert!(silent.has("form[action='/account/close']") && !silent.text.contains(NAME), "{}", silent.text);
        }
        // Who is about to go is no owner to rely on.
        let (going, now) = (second.account(), passport.clock.now());
        let asked = sql("INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $3, $4)");
        let asked = asked.bind(going).bind(now).bind(now + Duration::from_secs(7 * 24 * 60 * 60)).bind([7_u8; 32]);
        passport.db.execute(asked).await.expect("a wish");
        assert!(owner.open("/account/close").await.text.contains(NAME));
    })
    .await;
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let mut second = member(&passport, &mut owner, &ours, Role::Owner).await;
        let leave = format!("{ours}/leave");
        let (one, other) = tokio::join!(owner.send(&leave, &leave, &[]), second.send(&leave, &leave, &[]));
        let mut went = [one.url.path().to_owned(), other.url.path().to_owned()];
        went.sort();
        assert_eq!(went, ["/portal".to_owned(), leave]);
    })
    .await;
}

#[tokio::test]
async fn a_role_and_a_member_go_and_the_others_can_read_of_it() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let mut member = member(&passport, &mut owner, &ours, Role::Developer).await;
        let page = page_of(&mut owner, &ours, 1).await;
        passport.clock.advance(SECOND);
        let saved = owner.send(&page, &page, &[("role", "viewer")]).await;
        assert!(saved.has(".notice.ok"), "{}", saved.text);
        assert!(listed(&mut owner, &ours).await[1].starts_with("Viewer"));
        let remove = format!("{page}/remove");
        passport.clock.advance(SECOND);
        assert_eq!(owner.send(&remove, &remove, &[]).await.url.path(), format!("{ours}/members"));
        assert_eq!(member.open(&ours).await.status.as_u16(), 404);
        assert_eq!(
            history(&mut owner, &ours).await[..2],
            [
                "Removed A former member from the organisation",
                "Changed the role of A former member from Developer to Viewer"
            ]
        );
        let told = member.open("/account/activity").await;
        assert!(told.text.contains("Was removed from an organisation"), "who was removed reads of it");
        let mails = subjects(&passport, &member.email(&passport).await).await;
        assert!(mails.iter().any(|subject| subject.contains("移出") && subject.contains(NAME)), "{mails:?}");
        // A second time, from a page that was left open, there is nobody to remove.
        let again = owner.open(&remove).await;
        assert!(again.url.path().ends_with("/members") && again.has(".notice"), "{}", again.text);
    })
    .await;
}

#[tokio::test]
async fn a_line_of_the_history_is_shown_where_its_event_belongs_whatever_its_column_says() {
    on_both(|passport| async move {
        let (mut owner, mut other) = (Person::new(&passport).await, Person::new(&passport).await);
        let (ours, theirs) = (owner.found("北辰商务外语测评").await, other.found("另一个机构").await);
        let id = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
        let moved = sql("UPDATE audit_events SET organisation_id = $1 WHERE organisation_id = $2");
        passport.rewrite_record(moved.bind(id(&theirs)).bind(id(&ours))).await;
        assert_eq!(history(&mut other, &theirs).await, ["Made the organisation"], "not what others did");
        assert_eq!(history(&mut owner, &ours).await, Vec::<String>::new());
    })
    .await;
}
