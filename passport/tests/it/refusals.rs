//! What is refused names its rule, leads to a page about it, and is counted for the owner of the client: bounded, whoever
//! sends what, and without anything of anybody in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::{Method, Request};
use passport::MIGRATIONS;
use passport::audit::Actor;
use passport::clients::Client;
use passport::oidc::params::Params;
use passport::oidc::refusals::store::{self, Stored};
use passport::oidc::refusals::{Endpoint, OF_ONE, Refused, TOTAL};
use passport::oidc::rules::{Rule, dictionary};
use shared::clock::Clock as _;
use shared::db::{DbConfig, DbError, sql};
use shared::i18n::Lang;
use shared::testkit::{self, Answer, Browser};

use crate::support::process::Installation;
use crate::support::site::{
    OURS, PUBLIC, SECRET, THEIRS, authorize, basic, encoded, get, post, redemption, refreshing, request, token,
    userinfo, with, without,
};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

/// What is stored of a client, ever.
async fn stored(passport: &Passport, client: &str) -> Vec<Stored> {
    let client = client.to_owned();
    let read = passport.db.read(move |tx| {
        let client = client.clone();
        async move { store::of_client(tx, &client, 0).await }.boxed()
    });
    read.await.expect("rows")
}

/// The same, once this node has written down what it counted: rule, whether it was proven, and how often.
async fn written(passport: &Passport, client: &str) -> Vec<(String, bool, i64)> {
    passport.app.oidc.write_refusals().await.expect("written");
    let rows = stored(passport, client).await;
    rows.into_iter().map(|row| (row.rule, row.proven, row.times)).collect()
}

fn counted(rule: Rule, proven: bool, times: i64) -> (String, bool, i64) {
    (rule.name().to_owned(), proven, times)
}

async fn rows(passport: &Passport) -> i64 {
    let count = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move { sql("SELECT COUNT(*) AS n FROM refusals").fetch_one(tx).await?.get::<i64>("n") })
    });
    count.await.expect("a count")
}

async fn client(passport: &Passport, id: &str) -> Arc<Client> {
    passport.app.clients.find(id).await.expect("an answer").expect("a client")
}

/// A request of `cet` with an address that is not registered.
fn elsewhere() -> Vec<(&'static str, &'static str)> {
    with(request(), "redirect_uri", "https://cet.test/cb/")
}

