//! What those who run a site in the sandbox do with it: its secrets, its errors, its events, a change of the key.

use std::time::Duration;

use passport::portal::Role;

use super::sandbox::{CALLBACK, Made, NAME, in_sandbox, register};
use super::{Person, history, member, summary};
use crate::support::sandbox::on_both_with_sandbox;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_site_exchanges_its_secret_and_ends_the_old_one() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let path = format!("{}/secrets", site.path);
        assert!(owner.open(&site.path).await.text.contains(&path));
        let first = owner.open(&path).await;
        assert_eq!(first.texts("li h2").len(), 1);
        assert!(!first.has("button[name=end]"), "the only one cannot be ended");

        passport.clock.advance(SECOND);
        sandbox.passport.clock.advance(SECOND);
        let made = owner.press(&path, ("make", "beside")).await;
        let new = Made { secret: made.texts(".secret code").concat(), ..site.clone() };
        assert!(made.has(".notice.ok") && new.secret != site.secret, "{}", made.text);
        for one in [&site, &new] {
            assert_eq!(in_sandbox(&sandbox, one, CALLBACK).await, 201, "both count");
        }
        let both = owner.open(&path).await;
        assert_eq!(both.texts("li h2").len(), 2);
        assert!(!both.text.contains(&new.secret) && !both.has("button[value=beside]"), "{}", both.text);

        let old = both.attributes("button[name=end]", "value").remove(0);
        passport.clock.advance(SECOND);
        sandbox.passport.clock.advance(SECOND);
        let left_open = owner.open(&path).await;
        assert!(owner.press(&path, ("end", &old)).await.has(".notice.ok"));
        assert_eq!(in_sandbox(&sandbox, &site, CALLBACK).await, 401);
        assert_eq!(in_sandbox(&sandbox, &new, CALLBACK).await, 201);
        let form = left_open.form(&format!("form:has(button[value='{old}'])"));
        let again = owner.browser.submit(form.with("end", &old)).await;
        assert!(again.has(".notice.info"), "from a page that was left open: {}", again.text);

        passport.clock.advance(SECOND);
        sandbox.passport.clock.advance(SECOND);
        owner.press(&path, ("make", "instead")).await;
        assert_eq!(in_sandbox(&sandbox, &new, CALLBACK).await, 401, "it is ended at once");
        assert_eq!(owner.open(&path).await.texts("li h2").len(), 1);
        let done = history(&mut owner, &ours).await;
        let lines = ["Had a new secret made", "Ended a secret", "Had a new secret made"];
        assert!(done.iter().zip(lines).all(|(said, line)| said.starts_with(line)), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_is_explained_to_those_who_run_the_site_and_gone_from_the_findings_when_mended() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let path = format!("{}/errors", site.path);
        assert!(owner.open(&path).await.has(".empty"));
        assert_eq!(in_sandbox(&sandbox, &site, "http://localhost:8080/other").await, 400);
        let mut viewer = member(&passport, &mut owner, &ours, Role::Viewer).await;
        let page = viewer.open(&path).await;
        assert_eq!(page.texts("section h2"), ["redirect-uri-not-registered"], "{}", page.text);
        assert!(page.text.contains("POST /par") && !page.text.contains(&site.secret), "{}", page.text);
        let links = page.attributes("section h2 a", "href");
        assert_eq!(links, [format!("{}/errors/redirect-uri-not-registered", sandbox.issuer)]);

        let shown = owner.open(&site.path).await.texts("#findings li .code-line");
        assert!(shown.contains(&"backchannel_logout_uri".to_owned()), "{shown:?}");
        let settings = format!("{}/settings", site.path);
        passport.clock.advance(SECOND);
        let mended = [("backchannel_logout_uri", "https://bei.example/logout")];
        let page = owner.send(&settings, &settings, &mended).await;
        let shown = page.texts("#findings li .code-line");
        assert!(!shown.is_empty() && !shown.contains(&"backchannel_logout_uri".to_owned()), "{shown:?}");
    })
    .await;
}

#[tokio::test]
async fn a_site_chooses_what_it_is_told_of_accounts_and_sees_how_it_goes() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let path = format!("{}/signals", site.path);
        let endpoint = "https://bei.example/signals";
        for (uri, said) in [("http://bei.example/signals", "begins with https"), ("", "begins with https")] {
            let refused = owner.fill(&path, "#signals", &[("endpoint", uri)]).await;
            assert!(summary(&refused).contains(said), "{uri}: {}", refused.text);
        }
        let stream = async || sandbox.passport.app.clients.signals(&site.client_id).await.expect("an answer");
        assert_eq!(stream().await, None);

        passport.clock.advance(SECOND);
        let secret = "Bearer of-the-site";
        let set = owner.fill(&path, "#signals", &[("endpoint", endpoint), ("authorization", secret)]).await;
        assert!(set.has(".notice.ok") && !set.text.contains(secret), "{}", set.text);
        let agreed = stream().await.expect("a stream");
        assert_eq!((agreed.endpoint.as_str(), agreed.events.len(), agreed.has_authorization()), (endpoint, 9, true));
        assert_eq!(history(&mut owner, &ours).await[0], "Chose what a site in the sandbox is told of accounts");

        assert!(owner.press(&path, ("to", "verify")).await.has(".notice.ok"));
        let waits = owner.open(&path).await;
        assert_eq!(waits.texts("dl.facts dd.num"), ["1", "0"], "{}", waits.text);
        owner.press(&path, ("to", "paused")).await;
        assert_eq!(stream().await.expect("a stream").state, passport::clients::signals::StreamState::Paused);
        let late = owner.press(&path, ("to", "enabled")).await;
        assert!(late.has("button[value=verify]"), "{}", late.text);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_key_is_rehearsed_for_a_site_and_its_outcome_shown() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let path = format!("{}/rotation", site.path);
        let early = owner.send(&path, &path, &[]).await;
        assert!(early.has(".notice.info") && !early.has("#rehearsal"), "the next key is too new: {}", early.text);
        passport.clock.advance(SECOND);
        sandbox.passport.clock.advance(Duration::from_secs(60 * 60));
        let begun = owner.send(&path, &path, &[]).await;
        assert_eq!(begun.texts("#rehearsal .tag"), ["Nobody has signed in yet"], "{}", begun.text);
        assert_eq!(
            history(&mut owner, &ours).await[0],
            "Rehearsed a change of the signing key for a site in the sandbox"
        );
    })
    .await;
}
