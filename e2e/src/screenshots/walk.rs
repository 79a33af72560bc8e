//! The way past every page: as a stranger, at registration, signed in, signed out, and where things go wrong.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::window::App;
use url::Url;

use crate::camera::Camera;
use crate::camera::Worth::{Light, LightAndDark};

/// A client that is not ours: it has to ask for consent.
pub(crate) struct ThirdParty {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
}

impl ThirdParty {
    /// The address by which the site sends people to the passport.
    fn authorize(&self, passport: &str, redirect_uri: &str) -> anyhow::Result<String> {
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", "openid profile email phone"),
            ("state", "picture"),
        ];
        Ok(Url::parse_with_params(&format!("{passport}/authorize"), parameters)?.into())
    }
}

/// Walks past every page. The order matters: failures come last, since they make the passport ask for captchas.
pub(crate) async fn everywhere(camera: &mut Camera<'_>, demo: &Demo, third_party: &ThirdParty) -> anyhow::Result<()> {
    let newcomer = Newcomer::new(u64::from(std::process::id()));
    sites(camera, demo).await?;
    documents(camera, demo).await?;
    registration(camera, demo, &newcomer).await?;
    security(camera, demo, &newcomer).await?;
    signed_in(camera, demo, third_party).await?;
    leaving(camera, demo).await?;
    second_step(camera, demo, &newcomer).await?;
    province(camera, demo).await?;
    closure(camera, demo).await?;
    recovery(camera, demo, &newcomer).await?;
    appeal(camera, demo).await?;
    failures(camera, demo, &newcomer).await
}

async fn sites(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    for (id, site, own) in
        [("cet", &demo.cet, "transcript"), ("pets", &demo.pets, "levels"), ("ncre", &demo.ncre, "subjects")]
    {
        camera.visit(&format!("{id}-home"), site, LightAndDark).await?;
        for page in ["about", own, "rules", "dates", "process", "faq", "contact", "find-account", "certificate", "news"]
        {
            camera.visit(&format!("{id}-{page}"), &format!("{site}/{page}"), Light).await?;
        }
    }
    camera.visit("cet-notice", &format!("{}/news/photo-rules", demo.cet), Light).await?;
    camera.visit("cet-not-found", &format!("{}/no-such-page", demo.cet), Light).await
}

async fn documents(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    camera.visit("passport-welcome", &demo.passport, Light).await?;
    for page in [
        "sign-in",
        "help",
        "agreement",
        "privacy",
        "accessibility",
        "recover",
        "recover/account",
        "appeal",
        "no-such-page",
    ] {
        camera
            .visit(&format!("passport-{}", page.replace('/', "-")), &format!("{}/{page}", demo.passport), Light)
            .await?;
    }
    Ok(())
}

