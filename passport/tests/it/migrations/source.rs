//! The statements of a version, read from the source of its stores as the engines get them: macros that put texts together
//! are carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a statement begins with.
const VERBS: [&str; 6] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "DROP TABLE ", "WITH "];

/// Stores that talk to one engine in its own words, of which the other understands nothing.
const OF_ONE_ENGINE: [&str; 2] = ["backup/store/lite.rs", "backup/store/pg.rs"];

/// PostgreSQL's own list of tables, which only it has.
const OF_POSTGRES: &str = "FROM pg_tables ";

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Word(String),
    Sign(char),
}

/// A macro with one arm: its parameters and its body.
#[derive(Debug, Clone)]
struct Macro {
    parameters: Vec<String>,
    body: Vec<Token>,
}

type Macros = BTreeMap<String, Macro>;

/// Every statement in the stores below a folder.
pub(super) fn statements(folder: &Path) -> BTreeSet<String> {
    let files: Vec<Vec<Token>> = stores(folder).iter().map(|source| tokens(source)).collect();
    let everywhere: Macros = files.iter().flat_map(|file| macros(file)).collect();
    files.iter().flat_map(|file| of_file(file, &everywhere)).collect()
}

/// The source of stores, without their tests.
fn stores(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inner) = folders.pop() {
        for path in std::fs::read_dir(&inner).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let below = path.strip_prefix(folder).expect("below it");
            // The list of all tables is what the statements of its store are made of.
            let is_store =
                below.iter().any(|part| part == "store" || part == "store.rs") || below.starts_with("tables/list");
            if path.is_dir() {
                folders.push(path);
            } else if is_store && !path.ends_with("tests.rs") && !OF_ONE_ENGINE.iter().any(|one| below.ends_with(one)) {
                let source = std::fs::read_to_string(&path).expect("source");
                found.push(source.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned());
            }
        }
    }
    found
}

fn of_file(file: &[Token], everywhere: &Macros) -> BTreeSet<String> {
    let mut macros_of_file = everywhere.clone();
    macros_of_file.extend(macros(file));
    let code = expanded(file, &macros_of_file);
    let follows_sql =
        |at: usize| at >= 2 && code[at - 2] == Token::Word("sql".to_owned()) && code[at - 1] == Token::Sign('(');
    let mut found = BTreeSet::new();
    for (at, token) in code.iter().enumerate() {
        let Token::Text(text) = token else { continue };
        let is_statement = VERBS.iter().any(|verb| text.starts_with(verb) && text.len() > verb.len());
        assert!(is_statement || !follows_sql(at), "this begins like no statement: {text}");
        if is_statement && !text.contains(OF_POSTGRES) {
            found.insert(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    found
}

/// The texts, words and signs of Rust source; comments are left out.
fn tokens(source: &str) -> Vec<Token> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let (text, taken) = literal(rest);
                found.push(Token::Text(text));
                taken
            }
            // A character; what begins a lifetime is a sign like any other.
            '\'' if rest[1..].starts_with('\\') => rest[3..].find('\'').expect("its end") + 4,
            '\'' if rest[1..].chars().nth(1) == Some('\'') => 2 + rest[1..].chars().next().map_or(0, char::len_utf8),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                found.push(Token::Word(rest[..end].to_owned()));
                end
            }
            c => {
                if !c.is_whitespace() {
                    found.push(Token::Sign(c));
                }
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    found
}

/// The text of a literal, and how long that is in the source.
fn literal(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut chars = source.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at + 1),
            '\\' => match chars.next() {
                Some((_, '\n')) => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, escaped)) => text.push(escaped),
                None => break,
            },
            c => text.push(c),
        }
    }
    panic!("a text without an end: {text}")
}

/// What stands between the bracket at that place and the one that closes it, and the place after that.
fn within(tokens: &[Token], open: usize) -> (&[Token], usize) {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&tokens[open + 1..at], at + 1);
        }
    }
    panic!("a bracket without an end")
}

/// The macros that are defined in a file, by the first arm of each.
fn macros(file: &[Token]) -> Macros {
    let mut found = Macros::new();
    for at in 0..file.len() {
        let Some((name, inner, _)) = definition(file, at) else { continue };
        let (pattern, after) = within(inner, 0);
        let body =
            inner.iter().skip(after).position(|token| matches!(token, Token::Sign('{' | '('))).map(|n| n + after);
        let (body, _) = within(inner, body.expect("a body"));
        let parameters = pattern.windows(2).filter_map(|pair| match pair {
            [Token::Sign('$'), Token::Word(name)] => Some(name.clone()),
            _ => None,
        });
        found.insert(name, Macro { parameters: parameters.collect(), body: body.to_vec() });
    }
    found
}

