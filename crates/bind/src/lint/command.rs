//! Commands that never end, that print secrets, or that go back to wherever they came from.

use std::sync::LazyLock;

use holdpoint_document::{Form, Language, Line};
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    plan::PlanLine,
    text::Span,
};

use super::{
    finding,
    page::{Page, in_trouble},
    words::{find_phrase, lists, lower, rows, words},
};

static ENDLESS: LazyLock<Vec<Row>> = LazyLock::new(|| read("endless"));
static SECRET: LazyLock<Vec<Row>> = LazyLock::new(|| read("secret"));
static RELATIVE: LazyLock<Vec<Row>> = LazyLock::new(|| read("relative"));

/// One row of the table of commands.
struct Row {
    program: Vec<&'static str>,
    needs: Vec<Need>,
    help: &'static str,
}

enum Need {
    /// A word, one of these, behind the one before.
    Word(Vec<&'static str>),
    /// One of these options is given.
    Option(Vec<&'static str>),
    /// None of these is given.
    Without(Vec<&'static str>),
    /// Some argument holds one of these.
    Holds(Vec<&'static str>),
    /// No argument holds one of these.
    Lacks(Vec<&'static str>),
    /// A question that is answered below.
    Ask(&'static str, bool),
}

fn read(section: &str) -> Vec<Row> {
    let row = |row: &&'static str| {
        let (command, help) = row.split_once("=>").unwrap_or((row, ""));
        let mut words = command.split_whitespace();
        let several = |word: &'static str| word.split('|').collect::<Vec<_>>();
        let program = several(words.next().unwrap_or_default());
        let need = |word: &'static str| match word.split_at_checked(1) {
            Some(("~", rest)) => Need::Holds(several(rest)),
            Some(("@", rest)) => Need::Ask(rest, true),
            Some(("-", _)) => Need::Option(several(word)),
            Some(("!", rest)) => match rest.split_at_checked(1) {
                Some(("@", rest)) => Need::Ask(rest, false),
                Some(("~", rest)) => Need::Lacks(several(rest)),
                Some(_) | None => Need::Without(several(rest)),
            },
            Some(_) | None => Need::Word(several(word)),
        };
        Row { program, needs: words.map(need).collect(), help: help.trim() }
    };
    rows(section).iter().map(row).collect()
}

/// One program with its arguments.
struct Simple<'a> {
    words: Vec<&'a str>,
    span: Span,
    /// The program that its output goes to.
    into: Vec<&'a str>,
    /// Whether it runs in the background or with a limit.
    bounded: bool,
    /// Whether its output goes to a file.
    kept: bool,
}

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (line, plan) in page.lines() {
        for (span, typed) in commands(page, line) {
            let text = page.visible.get(span.start..span.end).unwrap_or_default();
            for simple in simple(text, span.start) {
                found.extend(wrong(page, plan, &simple, typed));
            }
        }
    }
    found
}

fn wrong(page: &Page<'_>, plan: &PlanLine, simple: &Simple<'_>, typed: bool) -> Option<Diagnostic> {
    let shown = simple.words.join(" ");
    let shown: String = shown.chars().take(60).collect();
    let fits = |table: &'static [Row]| table.iter().find(|row| row.fits(simple));
    if let Some(row) = fits(&ENDLESS).filter(|_| !simple.bounded) {
        let message = format!("`{shown}` never ends by itself");
        return Some(finding(page, "lint::endless-command", simple.span, message, row.help));
    }
    if let Some(row) = fits(&SECRET).filter(|_| !simple.kept && !hides(simple)) {
        let message = format!("`{shown}` prints secrets");
        return Some(finding(page, "lint::printed-secret", simple.span, message, row.help));
    }
    let row = fits(&RELATIVE)?;
    let message = format!("`{shown}` goes back to whatever was there before");
    let mut it = finding(page, "lint::relative-rollback", simple.span, message, row.help);
    if !in_trouble(plan) && !typed {
        it.level = Level::Note;
    }
    Some(it)
}

/// The commands of a line: itself, or what stands in code marks. The flag tells the former.
fn commands(page: &Page<'_>, line: &Line) -> Vec<(Span, bool)> {
    match &line.form {
        Form::Command { language: Language::Shell | Language::Unknown, .. } => {
            vec![(line.span, true)]
        }
        Form::Box(_) | Form::Item | Form::Field { .. } | Form::Row { .. } => in_code(page, line),
        Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => Vec::new(),
    }
}

fn in_code(page: &Page<'_>, line: &Line) -> Vec<(Span, bool)> {
    let text = page.text_of(line);
    if rows("negation").iter().any(|word| find_phrase(&lower(text), word).is_some()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    for (index, part) in text.split('`').enumerate() {
        let before = text.get(..at.max(1) - 1).unwrap_or_default();
        if index % 2 == 1 && (part.trim().contains(' ') || is_run(before)) {
            let start = line.span.start + at;
            found.push((Span::new(start, start + part.len()), false));
        }
        at += part.len() + 1;
    }
    found
}

/// Whether the word before a single one in code marks says that it is to be run.
fn is_run(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    lists("runs", last.trim_matches(['*', ':', '(']).to_lowercase().as_str())
}

/// The programs of a command line, each with its arguments.
fn simple(text: &str, base: usize) -> Vec<Simple<'_>> {
    let mut parts: Vec<(&str, usize, &str)> = Vec::new();
    let mut start = 0;
    let (mut at, mut quote) = (0, None);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(*byte),
            // A comment runs to the end of its row.
            (None, b'#') if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                break;
            }
            (None, b'|' | b'&' | b';') => {
                let redirect = *byte == b'&'
                    && (at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'>')
                        || next == Some(&b'>'));
                let double = next == Some(byte);
                if !redirect {
                    let end = at + if double { 2 } else { 1 };
                    parts.push((text.get(start..at).unwrap_or_default(), start, {
                        text.get(at..end).unwrap_or_default()
                    }));
                    at = end;
                    start = end;
                    continue;
                }
            }
            (None, _) => {}
        }
        at += 1;
    }
    parts.push((text.get(start..at).unwrap_or_default(), start, ""));
    let follow = |index: usize| {
        let (_, _, sign) = parts.get(index)?;
        let (part, ..) = parts.get(index + 1).filter(|_| *sign == "|")?;
        Some(part.split_whitespace().collect::<Vec<&str>>())
    };
    let mut all = Vec::new();
    for (index, (part, from, sign)) in parts.iter().enumerate() {
        let inner = part.trim();
        let begin = base + from + (part.len() - part.trim_start().len());
        let span = Span::new(begin, begin + inner.len());
        let mut words: Vec<&str> = inner.split_whitespace().collect();
        words.retain(|word| *word != "\\");
        let kept = words.iter().any(|word| word.starts_with('>') || word.starts_with("1>"));
        let mut bounded = *sign == "&";
        let unwrapped = unwrap(&words, &mut bounded);
        let into = follow(index).unwrap_or_default();
        if !unwrapped.is_empty() {
            all.push(Simple { words: unwrapped, span, into, bounded, kept });
        }
    }
    all
}

