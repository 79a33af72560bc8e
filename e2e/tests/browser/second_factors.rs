//! Second factors in a real browser: a passkey on the device, an app on the telephone, recovery codes on paper.

use anyhow::ensure;
use e2e::window::App;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, received, registered};

/// Goes to a page of the account's security.
pub(crate) async fn at(browser: &Browser, page: &str) -> anyhow::Result<()> {
    browser.goto(&format!("{}/account/security{page}", browser.demo.passport)).await
}

/// Keeps the recovery codes in sight; the first of them.
pub(crate) async fn keep_codes(browser: &Browser) -> anyhow::Result<String> {
    browser.arrives_at(&format!("{}/account/security/recovery-codes", browser.demo.passport)).await?;
    let first = browser.run("return document.querySelector('.codes code').textContent").await?;
    browser.click("[name=kept]").await?;
    browser.submit().await?;
    browser.appears(".glance.good").await?;
    Ok(first.as_str().unwrap_or_default().to_owned())
}

/// Turns an app on for who has just signed in.
pub(crate) async fn with_app(browser: &Browser) -> anyhow::Result<(App, String)> {
    at(browser, "/authenticator").await?;
    browser.appears(".qr path").await?;
    let app = App::set_by(browser).await?;
    browser.fill("code", &app.former_code()?).await?;
    browser.submit().await?;
    Ok((app, keep_codes(browser).await?))
}

#[tokio::test]
async fn a_passkey_made_on_a_phone_signs_in_without_name_and_password() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    browser.add_authenticator().await?;
    registered(&browser, &who).await?;
    at(&browser, "").await?;
    browser.shows("只有密码保护您的账号").await?;
    browser.click(".glance a").await?;
    browser.fill("name", "我的手机").await?;
    browser.submit().await?;
    keep_codes(&browser).await?;
    browser.shows("我的手机").await?;
    let mut found = Findings::default();
    found.look(&browser).await?;

    // The account field offers it, once somebody goes there, and this authenticator says yes by itself: nobody types or
    // presses anything. The page alone asks for nothing.
    browser.sign_out_at_the_passport().await?;
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.appears("form[data-passkey]:not([hidden])").await?;
    const ASKED: &str = "return performance.getEntriesByType('resource').filter(entry => \
        entry.name.endsWith('/sign-in/passkey/options')).length";
    ensure!(browser.run(ASKED).await? == 0, "a page that nobody has touched asks for a challenge");
    browser.click("[name=username]").await?;
    browser.appears(".tiles").await?;
    at(&browser, "").await?;
    browser.shows("今天").await?;
    browser.close().await?;
    found.verdict()
}

/// The authenticator does not know its user: one page says what else there is, and one of it is the second step.
#[tokio::test]
async fn a_passkey_that_fails_leads_to_a_page_with_the_other_ways() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(1280).await?, newcomer());
    let authenticator = browser.add_authenticator().await?;
    registered(&browser, &who).await?;
    at(&browser, "/passkeys").await?;
    browser.submit().await?;
    let code = keep_codes(&browser).await?;
    browser.sign_out_at_the_passport().await?;

    browser.let_authenticator_verify(&authenticator, false).await?;
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.click("form[data-passkey] button").await?;
    browser.arrives_at(&format!("{}/sign-in/passkey", browser.demo.passport)).await?;
    browser.one_button_leads_on().await?;
    browser.fill("username", &who.email).await?;
    browser.fill("password", &who.password).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/sign-in/second-step", browser.demo.passport)).await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    browser.fill("code", &code.to_lowercase()).await?;
    browser.submit().await?;
    browser.appears(".tiles").await?;
    browser.close().await?;
    found.verdict()
}