#[tokio::test]
async fn what_a_client_gets_wrong_is_counted_by_its_rule_and_whether_it_was_the_client() {
    on_both(|passport| async move {
        passport.register(&[OURS, PUBLIC]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for _ in 0..3 {
            assert_eq!(authorize(&mut browser, &elsewhere()).await.status, 400);
        }
        authorize(&mut browser, &with(request(), "prompt", "none login")).await;
        let by = basic("cet", SECRET);
        post(&mut browser, "/par", encoded(&elsewhere()), &[("authorization", &by)]).await;
        token(&mut browser, &[("grant_type", "password")]).await;
        let wrong = basic("cet", "a-secret-that-is-long-enough-and-wrong");
        post(&mut browser, "/token", encoded(&refreshing("x")), &[("authorization", &wrong)]).await;
        post(&mut browser, "/introspect", encoded(&[]), &[("authorization", &by)]).await;
        post(&mut browser, "/revoke", "a=%zz", &[("authorization", &by)]).await;
        let own = passport.tokens(&mut browser, "profile").await;
        userinfo(&mut browser, own["access_token"].as_str().expect("a token")).await;
        get(&mut browser, "/logout?client_id=cet&post_logout_redirect_uri=https://cet.test/", &[]).await;
        let expected = [
            counted(Rule::ClientSecretWrong, false, 1),
            counted(Rule::GrantTypeUnsupported, true, 1),
            counted(Rule::IntrospectionTokenMissing, true, 1),
            counted(Rule::LogoutRedirectNotRegistered, false, 1),
            counted(Rule::OpenidMissing, true, 1),
            counted(Rule::ParameterEncoding, false, 1),
            counted(Rule::PromptNoneNotAlone, false, 1),
            counted(Rule::RedirectUriNotRegistered, false, 3),
            counted(Rule::RedirectUriNotRegistered, true, 1),
        ];
        assert_eq!(written(&passport, "cet").await, expected);
        // A public client is whoever says its name.
        let form = [("client_id", "app"), ("grant_type", "refresh_token"), ("refresh_token", "x")];
        post(&mut browser, "/token", encoded(&form), &[]).await;
        assert_eq!(written(&passport, "app").await, [counted(Rule::RefreshTokenUnknown, false, 1)]);
    })
    .await;
}

#[tokio::test]
async fn what_a_guesser_must_not_learn_is_told_to_nobody_but_the_owner() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let mut answers = Vec::new();
        let wrong = "x".repeat(43);
        for changed in [
            with(redemption(&code), "code_verifier", &wrong),
            with(redemption(&code), "redirect_uri", "https://cet.test/other"),
            without(redemption(&code), "code_verifier"),
            with(redemption(&code), "code", "none"),
        ] {
            answers.push(token(&mut browser, &changed).await);
        }
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200, "it was not spent");
        answers.push(token(&mut browser, &redemption(&code)).await);
        let late = passport.code(&mut browser, &request()).await;
        passport.clock.advance(Duration::from_secs(61));
        answers.push(token(&mut browser, &redemption(&late)).await);
        let told: BTreeSet<_> = answers.iter().map(|answer| (answer.status.as_u16(), answer.text.as_str())).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(answers[0].json()["error_uri"], format!("{ISSUER}/errors/grant-refused"));
        let rules = [
            Rule::CodeExpired,
            Rule::CodeRedirectUriDiffers,
            Rule::CodeSpent,
            Rule::CodeUnreadable,
            Rule::VerifierMissing,
            Rule::VerifierWrong,
        ];
        assert_eq!(written(&passport, "cet").await, rules.map(|rule| counted(rule, true, 1)));
        let mut told = BTreeSet::new();
        for by in [basic("cet", "a-secret-that-is-long-enough-and-wrong"), basic("nobody", SECRET)] {
            told.insert(post(&mut browser, "/token", encoded(&refreshing("x")), &[("authorization", &by)]).await.text);
        }
        let form = [("client_id", "cet"), ("client_secret", SECRET)];
        told.insert(post(&mut browser, "/token", encoded(&form), &[]).await.text);
        assert_eq!(told.len(), 1, "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_add_up() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let other = Passport::start_again(passport.db.clone(), passport.clock.now() + Duration::from_secs(7)).await;
        for (node, times) in [(&passport, 2), (&other, 3)] {
            for _ in 0..times {
                authorize(&mut node.browser(), &elsewhere()).await;
            }
        }
        assert_eq!(written(&passport, "cet").await, [counted(Rule::RedirectUriNotRegistered, false, 2)]);
        assert_eq!(written(&other, "cet").await, [counted(Rule::RedirectUriNotRegistered, false, 5)]);
        authorize(&mut passport.browser(), &elsewhere()).await;
        assert_eq!(written(&passport, "cet").await, [counted(Rule::RedirectUriNotRegistered, false, 6)]);
        let rows = stored(&passport, "cet").await;
        assert_eq!((rows[0].first, rows[0].last), (passport.clock.now(), other.clock.now()));
        passport.clock.advance(Duration::from_secs(24 * 60 * 60));
        authorize(&mut passport.browser(), &elsewhere()).await;
        passport.app.oidc.write_refusals().await.expect("written");
        let days: Vec<_> = stored(&passport, "cet").await.iter().map(|row| (row.day, row.times)).collect();
        assert_eq!(days.len(), 2, "each day has its own row: {days:?}");
        assert_eq!((days[1].0 - days[0].0, days[0].1, days[1].1), (1, 6, 1));
    })
    .await;
}

