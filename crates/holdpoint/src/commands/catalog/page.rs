//! `explain`: one entry of the catalog as a page of a manual.

use std::fmt::Write as _;

use holdpoint_bind::targets::kind_of;
use holdpoint_checks::{
    find,
    heads::{Head, Strength, heads, param_names},
    names::{SUBJECTS, subjects},
};
use holdpoint_model::{
    check::AnyCheck,
    line::{Form, Impact},
    verdict::Verdict,
};
use holdpoint_report::style::{Style, Tone};

use super::hand::{Hand, hand};

/// A part of a manual page.
struct Part {
    title: &'static str,
    /// Paragraphs; one that begins with a blank is kept as it is.
    text: Vec<String>,
}

/// One entry for a terminal.
pub(crate) fn page(head: &Head, style: Style) -> String {
    let mut text = format!(
        "{}\n{}\n",
        style.paint(Tone::Strong, head.id),
        style.wrap(head.title, 0, style.width)
    );
    let indent = "  ";
    for part in parts(head) {
        writeln!(text, "\n{}", style.paint(Tone::Strong, part.title)).expect("strings take text");
        for (at, paragraph) in part.text.iter().enumerate() {
            let kept = paragraph.strip_prefix(' ');
            if 0 < at && part.title == "How it looks" && !paragraph.starts_with("* ") {
                text.push('\n');
            }
            let paragraph = match (kept, paragraph.strip_prefix("* ")) {
                // Text that is to be copied is never cut.
                (Some(kept), _) => style.clean(kept),
                (None, Some(item)) => format!("* {}", style.wrap(item, 4, style.width)),
                (None, None) => style.wrap(paragraph, 2, style.width),
            };
            writeln!(text, "{indent}{paragraph}").expect("strings take text");
        }
    }
    text
}

/// One entry as Markdown, for the generated reference.
pub(crate) fn markdown(head: &Head) -> String {
    let mut text = format!("## {}: {}\n\n{}\n", head.id, head.title, about(head));
    match find(head.id) {
        Some(check) => {
            writeln!(text, "{}\n\n{}", revision(check), check.doc().trim())
                .expect("strings take text");
            text.push_str("\nParameters\n\n");
            for row in params(check) {
                writeln!(text, "{row}").expect("strings take text");
            }
            if let Some(hand) = hand(head.id) {
                writeln!(text, "\n**Fails.** {}\n", hand.fails).expect("strings take text");
                writeln!(
                    text,
                    "```sh\n# by hand\n{}\n# by check\n{}\n```",
                    hand.by_hand.join("\n"),
                    hand.example
                )
                .expect("strings take text");
            }
        }
        None => {
            for paragraph in unseen(head) {
                writeln!(text, "\n{}", paragraph.trim_start()).expect("strings take text");
            }
        }
    }
    text
}

fn parts(head: &Head) -> Vec<Part> {
    let mut what = vec![about(head), looks_at(head)];
    what.extend(find(head.id).map(revision));
    let mut all = vec![Part { title: "What it is", text: what }];
    let Some(check) = find(head.id) else {
        all.push(Part { title: "In this version", text: unseen(head) });
        all.extend(related(head));
        return all;
    };
    let hand = hand(head.id);
    for mut part in sections(check.doc()) {
        if part.title == "Remedy" {
            all.extend(hand.map(|hand| fails(hand, check)));
            all.push(Part { title: "Parameters", text: params(check) });
        }
        part.text.retain(|it| !it.trim().is_empty());
        all.push(part);
    }
    if let Some(hand) = hand {
        let by_hand = hand.by_hand.iter().map(|it| format!(" {it}")).collect();
        all.push(Part { title: "By hand", text: by_hand });
        all.push(Part { title: "Try it", text: vec![format!(" {}", hand.example)] });
    }
    all.extend(related(head));
    all
}

fn about(head: &Head) -> String {
    let strength = match head.strength {
        Strength::Direct => "measures the claim itself",
        Strength::Proxy => "measures what strongly implies the claim",
        Strength::Policy => "needs a number or a list that checklists rarely give",
        Strength::Partial => "decides the mechanical half; a person decides the rest",
        Strength::Human => "only a person can say",
    };
    let impact = match head.impact {
        Impact::Passive | Impact::ReadOnly => String::from("sends ordinary requests only"),
        other @ (Impact::Active | Impact::Drill | Impact::Mutating | Impact::Destructive) => {
            format!("needs `allow = [\"{}\"]` at the target", other.word())
        }
    };
    let form = head.form.word();
    format!("A {form} of severity {}; {strength}; {impact}.", head.severity.word())
}

fn looks_at(head: &Head) -> String {
    let (surfaces, sides) = head.surfaces.split_once('@').unwrap_or((head.surfaces, ""));
    let from =
        if sides.trim().is_empty() { String::new() } else { format!(", from {}", sides.trim()) };
    let field = kind_of(head.id).and_then(|kind| Some((kind.name(), kind.field()?)));
    let field = field.map_or_else(String::new, |(name, field)| {
        format!("; a target with `{field}`, such as [target.{name}]")
    });
    format!("Looks at {}{from}{field}.", surfaces.trim())
}

fn revision(check: &dyn AnyCheck) -> String {
    format!("Revision {}, since {}.", check.revision(), check.since())
}

