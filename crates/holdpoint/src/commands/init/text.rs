//! The settings file that `init` begins.

use std::collections::BTreeMap;

use holdpoint_bind::settings::{Settings, is_reference};
use holdpoint_discover::Fact;
use holdpoint_model::text::quoted;

use super::{Found, Missing, environment_of, target_of};

/// Notes that are kept in the file.
const NOTES_MAX: usize = 60;
/// Lines that are named for one thing that is missing.
const NAMED_MAX: usize = 3;

/// The whole file.
pub(super) fn whole(found: &Found) -> String {
    let mut text = String::from(
        "# Begun by `holdpoint init` from what this repository says; behind each value stands where it\n\
         # comes from. From here on the file is yours: nothing writes to it again.\n\nschema = 1\n",
    );
    text.push_str(&tables(&found.declared));
    if !found.idle.is_empty() {
        heading(&mut text, "Found as well; no line of a checklist is about it");
        let tables = tables(&found.idle);
        text.push_str(&commented(tables.trim_start()));
    }
    missing(&mut text, found);
    let contradictions = &found.discovery.contradictions;
    if !contradictions.is_empty() {
        heading(&mut text, "Here the checklist and the files disagree; one of them is wrong");
        for it in contradictions {
            let files: Vec<String> = it.files.iter().map(ToString::to_string).collect();
            let files =
                if files.is_empty() { String::new() } else { format!(" ({})", files.join(", ")) };
            line(&mut text, &format!("# {} {}{files}", it.line, it.text));
        }
    }
    let notes = &found.discovery.notes;
    if !notes.is_empty() {
        heading(&mut text, "Read as well; no setting is needed for it");
        for (note, at) in notes.iter().take(NOTES_MAX) {
            line(&mut text, &format!("# {note} ({at})"));
        }
    }
    text
}

/// The tables of some facts, in the order of their names.
pub(super) fn tables(facts: &[Fact]) -> String {
    let mut tables: BTreeMap<(bool, &str), Vec<(&str, &Fact)>> = BTreeMap::new();
    for fact in facts {
        let (table, key) = fact.path.rsplit_once('.').unwrap_or(("", &fact.path));
        let overlay = environment_of(&fact.path).is_some();
        tables.entry((overlay, table)).or_default().push((key, fact));
    }
    let mut text = String::new();
    for ((_, table), facts) in tables {
        line(&mut text, "");
        line(&mut text, &format!("[{table}]"));
        for (key, fact) in facts {
            assignment(&mut text, key, fact);
        }
    }
    text
}

fn assignment(text: &mut String, key: &str, fact: &Fact) {
    let remark = if fact.remark.is_empty() { String::new() } else { format!("; {}", fact.remark) };
    let value = quoted(&fact.value);
    line(text, &format!("{key} = {value}   # {}{remark}", fact.origin));
    for (other, at) in &fact.others {
        line(text, &format!("# {key} = {}   # {at}", quoted(other)));
    }
}

fn heading(text: &mut String, words: &str) {
    line(text, "");
    line(text, &format!("# ---- {words}."));
    line(text, "");
}

/// One line, whatever the words hold.
fn line(text: &mut String, words: &str) {
    text.extend(words.chars().map(|c| if c.is_control() { ' ' } else { c }));
    text.push('\n');
}

fn commented(text: &str) -> String {
    let comment = |line: &str| match line {
        "" => String::from("#\n"),
        line if line.starts_with('#') => format!("{line}\n"),
        line => format!("# {line}\n"),
    };
    text.lines().map(comment).collect()
}

/// Whether the strict reader takes a fact: what it refuses must not stand in the file.
pub(super) fn reads(fact: &Fact) -> bool {
    let (table, key) = fact.path.rsplit_once('.').unwrap_or(("", &fact.path));
    let text = format!("[{table}]\n{key} = {}\n", quoted(&fact.value));
    Settings::read(&text, "").is_ok()
}

/// What is still missing, in the order of how many lines miss it.
pub(super) fn order(found: &Found) -> Vec<(&str, &[Missing])> {
    let mut all: Vec<(&str, &[Missing])> =
        found.missing.iter().map(|(need, lines)| (need.as_str(), lines.as_slice())).collect();
    all.sort_by_key(|(need, lines)| {
        (need.starts_with("line."), std::cmp::Reverse(lines.len()), *need)
    });
    all
}

