//! What becomes of an account over the years: contacts proven, a password forgotten, by real mail and SMS.

use anyhow::ensure;

use e2e::journey::Newcomer;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, received, registered};

#[tokio::test]
async fn a_newcomer_proves_the_address_by_the_mails_link_and_the_number_by_a_code() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    registered(&browser, &who).await?;
    browser.shows("您的邮箱和手机号还没有验证").await?;

    // On another device, where nobody is signed in.
    let elsewhere = Browser::open(1280).await?;
    let mail = received(&browser.demo, &who.email, "请验证您的邮箱").await?;
    elsewhere.goto(&mail.link("/contact/confirm")?).await?;
    elsewhere.shows(&who.email).await?;
    elsewhere.click("main form button.primary").await?;
    elsewhere.shows("邮箱已验证").await?;
    elsewhere.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    elsewhere.arrives_at(&format!("{}/sign-in", browser.demo.passport)).await?;
    elsewhere.close().await?;

    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.click("#mobile").await?;
    browser.appears("[name=code]").await?;
    let sms = received(&browser.demo, &format!("+86{}", who.mobile), "验证手机号").await?;
    browser.reload().await?;
    browser.shows("已交给运营商").await?;
    // Who does not see the seconds hears when they are over. The script's clock is moved.
    ensure!(!browser.has("[role=status][data-over]:not(:empty)").await?, "a countdown speaks before its end");
    browser.run("const now = Date.now; Date.now = () => now() + 61000;").await?;
    browser.appears("[role=status][data-over]:not(:empty)").await?;
    browser.shows("现在可以重新发送了").await?;
    ensure!(!browser.text().await?.contains("秒后可以重发"), "the seconds stand beside it");
    browser.fill("code", &sms.code()?).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.until("both are proven", async || Ok(browser.text().await?.matches("已验证").count() == 2)).await?;
    browser.back().await?;
    browser.shows("联系方式").await?;
    browser.close().await
}

#[tokio::test]
async fn a_number_is_asked_for_by_its_new_owner_and_kept_by_the_holder() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    let number = format!("+86{}", who.mobile);
    registered(&browser, &who).await?;
    let mail = received(&browser.demo, &who.email, "请验证您的邮箱").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.click("#mobile").await?;
    browser.appears("[name=code]").await?;
    browser.fill("code", &received(&browser.demo, &number, "验证手机号").await?.code()?).await?;
    browser.submit().await?;
    browser.until("both are proven", async || Ok(browser.text().await?.matches("已验证").count() == 2)).await?;

    let other = Browser::open(1280).await?;
    other.goto(&format!("{}/recover", other.demo.passport)).await?;
    other.fill("username", &who.mobile).await?;
    other.prove().await?;
    other.submit().await?;
    other.appears("[name=code]").await?;
    other.fill("code", &received(&other.demo, &number, "重置密码").await?.code()?).await?;
    other.submit().await?;
    other.shows("还需要一步").await?;
    other.click("main details summary").await?;
    other.click("main button[value=number]").await?;
    other.shows("已请求解绑").await?;
    other.close().await?;

    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.shows("表示号码现在是他的").await?;
    let mail = received(&browser.demo, &who.email, "有人请求解绑").await?;
    browser.goto(&mail.link("/contact/number")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("号码已保留").await?;
    browser.close().await
}

/// Registered, with the mail address proven.
async fn proven(browser: &Browser) -> anyhow::Result<Newcomer> {
    let who = newcomer();
    registered(browser, &who).await?;
    let mail = received(&browser.demo, &who.email, "请验证您的邮箱").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;
    Ok(who)
}

