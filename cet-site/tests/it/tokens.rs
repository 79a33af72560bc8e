//! An ID token that does not hold signs nobody in (OpenID Connect Core §3.1.3.7).

use std::time::Duration;

use http::StatusCode;

use crate::support::{HOST, Lie, SITE, Twist, World, with_cet};

async fn refused(world: &World, twist: Twist, title: &str) {
    let mut browser = world.browser();
    world.passport.twist(twist);
    let page = browser.open(&format!("{SITE}/registration")).await;
    assert_eq!((page.status, page.texts("h1")), (StatusCode::BAD_REQUEST, vec![title.to_owned()]), "{twist:?}");
    assert!(browser.cookies.get(HOST, "__Host-cet_session").is_none(), "{twist:?}");
    assert!(!page.text.contains("evil"), "causes are for the log");
}

#[tokio::test]
async fn a_token_that_is_not_for_us_or_not_from_the_passport_is_refused() {
    with_cet(|world: World| async move {
        for twist in [
            Twist::Claim("iss", Lie::Text("https://evil.example")),
            Twist::Claim("aud", Lie::Text("evil")),
            Twist::Claim("aud", Lie::Texts(&["cet", "evil"])),
            Twist::Claim("azp", Lie::Text("evil")),
            Twist::Claim("nonce", Lie::Text("evil")),
            Twist::Claim("at_hash", Lie::Text("evil")),
            Twist::Claim("sub", Lie::Text("evil")),
            Twist::Signature,
            Twist::AlgNone,
            Twist::ForgedKid,
            Twist::NoIdToken,
            Twist::OtherSubject,
        ] {
            refused(&world, twist, "登录结果没有通过检查").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_time_tells_of_clocks_that_differ() {
    with_cet(|world: World| async move {
        refused(&world, Twist::Claim("exp", Lie::Seconds(-60)), "登录的时间对不上").await;
        refused(&world, Twist::Claim("iat", Lie::Seconds(61)), "登录的时间对不上").await;
    })
    .await;
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    with_cet(|world: World| async move {
        for twist in [Twist::Claim("exp", Lie::Seconds(-59)), Twist::Claim("iat", Lie::Seconds(60))] {
            world.passport.twist(twist);
            let desk = world.browser().open(&format!("{SITE}/registration")).await;
            assert_eq!(desk.texts("h1"), ["李雷，您好"], "{twist:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_key_is_looked_up_once_in_ten_seconds() {
    with_cet(|world: World| async move {
        let desk = format!("{SITE}/registration");
        assert_eq!(world.browser().open(&desk).await.status, StatusCode::OK);
        assert_eq!((world.passport.hits("discovery"), world.passport.hits("jwks")), (1, 1));

        world.wait(Duration::from_secs(10));
        world.passport.rotate();
        assert_eq!(world.browser().open(&desk).await.texts("h1"), ["李雷，您好"]);
        assert_eq!((world.passport.hits("discovery"), world.passport.hits("jwks")), (1, 2));

        // Forged key ids cannot make us ask more often.
        world.passport.twist(Twist::ForgedKid);
        world.wait(Duration::from_millis(9_999));
        for _ in 0..5 {
            assert_eq!(world.browser().open(&desk).await.status, StatusCode::BAD_REQUEST);
        }
        assert_eq!(world.passport.hits("jwks"), 2);
        world.wait(Duration::from_millis(1));
        world.browser().open(&desk).await;
        assert_eq!(world.passport.hits("jwks"), 3);
    })
    .await;
}

#[tokio::test]
async fn a_province_is_optional_and_must_be_one() {
    with_cet(|world: World| async move {
        let desk = format!("{SITE}/registration");
        world.passport.person("s", None);
        let page = world.browser().open(&desk).await;
        assert!(page.text.contains("还没有选择") && page.text.contains("已有省份开通报名"));
        world.passport.person("s", Some("99"));
        assert_eq!(world.browser().open(&desk).await.status, StatusCode::BAD_REQUEST);
    })
    .await;
}
