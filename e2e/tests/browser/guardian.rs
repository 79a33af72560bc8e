//! 监护人同意, as a child and a parent meet it: on the way to a site, beside each other and apart.

use anyhow::ensure;
use e2e::journey::Newcomer;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, received};

/// A child who registered on the way to CET, and stands before the question who answers for them.
async fn stands_before_the_question(browser: &Browser) -> anyhow::Result<Newcomer> {
    let (demo, who) = (&browser.demo, newcomer());
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("main a[href*='/register']").await?;
    browser.fill_registration(&who).await?;
    browser.fill("age", "under").await?;
    browser.submit().await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.arrives_at(&format!("{}/account/guardian", demo.passport)).await?;
    Ok(who)
}

async fn names(browser: &Browser, contact: &str) -> anyhow::Result<()> {
    browser.fill("guardian_name", "王芳").await?;
    browser.fill("relation", "mother").await?;
    browser.fill("contact", contact).await?;
    if browser.has("[name=birthdate]").await? {
        browser.fill("birthdate", "2016-09-01").await?;
    }
    browser.submit().await
}

async fn asks(browser: &Browser, contact: &str) -> anyhow::Result<()> {
    names(browser, contact).await?;
    browser.appears("[name=code]").await
}

#[tokio::test]
async fn a_parent_elsewhere_consents_by_the_link_twice_leads_on_and_the_child_arrives_at_the_site() -> anyhow::Result<()>
{
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let (who, parent) = (stands_before_the_question(&browser).await?, newcomer());
    let mut found = Findings::default();
    let asked = browser.url().await?;
    found.look_at_every_way(&browser, &asked).await?;
    // Neither another site nor Back is a way around it.
    browser.goto(&format!("{}/registration", demo.ncre)).await?;
    browser.arrives_at(&format!("{}/account/guardian", demo.passport)).await?;
    browser.goto(&asked).await?;
    names(&browser, &who.email).await?;
    browser.shows("这是您自己的联系方式").await?;
    found.look(&browser).await?;
    asks(&browser, &parent.email).await?;
    found.look_at_every_way(&browser, &browser.url().await?).await?;

    let link = received(demo, &parent.email, "监护人").await?.link("/guardian/consent")?;
    let other = Browser::open(1280).await?;
    found.look_at_every_way(&other, &link).await?;
    other.click("main form button.primary").await?;
    other.appears(".status-mark.ok").await?;
    other.goto(&link).await?;
    other.shows("您已经同意过").await?;
    other.one_button_leads_on().await?;
    ensure!(!other.has(".tiles").await?, "the link signed somebody in");

    browser.goto(&asked).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    let undo = received(demo, &parent.email, "撤回").await?.link("/guardian/withdraw")?;
    found.look_at_every_way(&other, &undo).await?;
    other.click("main form button.danger").await?;
    other.appears(".status-mark.ok").await?;
    other.goto(&undo).await?;
    other.shows("没有什么要撤回的").await?;
    other.one_button_leads_on().await?;
    other.close().await?;
    let told = async || {
        browser.goto(&demo.cet).await?;
        Ok(!browser.has("form[action='/sign-out']").await?)
    };
    browser.until("CET to have been told", told).await?;
    found.verdict()?;
    browser.close().await
}

#[tokio::test]
async fn a_parent_beside_the_child_reads_ticks_and_types_the_code_and_they_are_at_the_site() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    stands_before_the_question(&browser).await?;
    let parent = newcomer();
    asks(&browser, &parent.mobile).await?;
    let code = received(demo, &format!("+86{}", parent.mobile), "监护人").await?.code()?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.appears("#agree-error").await?;
    browser.click("[name=agree]").await?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}