/// The arguments without what only runs them: `sudo`, `timeout`, variables, another machine.
fn unwrap<'a>(words: &[&'a str], bounded: &mut bool) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.to_vec();
    for _ in 0..6 {
        let Some(first) = words.first().copied() else { break };
        let first = first.trim_start_matches(['$', '(', '\'', '"', '`']);
        let assigned = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        let skipped = match first {
            "timeout" | "gtimeout" => {
                *bounded = true;
                1 + options(words.get(1..).unwrap_or_default()) + 1
            }
            "sudo" => 1 + options(words.get(1..).unwrap_or_default()),
            "kubectl" | "oc" if words.contains(&"exec") => {
                words.iter().position(|word| *word == "--").map_or(words.len(), |at| at + 1)
            }
            "docker" | "podman" | "docker-compose" if words.contains(&"exec") => {
                let exec = words.iter().position(|word| *word == "exec").map_or(0, |at| at + 1);
                exec + options(words.get(exec..).unwrap_or_default()) + 1
            }
            "ssh" => {
                let host = words.iter().skip(1).position(|word| !word.starts_with('-'));
                let host = host.map_or(words.len(), |at| at + 2);
                // Options with a value of their own (`-i key`) stand before the host as well.
                if words.len() <= host { 0 } else { host }
            }
            word if lists("wrappers", word) || assigned => 1,
            _ => 0,
        };
        if skipped == 0 {
            break;
        }
        words = words.get(skipped..).unwrap_or_default().to_vec();
    }
    words
}

/// How many words at the front are options.
fn options(words: &[&str]) -> usize {
    let mut count = 0;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next_if(|word| word.starts_with('-')) {
        count += 1;
        // `-u name` and the like.
        let valued = matches!(*word, "-u" | "-e" | "-w" | "-k" | "-s" | "--user" | "--env");
        count += usize::from(valued && words.next().is_some());
    }
    count
}

/// Whether a search is for whole names that hold no secret, or for everything else than secrets.
fn asks_for_names(search: &[&str]) -> bool {
    let inverted = search.iter().any(|word| *word == "-v" || *word == "--invert-match");
    let pattern = search.iter().skip(1).find(|word| !word.starts_with('-')).copied();
    let pattern = pattern.unwrap_or_default().trim_matches(['"', '\'', '(', ')', '^', '=']);
    if inverted {
        return pattern.split('|').any(is_secret_name);
    }
    let whole = |name: &str| {
        let name = name.trim_matches(['^', '=']);
        let joined = name.trim_end_matches('_').contains('_') && !name.ends_with('_');
        let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let known = words("harmless-names").any(|it| it == name);
        known || (word && joined && !is_secret_name(name))
    };
    !pattern.is_empty() && pattern.split('|').all(whole)
}