/// The definition of a macro that begins at that place: its name, its arms, and the place after it.
fn definition(file: &[Token], at: usize) -> Option<(String, &[Token], usize)> {
    match file.get(at..at + 4)? {
        [Token::Word(keyword), Token::Sign('!'), Token::Word(name), Token::Sign('{')] if keyword == "macro_rules" => {
            let (inner, after) = within(file, at + 3);
            Some((name.clone(), inner, after))
        }
        _ => None,
    }
}

/// The code with those macros carried out, and without their definitions.
fn expanded(code: &[Token], macros: &Macros) -> Vec<Token> {
    let (mut done, mut at) = (Vec::new(), 0);
    while let Some(token) = code.get(at) {
        if let Some((_, _, after)) = definition(code, at) {
            at = after;
            continue;
        }
        if let (Token::Word(name), Some([Token::Sign('!'), Token::Sign('(')])) = (token, code.get(at + 1..at + 3)) {
            let called = macros.get(name);
            if called.is_some() || name == "concat" {
                let (inner, after) = within(code, at + 2);
                let arguments = arguments(inner);
                done.extend(match called {
                    Some(called) => expanded(&substituted(called, &arguments), macros),
                    None => joined(arguments.iter().map(|argument| expanded(argument, macros))),
                });
                at = after;
                continue;
            }
        }
        done.push(token.clone());
        at += 1;
    }
    done
}

/// What stands between commas.
fn arguments(inner: &[Token]) -> Vec<&[Token]> {
    let (mut found, mut begin, mut at) = (Vec::new(), 0, 0);
    while at < inner.len() {
        match inner[at] {
            Token::Sign('(' | '[' | '{') => at = within(inner, at).1,
            Token::Sign(',') => {
                found.push(&inner[begin..at]);
                at += 1;
                begin = at;
            }
            _ => at += 1,
        }
    }
    if begin < inner.len() {
        found.push(&inner[begin..]);
    }
    found
}

fn substituted(called: &Macro, arguments: &[&[Token]]) -> Vec<Token> {
    let (mut done, mut at) = (Vec::new(), 0);
    while let Some(token) = called.body.get(at) {
        let argument = match called.body.get(at..at + 2) {
            Some([Token::Sign('$'), Token::Word(name)]) => called.parameters.iter().position(|known| known == name),
            _ => None,
        };
        match argument {
            Some(argument) => {
                done.extend_from_slice(arguments.get(argument).copied().unwrap_or_default());
                at += 2;
            }
            None => {
                done.push(token.clone());
                at += 1;
            }
        }
    }
    done
}

/// One text, if all of them are texts.
fn joined(arguments: impl Iterator<Item = Vec<Token>>) -> Vec<Token> {
    let arguments: Vec<Vec<Token>> = arguments.collect();
    let texts = arguments.iter().map(|argument| match argument.as_slice() {
        [Token::Text(text)] => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Option<String>>().map_or_else(|| arguments.concat(), |text| vec![Token::Text(text)])
}

#[test]
fn statements_are_found_as_the_engine_gets_them() {
    let source = r#"
        macro_rules! columns { ($rest:literal) => { concat!("SELECT a, \"b\" FROM c ", $rest) }; }
        macro_rules! outer { ($more:expr, $rest:expr) => { sql(concat!("SELECT ", $more, " FROM d ", $rest)) }; }
        const PLAIN: &str = "DELETE FROM c"; // sql("UPDATE nothing")
        fn f<'t>(c: char) { c == '"'; sql(columns!("WHERE a = $1")); outer!(concat!("x", ", y"), ""); sql(PLAIN);
            sql("UPDATE c \
                 SET a = 1"); tracing::info!("SELECT "); }
    "#;
    let found: Vec<String> = of_file(&tokens(source), &Macros::new()).into_iter().collect();
    let wanted = ["DELETE FROM c", "SELECT a, \"b\" FROM c WHERE a = $1", "SELECT x, y FROM d", "UPDATE c SET a = 1"];
    assert_eq!(found, wanted);
}

#[test]
#[should_panic(expected = "this begins like no statement: TRUNCATE c")]
fn a_statement_of_another_kind_is_not_passed_over() {
    of_file(&tokens(r#"fn f() { sql("TRUNCATE c"); }"#), &Macros::new());
}
