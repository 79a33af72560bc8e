//! The pages that there are, by what the routers of the programs say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;

/// What the passport answers to a GET without being a page: data, pictures, a frame without words, and addresses that lead
/// on at once.
const NO_PAGES: [&str; 21] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/ssf-configuration",
    "/authorize",
    "/authorize/cancel",
    "/authorize/resume",
    "/captcha/image",
    "/check-session",
    "/clients/{client_id}",
    "/clients/{client_id}/evidence",
    "/clients/{client_id}/findings",
    "/clients/{client_id}/jwks.json",
    "/clients/{client_id}/refusals",
    "/clients/{client_id}/rehearsal",
    "/clients/{client_id}/secrets",
    "/clients/{client_id}/signals",
    "/jwks",
    "/logos/{hash}",
    "/openapi.json",
    "/status.json",
    "/userinfo",
];

/// Pages that are there only where the operator's policy allows them (`accounts.sms_second_step`), which that of the demo
/// does not: it is as delivered. The tests of that policy look at them (`sms_step`).
const NOT_AS_DELIVERED: [&str; 2] = ["/account/security/sms", "/account/security/sms/remove"];

/// What a site answers to a GET without being a page: it leads on at once.
const NO_PAGES_OF_SITES: [&str; 3] = ["/sign-in", "/sign-in/callback", "/sign-in/initiate"];

/// The pages of the passport.
pub(crate) fn of_passport() -> anyhow::Result<BTreeSet<String>> {
    let mut constants = BTreeMap::new();
    for (module, file) in [
        ("paths", "passport/src/web/paths.rs"),
        ("provider", "passport/src/oidc/discovery.rs"),
        ("logos", "passport/src/clients/logos/endpoint.rs"),
    ] {
        read_constants(module, &source(file)?, &mut constants);
    }
    let router = source("passport/src/router.rs")?;
    let all = router.split("pub fn direct").next().unwrap_or_default();
    without(without(pages(all, &constants)?, &NO_PAGES)?, &NOT_AS_DELIVERED)
}

/// The pages of an exam site.
pub(crate) fn of_site() -> anyhow::Result<BTreeSet<String>> {
    without(pages(&source("cet-site/src/router.rs")?, &BTreeMap::new())?, &NO_PAGES_OF_SITES)
}

/// Whether an address is that page: a part in braces stands for anything.
pub(crate) fn is_of(path: &str, page: &str) -> bool {
    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (path, page) = (parts(path), parts(page));
    path.len() == page.len() && path.iter().zip(&page).all(|(part, of)| part == of || of.starts_with('{'))
}

fn source(file: &str) -> anyhow::Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Notes the addresses that a file names, as `module::NAME`.
fn read_constants(module: &str, source: &str, into: &mut BTreeMap<String, String>) {
    for line in source.lines().map(str::trim) {
        let Some((name, value)) = line.strip_prefix("pub const ").and_then(|line| line.split_once(": &str = ")) else {
            continue;
        };
        let value = value.trim_end_matches(';');
        let known = value.rsplit("::").next().and_then(|last| into.get(&format!("paths::{last}")));
        let value = known.cloned().unwrap_or_else(|| value.trim_matches('"').to_owned());
        into.insert(format!("{module}::{name}"), value);
    }
}

/// Every address that is answered to a GET.
fn pages(router: &str, constants: &BTreeMap<String, String>) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for route in router.split(".route(").skip(1) {
        let (path, answered_by) = route.split_once(',').context("a route")?;
        // `get(…)`, and not `target(…)`.
        if !answered_by.split(|c: char| !c.is_ascii_alphanumeric() && c != '(').any(|word| word.starts_with("get(")) {
            continue;
        }
        let path = path.trim();
        let literal = path.strip_prefix('"').and_then(|path| path.strip_suffix('"')).map(str::to_owned);
        let path = literal.or_else(|| constants.get(path).cloned()).with_context(|| format!("what is {path}?"))?;
        found.insert(path);
    }
    Ok(found)
}

fn without(mut pages: BTreeSet<String>, others: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    for other in others {
        anyhow::ensure!(pages.remove(*other), "{other} is no address any more");
    }
    Ok(pages)
}