/// Back after years, with nothing but the document: it signs in, and it finds the address that was forgotten.
#[tokio::test]
async fn who_remembers_only_the_document_signs_in_by_it_and_is_sent_the_account() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    let demo = &browser.demo;
    let number = format!("G{}", &who.mobile[who.mobile.len() - 8..]);
    browser.goto(&format!("{}/register", demo.passport)).await?;
    browser.fill_registration(&who).await?;
    browser.fill("id_type", "passport").await?;
    browser.fill("id_number", &number).await?;
    browser.fill("name", "买买提·吐尔逊").await?;
    browser.submit().await?;
    browser.stands_at_sign_in().await?;
    let mail = received(demo, &who.email, "请验证您的邮箱").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;

    let later = Browser::open(1280).await?;
    later.goto(&format!("{}/sign-in", demo.passport)).await?;
    later.click("main a[href^='/recover/account']").await?;
    later.fill("province", "31").await?;
    later.fill("id_type", "passport").await?;
    later.fill("id_number", &number.to_lowercase()).await?;
    later.fill("name", "买买提•吐尔逊").await?;
    later.prove().await?;
    later.submit().await?;
    later.shows("如果信息一致，我们已经把账号发到").await?;
    ensure!(!later.text().await?.contains(&who.email), "the page tells whose it is");
    received(demo, &who.email, "有人用您的证件和姓名查询账号").await?;
    later.goto(&format!("{}/sign-in", demo.passport)).await?;
    later.sign_in(&format!("{} {}", &number[..5], &number[5..]), &who.password).await?;
    later.appears(".tiles").await?;
    later.shows("买买提").await?;
    later.close().await?;
    browser.close().await
}

/// Without a mouse: every step is reached by Tab, and every button is pressed by Enter. Every page on the way is looked at.
#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_keyboard_alone() -> anyhow::Result<()> {
    const ENTER: &str = "\u{E007}";
    let owner = Browser::open(390).await?;
    let who = proven(&owner).await?;
    owner.close().await?;

    let (browser, mut found) = (Browser::open(1280).await?, Findings::default());
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.type_by_keyboard("main a[href='/recover'], main a[href^='/recover?']", ENTER).await?;
    browser.arrives_at(&format!("{}/recover", browser.demo.passport)).await?;
    browser.type_by_keyboard("[name=username]", &who.email).await?;
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.appears("[name=code]").await?;
    found.look(&browser).await?;
    browser.type_by_keyboard("[name=code]", "000000").await?;
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.appears(".summary").await?;
    found.look(&browser).await?;
    // The summary has the focus, and its first line leads to the field.
    browser.type_by_keyboard(".summary a", ENTER).await?;
    let code = received(&browser.demo, &who.email, "重置密码").await?.code()?;
    browser.type_by_keyboard("[name=code]", &code).await?;
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    found.look(&browser).await?;
    for name in ["password", "password_confirm"] {
        browser.type_by_keyboard(&format!("[name={name}]"), "Regen7!wolke").await?;
    }
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.shows("新密码已保存").await?;
    browser.close().await?;
    found.verdict()
}

/// In English, on a phone, on the way to a site: the code of a mail, and the site is reached.
#[tokio::test]
async fn who_forgot_the_password_on_the_way_to_a_site_gets_there() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open_in(390, "en").await?, newcomer());
    registered(&browser, &who).await?;
    let mail = received(&browser.demo, &who.email, "verify your address").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("Your address is verified").await?;

    let other = Browser::open_in(390, "en").await?;
    let demo = &other.demo;
    other.goto(&format!("{}/registration?lang=en", demo.cet)).await?;
    other.stands_at_sign_in().await?;
    other.click("main a[href^='/recover?']").await?;
    other.arrives_at(&format!("{}/recover", demo.passport)).await?;
    other.fill("username", &who.email).await?;
    other.prove().await?;
    other.submit().await?;
    other.appears("[name=code]").await?;
    let mail = received(demo, &who.email, "Resetting the password").await?;
    other.fill("code", &mail.code()?).await?;
    other.submit().await?;
    other.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
    other.fill("password", "Regen7!wolke").await?;
    other.fill("password_confirm", "Regen7!wolke").await?;
    other.submit().await?;
    other.shows("The new password is saved").await?;
    ensure!(other.value("username").await? == who.email, "the account is not filled in");
    other.fill("province", "31").await?;
    other.fill("password", "Regen7!wolke").await?;
    other.submit().await?;
    other.arrives_at(&format!("{}/registration", demo.cet)).await?;

    // The session of before has ended; the mail's link leads to one page with one way on.
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.stands_at_sign_in().await?;
    browser.goto(&mail.link("/recover/link")?).await?;
    browser.shows("This link").await?;
    ensure!(browser.has("main a.button.primary").await?, "there is no way on");
    other.close().await?;
    browser.close().await
}
