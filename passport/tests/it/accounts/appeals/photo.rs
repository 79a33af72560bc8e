//! Sending the photo of a document, and what is sent instead.

use axum::body::Bytes;
use futures_util::future::join;
use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use http_body_util::StreamBody;
use hyper::body::Frame;
use shared::db::{DbError, sql};
use tokio::sync::mpsc;

use super::*;

/// What is stored of the photo.
async fn stored(passport: &Passport) -> Vec<u8> {
    let found = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move { sql("SELECT sealed FROM appeal_photos").fetch_one(tx).await?.get::<Vec<u8>>("sealed") })
    });
    found.await.expect("a photo")
}

#[tokio::test]
async fn the_photo_is_written_anew_sealed_and_seen_by_the_staff_alone() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let mut file = photo();
        let place = b"Exif\0\0GPS 39.9042N 116.4074E";
        let length = u16::try_from(place.len() + 2).expect("short").to_be_bytes();
        file.splice(2..2, [&[0xFF, 0xE1], length.as_slice(), place].concat());
        sent(&mut browser, upload(&case, &file)).await;
        let sealed = stored(&passport).await;
        let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(&sealed, b"JFIF") && !holds(&sealed, b"GPS"), "nobody reads it in the database");
        let number = number_of(&case);
        let seen = passport.app.accounts.see_photo(number, staff("wang")).await.expect("an answer").expect("a photo");
        assert!(!holds(&seen, b"GPS"));
        let drawn = image::load_from_memory(&seen).expect("a picture");
        assert_eq!((drawn.width(), drawn.height()), (640, 480));
        let looked = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'appeal_moved' AND actor = 'operator' \
                      AND details LIKE '%photo_seen%' AND details LIKE '%wang%'";
        assert_eq!(count(&passport, looked).await, 1);
        // Sealed for its appeal: in another one's row it does not open.
        let other = begun_by(&passport, &mut passport.browser(), "other@example.com", NUMBER).await;
        let moved = "UPDATE appeal_photos SET appeal_id = (SELECT id FROM appeals WHERE state = 'begun')";
        super::super::recovery::change(&passport, moved).await;
        assert!(passport.app.accounts.see_photo(number_of(&other), staff("wang")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn each_file_that_is_no_photo_gets_its_sentence_and_the_page_waits_for_another() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let whole = photo();
        for (file, says) in [
            (Vec::new(), "选择一张证件照片"),
            (vec![0xFF; (10 << 20) + 1], "超过10MB"),
            (b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "HEIC"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "动图或视频"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), "不是JPEG或PNG"),
            (whole[..whole.len() / 2].to_vec(), "没有传完整"),
            ([&whole, b"PK\x03\x04".as_slice()].concat(), "还带着别的内容"),
        ] {
            let answer = browser.send(upload(&case, &file)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{says}");
            let refused = browser.open(answer.location().expect("a way").as_str()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            assert!(summary(&refused)[0].contains(says), "{says}: {:?}", summary(&refused));
            assert_eq!(refused.attributes(".summary a", "href"), ["#photo"]);
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 0);
        let done = sent(&mut browser, upload(&case, &whole)).await;
        assert!(done.text.contains("照片已收到") && summary(&done).is_empty(), "{}", done.text);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_no_page_of_ours_sends_gets_a_page_and_does_nothing() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let form = case.form("main form[action^='/appeal/photo']");
        let (url, csrf) = (form.action().to_string(), form.value("csrf").expect("a token").to_owned());
        let with = |header: &'static str, value: &str| {
            let mut request = upload(&case, &photo());
            request.headers_mut().insert(header, value.parse().expect("a value"));
            request
        };
        for (request, status) in [
            (with("content-type", "application/x-www-form-urlencoded"), 415),
            (with("content-type", "multipart/form-data"), 415),
            (with("content-type", "multipart/form-data; boundary=other"), 400),
            (with("origin", "https://evil.example"), 403),
            (multipart(&url, &[("csrf", &csrf), ("csrf", &csrf)], &photo()), 400),
            (multipart(&url, &[("csrf", &csrf), ("more", &"x".repeat(5_000))], &photo()), 413),
            (multipart(&page("/appeal/photo?t=x"), &[("csrf", &csrf)], &photo()), 404),
            (with("content-length", "104857600"), 413),
        ] {
            let answer = browser.send(request).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
            assert!(answer.has("main h1") && answer.has("main a.button"), "never a bare {status}: {}", answer.text);
        }
        // Its token is missing, or another browser's: the form is shown again.
        for fields in [&[][..], &[("csrf", "AAAA")]] {
            let again = sent(&mut browser, multipart(&url, fields, &photo())).await;
            assert!(again.text.contains("我们没有执行") && again.has("#photo"), "{}", again.text);
        }
        let stranger = sent(&mut passport.browser(), upload(&case, &photo())).await;
        assert!(stranger.text.contains("我们没有执行"), "{}", stranger.text);
        assert_eq!(state(&passport, &case).await, "begun");
    })
    .await;
}

