//! The rules of the design that a machine can hold: contrast of the tokens, and pages free of inline style and
//! script, which the content policy would drop without a word.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const THEME: &str = include_str!("../assets/theme.css");

type Tokens = BTreeMap<String, String>;

/// Light and dark.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    Light,
    Dark,
}

/// The tokens that hold where a part has that accent class.
fn tokens(scheme: Scheme, accent: &str) -> Tokens {
    let (light, dark) = blocks();
    let mut tokens = Tokens::new();
    for selector in [":root", accent] {
        tokens.extend(light.get(selector).cloned().unwrap_or_default());
        if scheme == Scheme::Dark {
            tokens.extend(dark.get(selector).cloned().unwrap_or_default());
        }
    }
    tokens
}

/// The custom properties of each selector, of light and of dark, from the token part of the theme.
fn blocks() -> (BTreeMap<String, Tokens>, BTreeMap<String, Tokens>) {
    let end = THEME.find("/* ---- The library's variables").expect("the token part ends where the library begins");
    let (mut light, mut dark) = (BTreeMap::new(), BTreeMap::new());
    let mut in_dark = false;
    let mut selector = String::new();
    for line in THEME[..end].lines() {
        if line.starts_with("@media (prefers-color-scheme: dark)") {
            in_dark = true;
            continue;
        }
        if line == "}" {
            in_dark = false;
        }
        let mut rest = line;
        if let Some((head, body)) = line.split_once('{') {
            selector = head.trim().to_owned();
            rest = body;
        }
        let side: &mut BTreeMap<String, Tokens> = if in_dark { &mut dark } else { &mut light };
        for declaration in rest.split(';') {
            if let Some((name, value)) = declaration.trim().trim_end_matches('}').trim().split_once(':')
                && name.starts_with("--")
            {
                side.entry(selector.clone()).or_default().insert(name.to_owned(), value.trim().to_owned());
            }
        }
    }
    (light, dark)
}

/// Relative luminance (WCAG 2.2, 1.4.3).
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6).expect("a colour of six digits");
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Fails naming every pair that is too close.
fn hold(scheme: Scheme, accent: &str, pairs: &[(&str, &str, f64)]) {
    let tokens = tokens(scheme, accent);
    let colour = |name: &str| tokens.get(name).unwrap_or_else(|| panic!("{scheme:?} {accent}: no token {name}"));
    let weak: Vec<String> = pairs
        .iter()
        .map(|(front, ground, least)| (front, ground, least, contrast(colour(front), colour(ground))))
        .filter(|(_, _, least, found)| found < *least)
        .map(|(front, ground, least, found)| format!("{front} on {ground}: {found:.2}, needs {least}"))
        .collect();
    assert!(weak.is_empty(), "{scheme:?} {accent}: {weak:#?}");
}

#[test]
fn black_on_white_is_21() {
    assert!((contrast("#000000", "#FFFFFF") - 21.0).abs() < 0.01);
}

#[test]
fn text_can_be_read_on_every_ground() {
    let mut pairs = Vec::new();
    for text in ["--ink", "--ink-2", "--hint"] {
        for ground in ["--page", "--surface", "--sunken"] {
            pairs.push((text, ground, 4.5));
        }
    }
    for state in ["--error", "--ok", "--warn"] {
        pairs.push((state, "--page", 4.5));
        pairs.push((state, "--surface", 4.5));
    }
    pairs.push(("--on-danger", "--danger-fill", 4.5));
    pairs.push(("--line-strong", "--surface", 3.0));
    pairs.push(("--line-strong", "--page", 3.0));
    pairs.push(("--focus-ink", "--surface", 3.0));
    for scheme in [Scheme::Light, Scheme::Dark] {
        hold(scheme, ".pp", &pairs);
    }
}

#[test]
fn states_and_accents_stand_out_from_their_soft_grounds() {
    for (scheme, least) in [(Scheme::Light, 6.0), (Scheme::Dark, 7.9)] {
        for accent in [".pp", ".cet", ".pets", ".ncre"] {
            hold(
                scheme,
                accent,
                &[
                    ("--accent", "--accent-soft", least),
                    ("--error", "--error-soft", least),
                    ("--ok", "--ok-soft", least),
                    ("--warn", "--warn-soft", least),
                    ("--ink-2", "--accent-soft", 4.5),
                    ("--ink-2", "--warn-soft", 4.5),
                ],
            );
        }
    }
}

#[test]
fn every_accent_carries_its_text() {
    for scheme in [Scheme::Light, Scheme::Dark] {
        for accent in [".pp", ".cet", ".pets", ".ncre", ".other"] {
            let pairs = [
                ("--on-accent", "--accent", 7.0),
                ("--accent", "--surface", 7.0),
                ("--accent", "--page", 7.0),
                ("--accent-strong", "--accent-soft", 7.0),
                ("--on-accent", "--accent-strong", 7.0),
            ];
            hold(scheme, accent, &pairs);
        }
    }
}

/// Every template and content file of the workspace.
fn templates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mut found = Vec::new();
    for folder in ["shared/templates", "passport/templates", "cet-site/templates"] {
        collect(&root.join(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            found.push(path);
        }
    }
}

/// How a template names a script that is one of our files.
const OUR_SCRIPTS: [&str; 2] = ["<script src=\"{{ page.asset(", "<script src=\"{{ shared::assets::url("];

/// What the content policy forbids, in one line of a template.
fn inline(line: &str) -> Option<&'static str> {
    let handler = line.split(|c: char| c.is_whitespace() || c == '"' || c == '\'').find(|word| {
        word.strip_prefix("on")
            .and_then(|rest| rest.split_once('='))
            .is_some_and(|(name, _)| name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase()))
    });
    if line.contains(" style=") {
        Some("a style attribute")
    } else if line.contains("<style") {
        Some("a style element")
    } else if line.contains("<script") && !OUR_SCRIPTS.iter().any(|ours| line.contains(ours)) {
        Some("a script that is not one of our files")
    } else if line.contains("javascript:") {
        Some("a javascript: address")
    } else if handler.is_some() {
        Some("an event handler")
    } else {
        None
    }
}

#[test]
fn no_template_has_inline_style_or_script() {
    let templates = templates();
    assert!(templates.len() > 3, "the templates are found");
    let mut found = Vec::new();
    for path in templates {
        let text = fs::read_to_string(&path).expect("a template is read");
        for (number, line) in text.lines().enumerate() {
            if let Some(what) = inline(line) {
                found.push(format!("{}:{}: {what}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_check_for_inline_code_sees_it() {
    assert!(inline("<p style=\"color: red\">").is_some());
    assert!(inline("<button onclick=\"go()\">").is_some());
    assert!(inline("<script>alert(1)</script>").is_some());
    assert!(inline("<a href=\"javascript:go()\">").is_some());
    assert!(inline("<script src=\"{{ page.asset(\"form.js\") }}\" defer></script>").is_none());
    assert!(inline("<p>one=two</p>").is_none());
}

#[test]
fn every_symbol_that_a_template_names_is_drawn() {
    let sprite = include_str!("../assets/sprite.svg");
    let mut missing = Vec::new();
    for path in templates() {
        let text = fs::read_to_string(&path).expect("a template is read");
        for part in text.split("icon(page, \"").skip(1).chain(text.split("symbol = \"").skip(1)) {
            let name = part.split('"').next().unwrap_or_default();
            if !name.is_empty() && !sprite.contains(&format!("id=\"{name}\"")) {
                missing.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
