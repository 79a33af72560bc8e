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

#[tokio::test]
async fn all_other_sign_ins_end_by_one_button_and_the_one_in_hand_stays() -> anyhow::Result<()> {
    let (here, first) = (Browser::open(390).await?, Browser::open(1280).await?);
    let second = Browser::open(1280).await?;
    let who = here.at_the_desk().await?;
    for other in [&first, &second] {
        other.asked_to_sign_in(&other.demo.pets).await?;
        other.sign_in(&who.mobile, &who.password).await?;
        other.stands_at_the_desk_of(&other.demo.pets).await?;
    }
    let sessions = format!("{}/account/sessions", here.demo.passport);
    here.goto(&sessions).await?;
    here.shows("2个登录会退出通行证").await?;
    let mut found = Findings::default();
    found.look(&here).await?;
    here.click("main button[name=session][value=others]").await?;
    here.appears(".notice.ok").await?;
    ensure!(!here.has(".device button[name=session]").await?, "another sign-in still stands in the list");
    found.look(&here).await?;
    for other in [&first, &second] {
        other.goto(&sessions).await?;
        other.stands_at_sign_in().await?;
        let told = async || {
            other.goto(&other.demo.pets).await?;
            Ok(!other.has("form[action='/sign-out']").await?)
        };
        other.until("PETS to have been told", told).await?;
    }
    here.goto(&format!("{}/registration", here.demo.cet)).await?;
    here.stands_at_the_desk_of(&here.demo.cet).await?;
    first.close().await?;
    second.close().await?;
    here.close().await?;
    found.verdict()
}
