//! 登录与设备 with two browsers of one person: what the list shows, and that ending one is felt in the other.

use anyhow::ensure;

use crate::axe::Findings;
use crate::stage::Browser;

#[tokio::test]
async fn a_sign_in_ended_from_another_device_is_over_there_and_at_its_sites() -> anyhow::Result<()> {
    let (phone, desk) = (Browser::open(390).await?, Browser::open(1280).await?);
    let who = phone.at_the_desk().await?;
    desk.asked_to_sign_in(&desk.demo.pets).await?;
    desk.sign_in(&who.mobile, &who.password).await?;
    desk.stands_at_the_desk_of(&desk.demo.pets).await?;

    let (sessions, activity) =
        (format!("{}/account/sessions", desk.demo.passport), format!("{}/account/activity", desk.demo.passport));
    let mut found = Findings::default();
    found.look_at_every_way(&desk, &sessions).await?;
    desk.shows("本机").await?;
    desk.shows("Chrome").await?;
    desk.click(".device button[name=session]").await?;
    desk.appears(".notice.ok").await?;
    ensure!(!desk.has(".device button[name=session]").await?, "the other sign-in still stands in the list");
    found.look(&desk).await?;
    found.look_at_every_way(&desk, &activity).await?;
    desk.shows("在“登录与设备”里结束了一个登录").await?;
    found.verdict()?;

    phone.goto(&sessions).await?;
    phone.arrives_at(&format!("{}/sign-in", phone.demo.passport)).await?;
    let told = async || {
        phone.goto(&phone.demo.cet).await?;
        Ok(!phone.has("form[action='/sign-out']").await?)
    };
    phone.until("CET to have been told", told).await?;
    desk.goto(&format!("{}/registration", desk.demo.pets)).await?;
    desk.stands_at_the_desk_of(&desk.demo.pets).await?;
    phone.close().await?;
    desk.close().await
}
