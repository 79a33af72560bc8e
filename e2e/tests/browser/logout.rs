//! Signing out in a real browser: sites are told in frames, and ask by a frame.

use anyhow::ensure;
use e2e::window::Opening;
use serde_json::Value;
use url::Url;

use crate::axe::Findings;
use crate::stage::{Browser, OwnDemo, Site, parameter};

/// A passport with two sites at which somebody signs in, in a browser of their own.
struct Scene {
    own: OwnDemo,
    one: Site,
    two: Site,
    browser: Browser,
    /// Where the browser stood when it came back to `one`.
    arrived: String,
    /// An ID token of `one`.
    hint: String,
}

impl Scene {
    /// `hangs` is the path at which `two` never answers.
    async fn set(name: &str, hangs: Option<&'static str>, opening: Opening) -> anyhow::Result<Self> {
        let mut own = OwnDemo::prepare(name, &[])?;
        let (one, two) = (Site::open(&own.demo, "one", None)?, Site::open(&own.demo, "two", hangs)?);
        for site in [&one, &two] {
            own.add_client(&site.description())?;
        }
        own.start("passport")?;
        let browser = Browser::open_at(&own.demo, 1280, opening).await?;
        browser.goto(&two.authorize(&own.demo, &[])?).await?;
        browser.sign_in(&own.demo.email, &own.demo.password).await?;
        browser.arrives_at(&format!("{}/cb", two.origin)).await?;
        two.redeem(&own.demo, &browser.url().await?).await?;
        browser.goto(&one.authorize(&own.demo, &[])?).await?;
        browser.arrives_at(&format!("{}/cb", one.origin)).await?;
        let arrived = browser.url().await?;
        let hint = one.redeem(&own.demo, &arrived).await?;
        Ok(Self { own, one, two, browser, arrived, hint })
    }

    /// The address by which `one` signs the person out.
    fn sign_out(&self) -> anyhow::Result<String> {
        let back = format!("{}/out", self.one.origin);
        let parameters = [("id_token_hint", self.hint.as_str()), ("post_logout_redirect_uri", &back), ("state", "s1")];
        Ok(Url::parse_with_params(&format!("{}/logout", self.own.demo.passport), parameters)?.into())
    }

    /// What the frame of the passport says in the page in sight.
    async fn asks(&self, message: &str) -> anyhow::Result<Value> {
        let passport = &self.own.demo.passport;
        let script = format!(
            "const done = arguments[0]; const frame = document.createElement('iframe');\
             addEventListener('message', event => event.source === frame.contentWindow && done(event.data));\
             frame.onload = () => frame.contentWindow.postMessage({message:?}, {passport:?});\
             frame.src = {passport:?} + '/check-session'; frame.hidden = true; document.body.append(frame);"
        );
        self.browser.ask(&script).await
    }
}

#[tokio::test]
async fn every_site_is_told_in_its_frame_and_the_person_goes_back_although_one_hangs() -> anyhow::Result<()> {
    let scene = Scene::set("demo-front-channel", Some("/bye"), Opening::default()).await?;
    // The browser is on this page until it is sent on: loading it ends when the hanging site is given up.
    scene.browser.goto(&scene.sign_out()?).await.ok();
    let back = format!("{}/out?state=s1", scene.one.origin);
    scene.browser.arrives_at(&back).await?;
    for site in [&scene.one, &scene.two] {
        let told = site.asked_for("/bye");
        ensure!(told.len() == 1, "{} was told {} times", site.id, told.len());
        ensure!(parameter(told[0].as_str(), "iss")? == scene.own.demo.passport, "{}", told[0]);
        ensure!(!parameter(told[0].as_str(), "sid")?.is_empty(), "{}", told[0]);
    }
    scene.browser.goto(&scene.one.authorize(&scene.own.demo, &[("prompt", "none")])?).await?;
    scene.browser.arrives_at(&format!("{}/cb?error=login_required", scene.one.origin)).await?;
    scene.browser.close().await
}

#[tokio::test]
async fn without_script_a_button_leads_back() -> anyhow::Result<()> {
    let without_script = Opening { script: false, ..Opening::default() };
    let scene = Scene::set("demo-front-channel-button", None, without_script).await?;
    scene.browser.goto(&scene.sign_out()?).await?;
    scene.browser.shows("您已退出").await?;
    scene.browser.until("both sites told", async || Ok(!scene.one.asked_for("/bye").is_empty())).await?;
    scene.browser.until("both sites told", async || Ok(!scene.two.asked_for("/bye").is_empty())).await?;
    scene.browser.click("#signed-out-back").await?;
    scene.browser.arrives_at(&format!("{}/out?state=s1", scene.one.origin)).await?;
    scene.browser.close().await
}

#[tokio::test]
async fn the_page_after_signing_out_has_no_violation() -> anyhow::Result<()> {
    let scene = Scene::set("demo-front-channel-page", None, Opening::default()).await?;
    // By the passport's own button nobody is sent on.
    scene.browser.sign_out_at_the_passport().await?;
    ensure!(scene.browser.has("iframe[src*='/bye']").await?, "no site is told");
    let mut found = Findings::default();
    found.look_at_every_way(&scene.browser, &scene.browser.url().await?).await?;
    found.verdict()?;
    scene.browser.close().await
}

#[tokio::test]
async fn a_frame_tells_a_site_that_the_person_signed_out() -> anyhow::Result<()> {
    let scene = Scene::set("demo-check-session", None, Opening::default()).await?;
    let state = parameter(&scene.arrived, "session_state")?;
    let message = format!("one {state}");
    ensure!(scene.asks(&message).await? == "unchanged", "nothing happened yet");
    ensure!(scene.asks(&format!("two {state}")).await? == "changed", "it is of another client");
    for broken in ["", "one", "one  ", "one x", "one x.y z", "one x.y.z"] {
        ensure!(scene.asks(broken).await? == "error", "{broken:?}");
    }
    scene.browser.goto(&format!("{}/", scene.two.origin)).await?;
    ensure!(scene.asks(&message).await? == "changed", "it is of another origin");

    let asking = scene.browser.new_tab().await?;
    scene.browser.sign_out_at_the_passport().await?;
    scene.browser.switch_to(asking).await?;
    scene.browser.goto(&format!("{}/", scene.one.origin)).await?;
    ensure!(scene.asks(&message).await? == "changed", "the person signed out");
    scene.browser.goto(&scene.one.authorize(&scene.own.demo, &[("prompt", "none")])?).await?;
    scene.browser.arrives_at(&format!("{}/cb?error=login_required", scene.one.origin)).await?;
    let nobody = parameter(&scene.browser.url().await?, "session_state")?;
    ensure!(scene.asks(&format!("one {nobody}")).await? == "unchanged", "still nobody");
    scene.browser.close().await
}

#[tokio::test]
async fn a_browser_that_keeps_cookies_from_frames_is_told_so_and_asks_no_more() -> anyhow::Result<()> {
    let guarded = Opening { third_party_cookies: false, ..Opening::default() };
    let scene = Scene::set("demo-check-session-blocked", None, guarded).await?;
    let message = format!("one {}", parameter(&scene.arrived, "session_state")?);
    ensure!(scene.asks(&message).await? == "error", "after `changed` it would sign in again and again");
    scene.browser.close().await
}
