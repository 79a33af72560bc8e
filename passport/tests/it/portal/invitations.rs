//! Invitations: sent by mail, counted once.

use std::time::Duration;

use passport::portal::Role;

use super::{Person, links, listed, member, summary};
use crate::support::on_both;

const NAME: &str = "北辰商务外语测评";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn an_invitation_counts_once() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let link = owner.invite(&passport, &ours, "wang@office.example", Role::Developer).await;
        let (mut first, mut second) = (Person::new(&passport).await, Person::new(&passport).await);
        let page = first.open(&link).await;
        assert!(page.texts("h1").concat().contains(NAME), "{}", page.text);
        assert_eq!(page.texts("dd")[..2], ["Developer", "李华"]);
        // Both opened it before either pressed the button.
        let also = second.open(&link).await;
        let joined = first.browser.submit(page.form("form[action='/portal/invitation']")).await;
        assert_eq!(joined.url.path(), ours);
        let late = second.browser.submit(also.form("form[action='/portal/invitation']")).await;
        assert_eq!(late.status.as_u16(), 410, "{}", late.text);
        assert_eq!(second.open(&ours).await.status.as_u16(), 404);
        assert_eq!(second.open(&link).await.status.as_u16(), 410);
        assert_eq!(listed(&mut owner, &ours).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn opened_by_two_at_once_it_lets_one_in() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let link = owner.invite(&passport, &ours, "wang@office.example", Role::Viewer).await;
        let (mut one, mut other) = (Person::new(&passport).await, Person::new(&passport).await);
        let forms =
            [one.open(&link).await, other.open(&link).await].map(|page| page.form("form[action='/portal/invitation']"));
        let [first, second] = forms;
        let (first, second) = tokio::join!(one.browser.submit(first), other.browser.submit(second));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410]);
        assert_eq!(listed(&mut owner, &ours).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn taken_back_over_or_of_somebody_who_may_invite_no_more_it_counts_no_more() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let mut second = member(&passport, &mut owner, &ours, Role::Owner).await;
        let withdrawn = owner.invite(&passport, &ours, "a@office.example", Role::Viewer).await;
        let page = owner.open(&format!("{ours}/members")).await;
        let action =
            page.attributes("form", "action").into_iter().find(|to| to.contains("/invitations/")).expect("a form");
        let done = owner.browser.submit(page.form(&format!("form[action='{action}']"))).await;
        assert!(done.has(".notice.ok"), "{}", done.text);

        // An owner who is about to lose the role invites themselves back.
        let back = second.invite(&passport, &ours, "b@office.example", Role::Owner).await;
        let members = owner.open(&format!("{ours}/members")).await;
        let theirs = members.attributes("a.factor-change", "href").remove(1);
        owner.send(&theirs, &theirs, &[("role", "viewer")]).await;

        let over = owner.invite(&passport, &ours, "c@office.example", Role::Viewer).await;
        let mut stranger = Person::new(&passport).await;
        for link in [&withdrawn, &back, &format!("{over}x"), &"/portal/invitation?t=".to_owned()] {
            assert_eq!(stranger.open(link).await.status.as_u16(), 410, "{link}");
        }
        assert_eq!(stranger.open(&over).await.status.as_u16(), 200);
        passport.clock.advance(7 * DAY);
        let mut late = Person::new(&passport).await;
        assert_eq!(late.open(&over).await.status.as_u16(), 410);
    })
    .await;
}

#[tokio::test]
async fn a_member_who_opens_it_leaves_it_for_who_is_meant() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let link = owner.invite(&passport, &ours, "wang@office.example", Role::Viewer).await;
        let own = owner.join(&link).await;
        assert!(own.url.path() == ours && own.has(".notice"), "{}", own.text);
        let mut meant = Person::new(&passport).await;
        assert_eq!(meant.join(&link).await.url.path(), ours);
    })
    .await;
}

#[tokio::test]
async fn invitations_flood_nobody() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let members = format!("{ours}/members");
        for _ in 0..3 {
            owner.invite(&passport, &ours, "wang@office.example", Role::Viewer).await;
        }
        let often = async |person: &mut Person, to: &str| {
            let answer = person.send(&members, &members, &[("email", to), ("role", "viewer")]).await;
            summary(&answer).contains("Many invitations")
        };
        assert!(often(&mut owner, "WANG@office.example").await, "three a day to one address, however it is written");
        let mut other = Person::new(&passport).await;
        let theirs = other.found("另一个机构").await;
        let path = format!("{theirs}/members");
        let answer = other.send(&path, &path, &[("email", "wang@office.example"), ("role", "viewer")]).await;
        assert!(!summary(&answer).is_empty(), "nor by another organisation");
        for n in 3..20 {
            owner.invite(&passport, &ours, &format!("w{n}@office.example"), Role::Viewer).await;
        }
        assert!(often(&mut owner, "another@office.example").await, "twenty a day by one organisation");
        assert_eq!(links(&passport, "another@office.example").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_an_address_or_is_a_members_is_said_beside_it() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let members = format!("{ours}/members");
        let own = owner.open(&members).await.texts("li.device p span").remove(1);
        for (typed, role, said) in [
            ("wang", "viewer", "whole e-mail address"),
            ("a@b.example\r\nBcc: c@d.example", "viewer", "whole e-mail address"),
            (&*own, "viewer", "member already"),
            ("wang@office.example", "king", "Choose a role"),
        ] {
            let page = owner.open(&members).await;
            let form = page.form(&format!("form[action='{members}']")).set("email", typed).set("role", role);
            let refused = owner.browser.submit(form).await;
            assert!(summary(&refused).contains(said), "{typed}: {}", refused.text);
        }
        assert_eq!(links(&passport, "wang@office.example").await, [""; 0]);
    })
    .await;
}