#[tokio::test]
async fn a_body_without_an_end_is_stopped_at_its_limit() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let head = "--xyz\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\n";
        let chunk = || Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from_static(&[0xFF; 1 << 20])));
        let head = stream::once(async move { Ok(Frame::data(Bytes::from(head))) });
        let rest = stream::iter(std::iter::repeat_with(chunk).take(1_000));
        let body = Body::new(StreamBody::new(head.chain(rest)));
        let mut request = upload(&case, b"");
        *request.body_mut() = body;
        let answer = browser.send(request).await;
        assert!(answer.status.is_client_error() && answer.has("main h1"), "{} {}", answer.status, answer.text);
    })
    .await;
}

#[tokio::test]
async fn of_two_photos_sent_at_once_one_is_taken_and_both_see_the_same_page() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let mut tab = browser.clone();
        let (one, other) =
            join(sent(&mut browser, upload(&case, &photo())), sent(&mut tab, upload(&case, &photo()))).await;
        for answer in [&one, &other] {
            assert!(answer.text.contains("等工作人员核对"), "{}", answer.text);
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 1);
        let late = sent(&mut browser, upload(&case, b"nonsense")).await;
        assert!(late.text.contains("等工作人员核对") && summary(&late).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_photo_is_tried_twenty_times_an_hour() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        for n in 0..21 {
            let refused = sent(&mut browser, upload(&case, b"nonsense")).await;
            let often = refused.status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(often, n == 20, "{n}: {}", refused.status);
        }
    })
    .await;
}

#[tokio::test]
async fn no_address_serves_a_photo() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        assert!(!case.has("main img"));
        let token = case.parameter("t").expect("a token");
        for path in ["/appeal/photo", "/appeal/photo.jpg", "/appeal/case/photo"] {
            let answer = browser.open(&page(&format!("{path}?t={token}"))).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    })
    .await;
}

/// Sends a photo of which nothing comes after its beginning; that it is received is told.
fn send_slowly(browser: &Browser, case: &Answer, received: mpsc::UnboundedSender<()>) -> tokio::task::JoinHandle<()> {
    let head = "--xyz\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\n";
    let head = stream::once(async move {
        let _ = received.send(());
        Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from(head)))
    });
    let mut request = upload(case, b"");
    *request.body_mut() = Body::new(StreamBody::new(head.chain(stream::pending())));
    let mut browser = browser.clone();
    tokio::spawn(async move { drop(browser.send(request).await) })
}

#[tokio::test]
async fn who_sends_slowly_holds_up_their_own_network_and_nobody_else() {
    on_both_with(PLAIN, |passport| async move {
        let mut here = passport.browser();
        let case = begun_by(&passport, &mut here, OWNER, NUMBER).await;
        let (told, mut received) = mpsc::unbounded_channel();
        let slow: Vec<_> = (0..4).map(|_| send_slowly(&here, &case, told.clone())).collect();
        for _ in 0..4 {
            received.recv().await.expect("received");
        }
        let mut elsewhere = passport.browser().from_address([203, 0, 113, 9].into());
        let other = begun_by(&passport, &mut elsewhere, "other@example.com", NUMBER).await;
        assert!(sent(&mut elsewhere, upload(&other, &photo())).await.text.contains("照片已收到"));

        // The next one of the same network waits, and is taken when one of them has left.
        let fifth = tokio::spawn({
            let (mut here, request) = (here.clone(), upload(&case, &photo()));
            async move { sent(&mut here, request).await }
        });
        slow[0].abort();
        assert!(fifth.await.expect("no panic").text.contains("照片已收到"));
        slow.iter().for_each(tokio::task::JoinHandle::abort);
    })
    .await;
}

#[tokio::test]
async fn who_finds_the_line_full_is_told_when_to_come_again_and_loses_nothing() {
    on_both_with(PLAIN, |passport| async move {
        let mut cases = Vec::new();
        for n in 0..3 {
            let mut browser = passport.browser().language("en");
            let case = begun_by(&passport, &mut browser, &format!("owner{n}@example.com"), NUMBER).await;
            cases.push((browser, case));
        }
        let (told, mut received) = mpsc::unbounded_channel();
        let slow: Vec<_> = (0..4).map(|n| send_slowly(&cases[n % 3].0, &cases[n % 3].1, told.clone())).collect();
        for _ in 0..4 {
            received.recv().await.expect("received");
        }
        // Four are received, forty wait: of one more it does not matter which.
        let crowd = (0..41).map(|n| {
            let (browser, case) = &cases[n % 3];
            let (mut browser, request) = (browser.clone(), upload(case, &photo()));
            async move { (sent(&mut browser, request).await, browser, n % 3) }
        });
        let mut crowd: FuturesUnordered<_> = crowd.collect();
        let (answer, mut browser, n) = crowd.next().await.expect("somebody is told");
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.header("retry-after").is_some());
        assert!(summary(&answer)[0].contains("Your appeal is saved"), "{:?}", summary(&answer));
        drop(crowd);
        slow.iter().for_each(tokio::task::JoinHandle::abort);
        for slow in slow {
            assert!(slow.await.is_err(), "it was given up");
        }
        sent(&mut browser, upload(&cases[n].1, &photo())).await;
        assert_eq!(state(&passport, &cases[n].1).await, "submitted");
    })
    .await;
}