fn missing(text: &mut String, found: &Found) {
    if found.missing.is_empty() {
        return;
    }
    heading(text, "Still missing; without it these lines cannot be looked at");
    // Parameters of one line stand in one table.
    let mut lines: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for (need, missing) in order(found) {
        if let (Some((_, name)), Some(first)) = (parameter(need), missing.first()) {
            lines.entry((first.paper, first.line.line)).or_default().push(name);
            continue;
        }
        line(text, &format!("# {}", who(missing)));
        for row in how(need, found) {
            line(text, &format!("# {row}"));
        }
        line(text, "");
    }
    for ((paper, number), names) in lines {
        let every = found.missing.values().flatten();
        let Some(it) = every.into_iter().find(|it| it.paper == paper && it.line.line == number)
        else {
            continue;
        };
        let ids: Vec<&str> = it.line.checks.iter().map(|check| check.id.as_str()).collect();
        line(text, &format!("# `holdpoint explain {}` says what it wants to know.", ids.join(" ")));
        line(text, &format!("# [line.{number}]"));
        line(text, &format!("# text = {}", quoted(&it.line.text)));
        for name in names {
            line(
                text,
                &format!(
                    "# {} = \"\"",
                    if name == "target" { name.to_owned() } else { format!("params.{name}") }
                ),
            );
        }
        line(text, "");
    }
}

/// `line.N.params.NAME`, or `line.N.target`.
fn parameter(need: &str) -> Option<(&str, &str)> {
    let (number, rest) = need.strip_prefix("line.")?.split_once('.')?;
    Some((number, rest.strip_prefix("params.").unwrap_or(rest)))
}

/// The lines that miss something.
fn who(missing: &[Missing]) -> String {
    let named: Vec<String> =
        missing.iter().take(NAMED_MAX).map(|it| it.line.line.to_string()).collect();
    match missing.len() {
        1 => format!("Line {}:", named.concat()),
        count if count <= NAMED_MAX => format!("Lines {}:", named.join(", ")),
        count => format!("{count} lines, first {}:", named.join(", ")),
    }
}

/// How to declare what is missing.
fn how(need: &str, found: &Found) -> Vec<String> {
    let mut rows = Vec::new();
    match need.split('.').collect::<Vec<_>>().as_slice() {
        ["vantage", side] => {
            rows.push(format!("[vantage.{side}]"));
            let (there, here) = if *side == "outside" {
                ("a machine outside, reached by ssh", "only if this machine really is outside")
            } else {
                ("a machine inside, reached by ssh", "only if this machine really is inside")
            };
            rows.push(format!("ssh = \"\"             # {there}"));
            rows.push(format!("# here = true         # {here}"));
            rows.push(format!("counts-as = [\"{side}\"]"));
        }
        ["target", name, field] => {
            rows.push(format!("[target.{name}]"));
            let alike = if *field == "here" { &["here", "ssh"][..] } else { &[*field][..] };
            let proposed = found.proposed.iter().filter(|fact| {
                environment_of(&fact.path).is_none()
                    && target_of(&fact.path)
                        .is_some_and(|(target, key)| target == *name && alike.contains(&key))
            });
            let before = rows.len();
            for fact in proposed {
                let key = target_of(&fact.path).map_or(*field, |(_, key)| key);
                let mut text = String::new();
                assignment(&mut text, key, fact);
                rows.extend(text.lines().map(str::to_owned));
            }
            let hint = match *field {
                "url" => "url = \"\"             # where it is served",
                "here" => {
                    "ssh = \"\"             # the server; or here = true, on the server itself"
                }
                "dsn" => "dsn = \"env:\"         # the variable that holds its address",
                "path" => "path = \"\"            # the folder",
                _ => "",
            };
            if rows.len() == before && !hint.is_empty() {
                rows.push(hint.to_owned());
            }
        }
        _ => rows.push(need.to_owned()),
    }
    rows
}

/// A value as the screen shows it.
pub(super) fn value(fact: &Fact) -> String {
    if is_reference(&fact.value) { fact.value.clone() } else { quoted(&fact.value) }
}