/// The parts of a check's own page: what stands before the first bold word, then one part each.
fn sections(doc: &str) -> Vec<Part> {
    const TITLES: [(&str, &str); 7] = [
        ("**Proves**", "Proves"),
        ("**Does not prove**", "Does not prove"),
        ("**Traps.**", "Traps"),
        ("**Faults.**", "Faults"),
        ("```checklist", "A line that means it"),
        ("**Remedy.**", "Remedy"),
        ("```", ""),
    ];
    let mut all = vec![Part { title: "How it looks", text: Vec::new() }];
    let mut fenced = false;
    let mut open = false;
    for line in doc.trim().lines() {
        let title = TITLES.iter().find(|(mark, _)| line.starts_with(mark));
        if let Some((mark, title)) = title {
            if title.is_empty() {
                fenced = false;
                continue;
            }
            fenced = mark.starts_with("```");
            open = !fenced;
            let rest = line.strip_prefix(mark).unwrap_or_default().trim();
            let text = if rest.is_empty() { Vec::new() } else { vec![capital(rest)] };
            all.push(Part { title, text });
            continue;
        }
        let Some(part) = all.last_mut() else { continue };
        if fenced {
            part.text.push(format!(" {line}"));
        } else if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = part.text.last_mut().filter(|_| open && !line.starts_with("* "))
        {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            part.text.push(line.trim().to_owned());
            open = true;
        }
    }
    all
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// What fails, and what leaves the line unknown.
fn fails(hand: &Hand, check: &dyn AnyCheck) -> Part {
    let of = |wanted: Verdict| {
        let mut words: Vec<String> = Vec::new();
        for it in check.answers().iter().filter(|it| it.verdict == wanted) {
            let word = format!("{} {}", it.role, it.fault.word());
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    };
    let mut text = vec![hand.fails.to_owned()];
    let (failing, passing) = (of(Verdict::Fail), of(Verdict::Pass));
    if !failing.is_empty() {
        text.push(format!("Looks that come back empty and fail it: {}.", failing.join(", ")));
    }
    if !passing.is_empty() {
        text.push(format!("Looks that may come back empty: {}.", passing.join(", ")));
    }
    text.push(String::from("Whatever else cannot be seen makes it unknown."));
    Part { title: "Fails", text }
}

fn params(check: &dyn AnyCheck) -> Vec<String> {
    let row = |spec: &holdpoint_model::param::Spec| {
        let default = match (spec.default, spec.optional) {
            (Some(default), _) => format!("default `{default}`"),
            (None, true) => String::from("optional"),
            (None, false) => String::from("must be given"),
        };
        format!("* `{}` ({}, {default}): {}", spec.name, spec.kind, spec.doc.trim())
    };
    let mut rows: Vec<String> = check.specs().iter().map(row).collect();
    let own: Vec<&str> = subjects(check.id()).collect();
    let own = if own.is_empty() { SUBJECTS.to_vec() } else { own };
    rows.push(format!("* subjects: {}", own.join(" ")));
    rows
}

fn unseen(head: &Head) -> Vec<String> {
    let what = match head.form {
        Form::Check => {
            "This version cannot look with it: a line bound to it is unknown. Look by hand, and \
             let a person answer for the line:"
        }
        Form::Step => "It changes something: `run` only lists it as later.",
        Form::Duty => "Only a person can say it, with `holdpoint answer`.",
        Form::Fold => "It is derived from other lines.",
        Form::Watch => "It is judged over a time, after a deployment.",
    };
    let mut text = vec![what.to_owned()];
    if head.form == Form::Check {
        text.push(String::from(" <!-- holdpoint: attest.statement -->"));
    }
    if head.form == Form::Duty {
        text.push(String::from(" holdpoint answer CHECKLIST.md --line 12 --value yes"));
    }
    let names: Vec<String> =
        param_names(head.id).iter().map(|row| format!("`{}`", row.name)).collect();
    if !names.is_empty() {
        text.push(format!("Parameters that lines may set: {}.", names.join(", ")));
    }
    text
}

/// Neighbours in the catalog that this version looks with.
fn related(head: &Head) -> Option<Part> {
    let near = |it: &&Head| it.family() == head.family() && it.id != head.id;
    let seen: Vec<&str> =
        heads().iter().filter(near).filter(|it| find(it.id).is_some()).map(|it| it.id).collect();
    let others = heads().iter().filter(near).count().saturating_sub(seen.len());
    let more = match others {
        0 => String::new(),
        _ => format!("`holdpoint checks --family {}` lists {others} more", head.family()),
    };
    let text = match (seen.is_empty(), more.is_empty()) {
        (true, true) => return None,
        (true, false) => more,
        (false, true) => seen.join(", "),
        (false, false) => format!("{}; {more}", seen.join(", ")),
    };
    Some(Part { title: "See also", text: vec![text] })
}

#[cfg(test)]
mod tests {
    use holdpoint_checks::catalog;

    use super::*;
    use crate::commands::catalog::hand::HANDS;

    #[test]
    fn every_check_can_be_looked_at_by_hand() {
        let ids: Vec<&str> = HANDS.iter().map(|it| it.id).collect();
        let mut known: Vec<&str> = catalog().iter().map(|it| it.id()).collect();
        known.sort_unstable();
        assert_eq!(ids, known, "a check has no row, or a row no check");
        for hand in HANDS {
            assert!(hand.example.starts_with(&format!("holdpoint check {} ", hand.id)));
            assert!(!hand.by_hand.is_empty() && hand.fails.ends_with('.'));
        }
    }

    #[test]
    fn pages_have_their_parts_in_order() {
        for check in catalog() {
            let titles: Vec<&str> = sections(check.doc()).iter().map(|it| it.title).collect();
            assert_eq!(titles.first(), Some(&"How it looks"));
            for title in ["Proves", "Does not prove", "A line that means it", "Remedy"] {
                assert!(titles.contains(&title), "{} lacks {title}", check.id());
            }
        }
    }
}