/// On the way to a site, with the keys of a keyboard alone: Tab, letters, Enter, and in the list of provinces the arrow.
#[tokio::test]
async fn who_has_an_app_signs_in_by_keyboard_and_reaches_the_site() -> anyhow::Result<()> {
    let (owner, who) = (Browser::open(1280).await?, newcomer());
    registered(&owner, &who).await?;
    let (app, code) = with_app(&owner).await?;

    const ENTER: &str = "\u{E007}";
    const DOWN: &str = "\u{E015}";
    let browser = Browser::open(390).await?;
    browser.asked_to_sign_in(&browser.demo.cet).await?;
    browser.type_by_keyboard("[name=province]", DOWN).await?;
    browser.type_by_keyboard("[name=username]", &who.email).await?;
    browser.type_by_keyboard("[name=password]", &format!("{}{ENTER}", who.password)).await?;
    browser.arrives_at(&format!("{}/sign-in/second-step", browser.demo.passport)).await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    browser.type_by_keyboard("[name=code]", &format!("000000{ENTER}")).await?;
    browser.appears(".summary").await?;
    found.look(&browser).await?;
    // The summary has the focus, and its first line leads to the field.
    browser.type_by_keyboard(".summary a", ENTER).await?;
    browser.type_by_keyboard("[name=code]", &app.code()?).await?;
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;
    // Back to the step that is done: on to the site, and no second sign-in.
    browser.back().await?;
    browser.leads_on().await?;
    browser.close().await?;

    // Without script, the telephone lost: a code on paper.
    let paper = Browser::open_without_script().await?;
    paper.asked_to_sign_in(&paper.demo.cet).await?;
    paper.fill("province", "31").await?;
    paper.fill("username", &who.email).await?;
    paper.fill("password", &who.password).await?;
    paper.submit().await?;
    paper.arrives_at(&format!("{}/sign-in/second-step", paper.demo.passport)).await?;
    ensure!(!paper.has("form[data-passkey]").await?, "there is no passkey to offer");
    paper.click("a[href*='with=recovery']").await?;
    paper.fill("code", &code).await?;
    paper.submit().await?;
    paper.stands_at_the_desk_of(&paper.demo.cet).await?;
    paper.close().await?;
    owner.close().await?;
    found.verdict()
}

/// A browser that is remembered asks for the password alone; every other one goes on asking for the step.
#[tokio::test]
async fn where_the_device_is_remembered_the_step_is_left_out_and_nowhere_else() -> anyhow::Result<()> {
    let (owner, who) = (Browser::open(390).await?, newcomer());
    registered(&owner, &who).await?;
    let (app, _) = with_app(&owner).await?;
    owner.close().await?;

    let (browser, sign_in) = (Browser::open(1280).await?, async |browser: &Browser| {
        browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
        browser.sign_in(&who.email, &who.password).await
    });
    sign_in(&browser).await?;
    browser.fill("code", &app.code()?).await?;
    browser.click("[name=trust]").await?;
    browser.submit().await?;
    browser.appears(".tiles").await?;
    browser.sign_out_at_the_passport().await?;
    sign_in(&browser).await?;
    browser.appears(".tiles").await?;

    let other = Browser::open(390).await?;
    sign_in(&other).await?;
    other.arrives_at(&format!("{}/sign-in/second-step", other.demo.passport)).await?;
    other.close().await?;
    browser.close().await
}

/// A passkey and nothing else signs in; and when it does not, the mail and the passkey give the account a password again.
#[tokio::test]
async fn an_account_does_without_a_password_and_gets_one_back() -> anyhow::Result<()> {
    let (browser, who, mut found) = (Browser::open(390).await?, newcomer(), Findings::default());
    browser.add_authenticator().await?;
    registered(&browser, &who).await?;
    at(&browser, "/passkeys").await?;
    browser.submit().await?;
    keep_codes(&browser).await?;
    browser.click("a[href='/account/password/remove']").await?;
    browser.shows("验证邮箱或手机号").await?;
    found.look(&browser).await?;
    let mail = received(&browser.demo, &who.email, "请验证您的邮箱").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;

    // The sign-in with the passkey comes first, and this authenticator says yes by itself.
    browser.goto(&format!("{}/account/password/remove", browser.demo.passport)).await?;
    browser.click("[name=username]").await?;
    browser.appears("#remove").await?;
    found.look(&browser).await?;
    browser.click("#remove").await?;
    browser.shows("只有通行密钥能登录您的账号").await?;
    found.look(&browser).await?;
    for page in ["/account/password", "/account/close", "/account/export"] {
        browser.goto(&format!("{}{page}", browser.demo.passport)).await?;
        ensure!(!browser.has("[name=old_password]").await?, "{page} asks for a password that is not there");
        found.look(&browser).await?;
    }
    browser.sign_out_at_the_passport().await?;
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.click("[name=username]").await?;
    browser.appears(".tiles").await?;
    browser.sign_out_at_the_passport().await?;

    browser.goto(&format!("{}/recover", browser.demo.passport)).await?;
    browser.fill("username", &who.email).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    browser.fill("code", &received(&browser.demo, &who.email, "重置密码").await?.code()?).await?;
    browser.submit().await?;
    browser.shows("还需要一步").await?;
    found.look(&browser).await?;
    browser.click("form[data-passkey] button").await?;
    browser.fill("password", "Regen7!wolke").await?;
    browser.fill("password_confirm", "Regen7!wolke").await?;
    browser.submit().await?;
    // On the sign-in page the authenticator says yes by itself once more.
    browser.shows("新密码已保存").await?;
    browser.click("[name=username]").await?;
    browser.appears(".tiles").await?;
    browser.goto(&format!("{}/account/password", browser.demo.passport)).await?;
    browser.appears("[name=old_password]").await?;
    browser.close().await?;
    found.verdict()
}