/// Whether what a command prints is made harmless by what reads it.
fn hides(simple: &Simple<'_>) -> bool {
    let searches = ["grep", "egrep", "rg"].contains(simple.words.first().unwrap_or(&""));
    if searches && asks_for_names(&simple.words) {
        return true;
    }
    let Some(program) = simple.into.first() else { return false };
    let has = |part: &str| simple.into.iter().any(|word| word.contains(part));
    match *program {
        "wc" | "sha256sum" | "md5sum" => true,
        "cut" => has("-f1") || has("-f 1") || simple.into.windows(2).any(|it| it == ["-f", "1"]),
        "awk" => has("print $1") || has("$1}") || (has("{print") && has("$1")),
        "sed" => has("=.*"),
        "jq" => has("keys"),
        "grep" | "egrep" | "rg" => {
            let quiet = simple.into.iter().any(|word| {
                word.starts_with('-') && !word.starts_with("--") && word.contains(['q', 'c', 'o'])
            });
            quiet || asks_for_names(&simple.into)
        }
        // What goes into another program's input is not printed.
        _ => has("stdin") || matches!(*program, "xargs" | "psql" | "openssl" | "ssh" | "kubectl"),
    }
}

impl Row {
    fn fits(&self, simple: &Simple<'_>) -> bool {
        let mut words = simple.words.iter().map(|word| unquoted(word));
        let program = words.next().unwrap_or_default();
        let base = program.rsplit('/').next().unwrap_or_default();
        if !self.program.contains(&base) && !self.program.contains(&program) {
            return false;
        }
        let mut words: Vec<&str> = words.collect();
        self.needs.iter().all(|need| match need {
            // What is asked next stands behind the word: `docker-compose -f FILE logs -f`.
            Need::Word(any) => match words.iter().position(|word| any.contains(word)) {
                Some(at) => {
                    words.drain(..=at);
                    true
                }
                None => false,
            },
            Need::Option(any) => given(&words, any),
            Need::Without(any) => !given(&words, any),
            Need::Holds(any) => holds(&words, any),
            Need::Lacks(any) => !holds(&words, any),
            Need::Ask(question, wanted) => answer(question, &words) == *wanted,
        })
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '(', ')', '`'])
}

fn holds(words: &[&str], any: &[&str]) -> bool {
    words.iter().any(|word| any.iter().any(|part| word.contains(part)))
}

fn given(words: &[&str], any: &[&str]) -> bool {
    words.iter().any(|word| {
        any.iter().any(|option| {
            let whole = *word == *option;
            let valued = option.starts_with("--")
                && word.strip_prefix(option).is_some_and(|rest| rest.starts_with('='));
            // `-xef` holds `-f`, and so does `-200f`.
            let letter = option.strip_prefix('-').filter(|it| it.len() == 1);
            let within = letter.is_some_and(|letter| {
                word.strip_prefix('-').is_some_and(|rest| {
                    !rest.starts_with('-') && rest.len() <= 5 && rest.contains(letter)
                })
            });
            whole || valued || within
        })
    })
}

/// The questions of the table.
fn answer(question: &str, words: &[&str]) -> bool {
    let mut plain = words.iter().filter(|word| !word.starts_with('-'));
    match question {
        "alone" => words.iter().all(|word| *word == "-0" || *word == "--null"),
        "alone-but-options" => plain.next().is_none() || plain.next().is_none(),
        "secret-file" => plain.any(|word| is_secret_file(word)),
        "secret-name" => plain.any(|word| is_secret_name(word)),
        "secret-variable" => words.iter().any(|word| {
            let names = word.split('$').skip(1);
            names.into_iter().any(|name| {
                let length = name.starts_with("{#");
                let name = name.trim_start_matches('{');
                let name = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next();
                // `${NAME:+set}` and `${#NAME}` print no value.
                let masked = word.contains(":+") || word.contains("+x}") || length;
                !masked && name.is_some_and(is_secret_name)
            })
        }),
        "number" => plain.skip(1).any(|word| {
            let bare = word.trim_start_matches('v');
            let digits = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit());
            digits || word.contains(['<', '$', '{'])
        }),
        "last-head" => words.last() == Some(&"HEAD"),
        _ => false,
    }
}

fn is_secret_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let example = ["example", "sample", "template", "dist", ".pub", ".crt", ".md"];
    if example.iter().any(|part| name.contains(part)) {
        return false;
    }
    let dotenv = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    let key =
        name.ends_with(".key") || name.starts_with("id_rsa") || name.starts_with("id_ed25519");
    let run = path.contains("/run/secrets/");
    dotenv || key || run || name == ".pgpass" || name == ".netrc" || name == "credentials"
}

fn is_secret_name(name: &str) -> bool {
    let upper = name.to_uppercase();
    let harmless = ["_FILE", "_PATH", "_ID", "_LENGTH", "_TTL", "_EXPIRY", "_ROTATION"];
    let harmless = harmless.iter().any(|end| upper.ends_with(end));
    !harmless && words("secret-names").any(|part| upper.contains(part))
}
