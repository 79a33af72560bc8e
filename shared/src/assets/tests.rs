//! The files, their names and what they promise.

use super::*;

#[tokio::test]
async fn a_hashed_name_may_be_kept_for_ever() {
    let name = url("site.css").trim_start_matches(ROOT).to_owned();
    let response = serve(Path(name), HeaderMap::new()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()[CACHE_CONTROL].to_str().is_ok_and(|cache| cache.contains("immutable")));
}

#[tokio::test]
async fn a_known_tag_saves_the_body() {
    let first = serve(Path("sprite.svg".to_owned()), HeaderMap::new()).await;
    let mut headers = HeaderMap::new();
    headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
    let second = serve(Path("sprite.svg".to_owned()), headers).await;
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn an_unknown_name_is_not_found() {
    let response = serve(Path("../theme.css".to_owned()), HeaderMap::new()).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[test]
fn the_worker_is_the_one_that_was_published() {
    let told = include_str!("../../assets/vendor/altcha/README.md");
    let worker = ASSETS.iter().find(|asset| asset.name == "altcha-pbkdf2.js").expect("the worker");
    let hash: String = sha256(worker.body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(told.contains(&hash), "{hash}");
}