#[tokio::test]
async fn a_flood_under_a_forged_name_stays_within_its_slots_and_hides_nothing_of_the_client() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (ours, theirs) = (client(&passport, "cet").await, client(&passport, "bei").await);
        let refusals = passport.app.oidc.refusals();
        let now = passport.clock.now();
        let forged = format!("client_id=cet&state={}&scope={}", "s".repeat(300), "x+".repeat(500));
        let params = Params::parse(forged.as_bytes()).expect("parameters");
        for n in 0..100_000 {
            let rule = Rule::ALL[n % Rule::ALL.len()];
            refusals.note(Refused::unproven(&ours, rule, Endpoint::Authorize, &params), now);
        }
        assert_eq!(refusals.held(), OF_ONE[0], "however many rules are broken");
        let own = Refused { proven: true, ..Refused::unproven(&ours, Rule::CodeSpent, Endpoint::Token, &params) };
        refusals.note(own, now);
        refusals.note(Refused::unproven(&theirs, Rule::RedirectUriNotRegistered, Endpoint::Authorize, &params), now);
        assert!(refusals.held() <= TOTAL[0] + TOTAL[1]);
        let kept = written(&passport, "cet").await;
        assert_eq!(kept.iter().filter(|(_, proven, _)| !proven).count(), OF_ONE[0]);
        assert!(kept.contains(&counted(Rule::CodeSpent, true, 1)), "{kept:?}");
        assert_eq!(written(&passport, "bei").await, [counted(Rule::RedirectUriNotRegistered, false, 1)]);
        assert_eq!(refusals.held(), 0);
        // However often: rows are those of rules.
        for round in 0..20_usize {
            for rule in Rule::ALL.iter().cycle().skip(round * OF_ONE[0]).take(Rule::ALL.len()) {
                refusals.note(Refused::unproven(&ours, *rule, Endpoint::Authorize, &params), now);
            }
            passport.app.oidc.write_refusals().await.expect("written");
        }
        let bound = i64::try_from(Rule::ALL.len()).expect("a small number") + 2;
        let rows = rows(&passport).await;
        assert!(rows <= bound, "{rows} rows");
        let longest = stored(&passport, "cet").await.iter().map(|row| row.example.len()).max();
        assert!(longest.is_some_and(|bytes| bytes < 600), "{longest:?}");
    })
    .await;
}

#[tokio::test]
async fn who_names_no_client_leaves_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        for id in ["nobody", "", "cet\u{0}", "c".repeat(65).as_str()] {
            authorize(&mut browser, &with(request(), "client_id", id)).await;
            let by = basic(id, SECRET);
            post(&mut browser, "/token", encoded(&refreshing("x")), &[("authorization", &by)]).await;
            post(&mut browser, "/token", encoded(&[("client_id", id)]), &[]).await;
        }
        userinfo(&mut browser, "none").await;
        assert_eq!(passport.app.oidc.refusals().held(), 0);
        passport.app.oidc.write_refusals().await.expect("written");
        assert_eq!(rows(&passport).await, 0);
        // A client that is removed before it is written.
        authorize(&mut browser, &elsewhere()).await;
        let cet = client(&passport, "cet").await;
        passport.app.clients.remove(Actor::Operator, &cet.id).await.expect("removed");
        passport.app.oidc.write_refusals().await.expect("written");
        assert_eq!(rows(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn counts_go_with_their_client_and_after_their_time() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        authorize(&mut passport.browser(), &elsewhere()).await;
        authorize(&mut passport.browser(), &with(elsewhere(), "client_id", "bei")).await;
        passport.app.oidc.write_refusals().await.expect("written");
        assert_eq!(rows(&passport).await, 2);
        let bei = client(&passport, "bei").await;
        passport.app.clients.remove(Actor::Operator, &bei.id).await.expect("removed");
        assert_eq!(rows(&passport).await, 1);
        passport.clock.advance(passport::oidc::refusals::KEPT - Duration::from_secs(1));
        passport.retention().run().await;
        assert_eq!(rows(&passport).await, 1);
        passport.clock.advance(Duration::from_secs(1));
        passport.retention().run().await;
        assert_eq!(rows(&passport).await, 0);
    })
    .await;
}

/// Words that stand for what is somebody's, in every place of a request.
const SOMEBODYS: [&str; 9] =
    ["lihua", "li@example.com", "13800138000", "11010519491231002X", "s3cret-state", "n0nce", "c0de", "t0ken", SECRET];