async fn registration(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    camera.take("sign-in-for-cet", LightAndDark).await?;
    window.click("main a[href*='/register']").await?;
    window.arrives_at(&format!("{}/register", demo.passport)).await?;
    camera.take("register", LightAndDark).await?;
    window.click("[name=captcha_action][value=shrink]").await?;
    window.appears("img.captcha-picture").await?;
    camera.take("register-captcha-picture", Light).await?;
    window.click("[name=captcha_action][value=enlarge]").await?;
    window.appears(".captcha.large").await?;
    camera.take("register-captcha-large", Light).await?;
    window.fill("email", &newcomer.email).await?;
    window.fill("mobile", "12345").await?;
    window.fill("password", "short").await?;
    window.fill("id_type", "resident").await?;
    window.fill("id_number", "11010519491231002").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("register-errors", LightAndDark).await?;
    window.fill("id_number", "").await?;
    window.fill("id_type", "").await?;
    window.fill_registration(newcomer).await?;
    camera.take("register-captcha-worked", Light).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    camera.take("registered", Light).await?;
    window.fill_sign_in(&newcomer.mobile, &newcomer.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/registration", demo.cet)).await?;
    camera.take("cet-desk", LightAndDark).await
}

/// What protects the account, from a password alone to two steps. Whoever has not just signed in does so once more.
async fn security(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    let page = |name: &str| format!("{}/account/security{name}", demo.passport);
    camera.visit("security-alone", &page(""), LightAndDark).await?;
    camera.visit("passkey-add", &page("/passkeys"), Light).await?;
    window.goto(&page("/authenticator")).await?;
    if !window.has(".qr").await? {
        camera.take("sign-in-once-more", Light).await?;
        window.fill("password", &newcomer.password).await?;
        window.submit().await?;
    }
    window.appears(".qr").await?;
    camera.take("authenticator", LightAndDark).await?;
    window.fill("code", "000000").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("authenticator-wrong", Light).await?;
    let app = App::set_by(window).await?;
    window.fill("code", &app.former_code()?).await?;
    window.submit().await?;
    window.appears(".codes").await?;
    camera.take("recovery-codes", LightAndDark).await?;
    window.click("[name=kept]").await?;
    window.submit().await?;
    window.appears(".glance.good").await?;
    camera.visit("security", &page(""), LightAndDark).await?;
    camera.visit("authenticator-remove", &page("/authenticator/remove"), Light).await?;
    camera.visit("password-remove-lacks", &format!("{}/account/password/remove", demo.passport), Light).await?;
    camera.visit("export", &format!("{}/account/export", demo.passport), Light).await
}

/// The second step, by a code of the app and by a recovery code.
async fn second_step(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill("username", &newcomer.email).await?;
    window.fill("password", &newcomer.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in/second-step", demo.passport)).await?;
    camera.take("second-step", LightAndDark).await?;
    window.fill("code", "000000").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("second-step-wrong", Light).await?;
    window.click("main a[href*='with=recovery']").await?;
    window.appears("[name=with][value=recovery]").await?;
    camera.take("second-step-recovery", Light).await?;
    camera.visit("passkey-failed", &format!("{}/sign-in/passkey?notice=failed", demo.passport), Light).await
}

async fn signed_in(camera: &mut Camera<'_>, demo: &Demo, third_party: &ThirdParty) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("passport-home", &demo.passport, LightAndDark).await?;
    for (id, site) in [("pets", &demo.pets), ("ncre", &demo.ncre)] {
        window.goto(&demo.passport).await?;
        window.click(&format!("main a[href^='{site}']")).await?;
        window.arrives_at(&format!("{site}/registration")).await?;
        camera.take(&format!("{id}-desk"), Light).await?;
    }
    camera.visit("cet-home-signed-in", &demo.cet, Light).await?;
    let profile = format!("{}/account/profile", demo.passport);
    camera.visit("profile", &profile, Light).await?;
    window.fill("name", "1234").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("profile-errors", Light).await?;
    window.fill("name", "阿依古丽·买买提艾力·阿卜杜热合曼诺娃").await?;
    window.submit().await?;
    window.appears(".notice").await?;
    camera.take("profile-saved", Light).await?;
    camera.visit("passport-home-long-name", &demo.passport, Light).await?;
    camera.visit("password", &format!("{}/account/password", demo.passport), Light).await?;
    window.fill("password", "short").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("password-errors", Light).await?;
    contacts(camera, demo).await?;
    let consent = third_party.authorize(&demo.passport, &third_party.redirect_uri)?;
    camera.visit("sites-none", &format!("{}/account/sites", demo.passport), Light).await?;
    camera.visit("consent", &consent, LightAndDark).await?;
    // The browser is sent on at once, to where nobody answers.
    window.click("main button[name=decision][value=allow]").await.ok();
    window.until("the site", async || Ok(!window.url().await?.contains("/consent"))).await?;
    camera.visit("sites", &format!("{}/account/sites", demo.passport), LightAndDark).await?;
    window.click("main a[href*='/account/sites/withdraw']").await?;
    window.appears(".danger-frame").await?;
    camera.take("site-withdrawal", Light).await?;
    camera.visit("sessions", &format!("{}/account/sessions", demo.passport), LightAndDark).await?;
    camera.visit("activity", &format!("{}/account/activity", demo.passport), LightAndDark).await?;
    let wrong = third_party.authorize(&demo.passport, &format!("{}/", third_party.redirect_uri))?;
    camera.visit("authorize-error", &wrong, LightAndDark).await?;
    window.click("main details > summary").await?;
    camera.take("authorize-error-open", Light).await
}

/// The contacts, a code that is awaited, and another contact in place of one.
async fn contacts(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("contact", &format!("{}/account/contact", demo.passport), Light).await?;
    window.click("#email").await?;
    window.appears("[name=code]").await?;
    camera.take("contact-code", Light).await?;
    window.fill("code", "12").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("contact-code-wrong", Light).await?;
    let change = format!("{}/account/contact/change?contact=mobile", demo.passport);
    camera.visit("contact-change", &change, Light).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("contact-change-errors", Light).await
}

async fn leaving(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("passport-sign-out", &format!("{}/sign-out", demo.passport), Light).await?;
    camera.visit("passport-logout", &format!("{}/logout", demo.passport), Light).await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    camera.take("cet-signed-out", Light).await
}

/// Whoever signed in at the passport itself has named no province: a site that needs it leads to the question.
async fn province(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill("username", &demo.email).await?;
    window.fill("password", &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/province", demo.passport)).await?;
    camera.take("province", Light).await?;
    window.goto(&format!("{}/sign-out", demo.passport)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.appears("main").await
}

/// An account that is cancelled, and had back.
async fn closure(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    let sign_in = format!("{}/sign-in", demo.passport);
    window.goto(&sign_in).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    camera.visit("closure", &format!("{}/account/close", demo.passport), LightAndDark).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".summary").await?;
    camera.take("closure-errors", Light).await?;
    window.fill("old_password", &demo.password).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".notice.ok").await?;
    camera.take("closure-asked", Light).await?;
    window.goto(&sign_in).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/account/close/take-back", demo.passport)).await?;
    camera.take("closure-take-back", Light).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/sign-out", demo.passport)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.appears("main").await
}

/// A forgotten password: of the demo's candidate, and of somebody who never proved the address.
async fn appeal(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    camera.visit("appeal", &format!("{}/appeal", demo.passport), Light).await?;
    camera.visit("appeal-over", &format!("{}/appeal/case?t=x", demo.passport), Light).await
}

async fn recovery(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    for (name, email) in [("recover", &demo.email), ("recover-anew", &newcomer.email)] {
        let window = camera.window;
        window.goto(&format!("{}/recover", demo.passport)).await?;
        window.fill("username", email).await?;
        window.prove().await?;
        window.submit().await?;
        window.arrives_at(&format!("{}/recover/code", demo.passport)).await?;
        camera.take(&format!("{name}-code"), Light).await?;
        let (page, code) = (window.url().await?, code_sent_to(camera, demo, email).await?);
        let window = camera.window;
        window.goto(&page).await?;
        window.fill("code", &code).await?;
        window.submit().await?;
        window.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
        camera.take(&format!("{name}-password"), Light).await?;
    }
    Ok(())
}

/// The newest code that was sent to that address.
async fn code_sent_to(camera: &Camera<'_>, demo: &Demo, to: &str) -> anyhow::Result<String> {
    let mut code = None;
    let arrived = async || {
        camera.window.goto(&format!("{}/messages.json", demo.mailbox)).await?;
        let all: Vec<serde_json::Value> = serde_json::from_str(&camera.window.text().await?)?;
        let theirs =
            all.iter().filter(|message| message["to"].as_array().is_some_and(|all| all.iter().any(|o| o == to)));
        let newest = theirs.max_by_key(|message| message["id"].as_u64());
        let subject = newest.and_then(|message| message["subject"].as_str()).unwrap_or_default();
        code = subject.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).map(str::to_owned);
        Ok(code.is_some())
    };
    camera.window.until("a code by mail", arrived).await?;
    code.ok_or_else(|| anyhow::anyhow!("no code came"))
}

async fn failures(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    for (name, query) in
        [("cancelled", "?error=access_denied&state=old"), ("malformed", ""), ("lost", "?code=used&state=old")]
    {
        camera.visit(&format!("cet-sign-in-{name}"), &format!("{}/sign-in/callback{query}", demo.cet), Light).await?;
    }
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    for failure in ["sign-in-wrong", "sign-in-captcha", "", "", "sign-in-locked"] {
        window.fill_sign_in(&newcomer.email, "Wrong-pass-1").await?;
        window.submit().await?;
        window.appears(".summary, .notice").await?;
        if !failure.is_empty() {
            camera.take(failure, LightAndDark).await?;
        }
    }
    camera.visit("mailbox", &demo.mailbox, Light).await
}

/// Every mail of that language.
pub(crate) async fn mails(camera: &mut Camera<'_>, folder: &Path, language: &str) -> anyhow::Result<()> {
    let ending = format!(".{language}.html");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(name) = name.strip_suffix(&ending) {
            camera.visit(&format!("mail-{name}"), &format!("file://{}", file.display()), LightAndDark).await?;
        }
    }
    Ok(())
}
