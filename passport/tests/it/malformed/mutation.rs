//! What can be wrong with one parameter of a request that is otherwise good.

use form_urlencoded::byte_serialize;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As if nothing were wrong: what is wrong means nothing here.
    Good,
    /// An answer of that status with an error of the standard.
    Error(u16, &'static str),
    /// A page of that status that sends nobody anywhere.
    Page(u16),
    /// The error goes to the client by its redirect URI.
    Sent(&'static str),
    /// The person is asked first.
    Asked,
    /// The person is sent to that page of ours.
    Own(&'static str),
}

/// One parameter: its name, its good value, which is empty where the good request has none, and what else may come.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// What becomes of a request without it.
    pub(super) missing: Outcome,
    /// Values of the wrong kind.
    pub(super) wrong: &'static [(&'static str, Outcome)],
    /// What becomes of a value of five thousand letters.
    pub(super) long: Outcome,
}

/// A parameter that is there, and whose every other value is wrong.
pub(super) fn needed(
    name: &'static str,
    value: impl Into<String>,
    missing: Outcome,
    wrong: &'static [(&'static str, Outcome)],
    long: Outcome,
) -> Parameter {
    Parameter { name, value: value.into(), missing, wrong, long }
}

/// One that may stay away.
pub(super) fn optional(
    name: &'static str,
    value: impl Into<String>,
    wrong: &'static [(&'static str, Outcome)],
    long: Outcome,
) -> Parameter {
    needed(name, value, Outcome::Good, wrong, long)
}

/// A request with one thing wrong.
pub(super) struct Malformed {
    /// What, to be named when the answer is not the expected one.
    pub(super) what: String,
    /// The parameters as they travel, in the place where they belong.
    pub(super) sent: String,
    /// Those in the other place: in the query, where they belong into the body.
    pub(super) elsewhere: String,
    /// What becomes of it.
    pub(super) expected: Outcome,
}

/// Everything that can be wrong, one thing at a time. `broken` is what becomes of a request whose encoding is broken or
/// that holds a parameter twice.
pub(super) fn every(parameters: &[Parameter], broken: Outcome) -> Vec<Malformed> {
    let mut all = Vec::new();
    for (at, parameter) in parameters.iter().enumerate() {
        let name = parameter.name;
        let mut add = |what: &str, own: Option<String>, elsewhere: String, expected| {
            all.push(Malformed {
                what: format!("{name}: {what}"),
                sent: with(parameters, at, own),
                elsewhere,
                expected,
            });
        };
        let good = pair(name, &parameter.value);
        if !parameter.value.is_empty() {
            add("missing", None, String::new(), parameter.missing);
            add("in the wrong place", None, good.clone(), parameter.missing);
        }
        if !parameter.value.is_empty() {
            add("shadowed in the wrong place", Some(good.clone()), pair(name, "x"), Outcome::Good);
        }
        add("empty", Some(format!("{name}=")), String::new(), parameter.missing);
        add("twice", Some(format!("{good}&{good}")), String::new(), broken);
        let disguised = format!("%{:02x}{}", name.as_bytes()[0], &name[1..]);
        add("twice in disguise", Some(format!("{good}&{disguised}=x")), String::new(), broken);
        for (kind, text) in [
            ("NUL", "%00"),
            ("a line break", "%0D%0Ax:%20y"),
            ("no UTF-8", "%FF"),
            ("half a character", "%E4%BD"),
            ("an overlong slash", "%C0%AF"),
            ("no escape", "%zz"),
        ] {
            add(kind, Some(format!("{name}={text}")), String::new(), broken);
        }
        add("too long", Some(pair(name, &"a".repeat(5000))), String::new(), parameter.long);
        for (value, expected) in parameter.wrong {
            add(value, Some(pair(name, value)), String::new(), *expected);
        }
    }
    all
}

/// The whole request, with `own` in place of the parameter at `at`.
fn with(parameters: &[Parameter], at: usize, own: Option<String>) -> String {
    let others = parameters.iter().enumerate().filter(|(n, other)| *n != at && !other.value.is_empty());
    let others = others.map(|(_, other)| pair(other.name, &other.value));
    others.chain(own).collect::<Vec<_>>().join("&")
}

fn pair(name: &str, value: &str) -> String {
    format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
}

/// The good request.
pub(super) fn whole(parameters: &[Parameter]) -> String {
    with(parameters, parameters.len(), None)
}