#[tokio::test]
async fn an_example_holds_nothing_of_anybody() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let somewhere =
            "https://li%40example.com:t0ken@cet.test/13800138000/lihua%20?id=11010519491231002X&t=t0ken#c0de";
        for name in ["scope", "prompt", "response_type", "response_mode", "code_challenge_method", "lihua"] {
            for value in SOMEBODYS {
                let mut pairs = with(request(), "redirect_uri", somewhere);
                for (name, value) in
                    [("state", "s3cret-state"), ("nonce", "n0nce"), ("login_hint", "li@example.com"), (name, value)]
                {
                    pairs = with(pairs, name, value);
                }
                authorize(&mut browser, &pairs).await;
                let by = basic("cet", SECRET);
                post(&mut browser, "/par", encoded(&pairs), &[("authorization", &by)]).await;
                let pairs = with(pairs, "redirect_uri", "https://cet.test/cb");
                authorize(&mut browser, &with(pairs, "max_age", "-1")).await;
            }
        }
        for value in SOMEBODYS {
            let form = [("grant_type", value), ("code", "c0de"), ("refresh_token", "t0ken"), (value, value)];
            token(&mut browser, &form).await;
            let form = [("client_id", "cet"), ("client_secret", SECRET), ("username", "lihua"), ("password", value)];
            post(&mut browser, "/token", encoded(&form), &[]).await;
            let query =
                encoded(&[("client_id", "cet"), ("post_logout_redirect_uri", somewhere), ("logout_hint", value)]);
            get(&mut browser, &format!("/logout?{query}"), &[]).await;
        }
        passport.app.oidc.write_refusals().await.expect("written");
        let rows = stored(&passport, "cet").await;
        assert!(rows.len() >= 5, "{rows:?}");
        for row in &rows {
            for word in SOMEBODYS {
                assert!(!row.example.contains(word), "{word} in {row:?}");
            }
            assert!(row.example.is_ascii(), "{row:?}");
        }
        let shown = rows.iter().find(|row| row.rule == "redirect-uri-not-registered").expect("a row");
        for part in ["/authorize ", " state", " nonce", " login_hint", " redirect_uri=https://cet.test/?/?"] {
            assert!(shown.example.contains(part), "{part} in {shown:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_node_that_is_started_again_loses_no_more_than_it_had_not_written() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        authorize(&mut passport.browser(), &elsewhere()).await;
        passport.app.oidc.write_refusals().await.expect("written");
        authorize(&mut passport.browser(), &elsewhere()).await;
        let again = Passport::start_again(passport.db.clone(), passport.clock.now()).await;
        drop(passport);
        authorize(&mut again.browser(), &elsewhere()).await;
        assert_eq!(written(&again, "cet").await, [counted(Rule::RedirectUriNotRegistered, false, 2)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_writes_down_what_it_counted_and_the_operator_is_shown_it() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        installation.add_client(folder.path(), OURS);
        let process = installation.start();
        for _ in 0..2 {
            let refused = process.post("/token", &[("client_id", "cet")], ("accept", "*/*")).await;
            assert_eq!(refused, 401);
        }
        process.last_words().await;
        let (done, told) = installation.command(&["clients", "refusals", "cet", "--days", "3"]);
        assert!(done, "{told}");
        let refused = &told["refusals"][0];
        assert_eq!((&refused["rule"], &refused["times"]), (&"client-credentials-missing".into(), &2.into()), "{told}");
        assert_eq!((&refused["proven"], &refused["error"]), (&false.into(), &"invalid_client".into()));
        assert_eq!(refused["days"].as_array().map(Vec::len), Some(3));
        assert_eq!(refused["example"], "POST /token client_id");
        let page = format!("{}/errors/client-credentials-missing", installation.issuer());
        assert_eq!(refused["page"], page);
        for lang in ["zh-CN", "en"] {
            assert!(refused["cause"][lang].is_string() && refused["mend"][lang].is_string(), "{lang}: {told}");
        }
        let (done, told) = installation.command(&["clients", "refusals", "nobody"]);
        assert!(!done, "{told}");
    })
    .await;
}

/// Where the error of an answer leads: by a redirect, in a document, or in a challenge.
fn error_uri(answer: &Answer) -> String {
    if let Some(sent) = answer.parameter("error_uri") {
        return sent;
    }
    if let Some(how) = answer.header("www-authenticate").filter(|how| how.contains("error_uri=")) {
        let (_, after) = how.split_once("error_uri=\"").expect("an address");
        return after.split('"').next().unwrap_or_default().to_owned();
    }
    let json = answer.json();
    json["error_uri"].as_str().unwrap_or_else(|| panic!("no error_uri: {} {}", answer.status, answer.text)).to_owned()
}

/// A text without what sets names apart in it.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '`').collect()
}

/// Errors of every endpoint, in every form in which they travel.
async fn errors(passport: &Passport) -> Vec<Answer> {
    let (mut browser, _) = passport.signed_in(None).await;
    let by = basic("cet", SECRET);
    let mut answers = Vec::new();
    for (name, value) in
        [("prompt", "none login"), ("response_type", "token"), ("scope", "made_up"), ("resource", "x:y")]
    {
        answers.push(authorize(&mut browser, &with(request(), name, value)).await);
    }
    answers.push(authorize(&mut passport.browser(), &with(request(), "prompt", "none")).await);
    for path in ["/token", "/par", "/introspect", "/revoke"] {
        for (body, headers) in [
            ("", vec![]),
            ("a=1&a=1", vec![("authorization", by.as_str())]),
            ("token=", vec![("authorization", by.as_str())]),
            ("", vec![("authorization", "Basic x")]),
        ] {
            answers.push(post(&mut browser, path, body, &headers).await);
        }
        answers.retain(|answer| answer.status != 200);
        let json = Request::post(format!("{ISSUER}{path}")).header("content-type", "application/json");
        answers.push(browser.send(json.body("{}".into()).expect("a request")).await);
        let large =
            Request::post(format!("{ISSUER}{path}")).header("content-type", "application/x-www-form-urlencoded");
        answers.push(browser.send(large.body(vec![b'a'; 4_000_000].into()).expect("a request")).await);
        let put = Request::builder().method(Method::PUT).uri(format!("{ISSUER}{path}"));
        answers.push(browser.send(put.body("".into()).expect("a request")).await);
    }
    answers.push(userinfo(&mut browser, "none").await);
    let with_dpop = [("authorization", "DPoP none"), ("dpop", "a.b.c")];
    answers.push(get(&mut browser, "/userinfo", &with_dpop).await);
    answers.push(get(&mut browser, "/clients/nobody/jwks.json", &[]).await);
    answers.extend(registrations(&mut browser).await);
    answers
}

async fn registrations(browser: &mut Browser) -> Vec<Answer> {
    let mut answers = Vec::new();
    for body in ["{", r#"{"redirect_uris":["http://a.test/"]}"#, r#"{"redirect_uris":["https://a.test/"],"jwks":1}"#] {
        let sent = Request::post(format!("{ISSUER}/clients")).header("content-type", "application/json");
        answers.push(browser.send(sent.body(body.into()).expect("a request")).await);
    }
    answers.push(get(browser, "/clients/nobody", &[("authorization", "Bearer none")]).await);
    answers
}

#[tokio::test]
async fn every_error_leads_to_its_page_in_both_languages() {
    on_both_with("[registration]\npolicy = \"open\"\n", |passport: Passport| async move {
        passport.register(&[OURS]).await;
        let mut pages = BTreeSet::new();
        for answer in errors(&passport).await {
            let page = error_uri(&answer);
            let name = page.strip_prefix(&format!("{ISSUER}/errors/")).unwrap_or_else(|| panic!("{page}"));
            let rule = Rule::named(name).unwrap_or_else(|| panic!("{name} is no rule"));
            assert_eq!(rule.told(), rule, "{name} is told to nobody");
            pages.insert(name.to_owned());
        }
        assert!(pages.len() >= 18, "{pages:?}");
        for name in &pages {
            for (lang, tag) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
                let page = passport.browser().open(&format!("{ISSUER}/errors/{name}?lang={tag}")).await;
                assert_eq!(page.status, 200, "{name}");
                let text = dictionary::text(Rule::named(name).expect("a rule"), lang);
                let shown = page.texts("#error-entry .lead, #error-entry .card p").concat();
                for part in [text.cause, text.mend] {
                    assert!(plain(&shown).contains(&plain(part)), "{name} in {tag}: {part} in {shown}");
                }
            }
        }
        assert_eq!(passport.browser().open(&format!("{ISSUER}/errors/no-such-rule")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_list_leads_to_every_rule_and_a_page_tells_of_it() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        for (lang, tag) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
            let index = browser.open(&format!("{ISSUER}/errors?lang={tag}")).await;
            let links: BTreeSet<_> = index.attributes("#errors dl a", "href").into_iter().collect();
            let expected: BTreeSet<_> = Rule::ALL.iter().map(|rule| format!("/errors/{}", rule.name())).collect();
            assert_eq!(links, expected, "{tag}");
            // Their texts are looked at one by one beside the dictionary.
            for rule in Rule::ALL.iter().step_by(7) {
                let page = browser.open(&format!("{ISSUER}/errors/{}?lang={tag}", rule.name())).await;
                assert_eq!((page.status.as_u16(), page.texts("h1").concat()), (200, rule.name().to_owned()));
                let shown = plain(&page.texts("#error-entry .card p").concat());
                let mend = plain(dictionary::text(*rule, lang).mend);
                assert!(shown.contains(&mend), "{} in {tag}: {shown}", rule.name());
                let private = rule.told() != *rule;
                assert_eq!(page.has("#error-entry .hint"), private, "{}", rule.name());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_for_a_person_leads_their_sites_developer_to_the_entry() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let page = authorize(&mut passport.browser(), &elsewhere()).await;
        assert_eq!(page.status, 400);
        let links = page.attributes("#authorization-problem a", "href");
        assert!(links.contains(&"/errors/redirect-uri-not-registered".to_owned()), "{links:?}");
    })
    .await;
}
