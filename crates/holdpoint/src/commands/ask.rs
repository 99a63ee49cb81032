//! `plan --ask`: one short question for every ambiguous line; each answer is kept at once.

use std::io::BufRead;

use holdpoint_bind::{
    question::{About, NONE, Offer, PERSON, Question, questions},
    settings::Which,
};
use holdpoint_checks::find;
use holdpoint_report::style::{Style, Tone};

use crate::{
    exit::{Done, Exit, Stop},
    out,
    project::Project,
};

pub(in crate::commands) mod keep;

use keep::Keeper;

/// How a question was answered.
enum Reply {
    /// With a value for a key of the line's table.
    Keep(&'static str, String),
    Skip,
    Quit,
    /// There is no more input.
    Ended,
}

/// Asks about every ambiguous line. Ends with 0 when every question was put, or the person had
/// enough; with 3 when the input ended before that.
pub(crate) fn ask(project: &Project, input: &mut dyn BufRead, style: Style) -> Done {
    project.write_lock()?;
    let all = questions(&project.document, &project.settings, &project.planned);
    let path = project.plan().document.path.clone();
    let keeper = Keeper::new(&project.settings.path);
    let (mut kept, mut skipped) = (0, 0);
    for (at, question) in all.iter().enumerate() {
        let head = format!("{} of {}", at + 1, all.len());
        out::progress(&shown(question, &head, &path, style));
        match reply(question, input)? {
            Reply::Keep(key, value) => {
                keeper.keep(&question.place, key, &value, style)?;
                // Nobody has bound what was only guessed: what was read for it is kept too.
                for (name, read) in stated(question, &value) {
                    keeper.keep(&question.place, &format!("params.{name}"), read, style)?;
                }
                let text = format!("line {}  {key} = \"{value}\"", question.line);
                out::result(&format!("{}\n", style.clean(&text)));
                kept += 1;
            }
            Reply::Skip => skipped += 1,
            Reply::Quit => {
                skipped += all.len() - at;
                break;
            }
            Reply::Ended => return Ok(left(all.get(at..).unwrap_or_default(), kept, style)),
        }
    }
    out::result(&summary(&all, kept, skipped, &project.settings.path, &path));
    Ok(Exit::Go)
}

/// What the text states for a guess, as it was shown.
fn stated<'a>(question: &'a Question, id: &str) -> Vec<(&'a str, &'a str)> {
    let offers = match &question.about {
        About::Check(offers) if question.guess => offers.as_slice(),
        About::Check(_) | About::Target(_) => &[],
    };
    let chosen = offers.iter().filter(|it| it.id == id);
    chosen.flat_map(|it| &it.params).filter_map(|it| it.split_once('=')).collect()
}

fn summary(all: &[Question], kept: usize, skipped: usize, settings: &str, path: &str) -> String {
    if all.is_empty() {
        return String::from("nothing to ask\n");
    }
    let answers = if kept == 1 { "answer" } else { "answers" };
    let open = if skipped == 0 { String::new() } else { format!(", {skipped} still open") };
    format!("{kept} {answers} in {settings}{open}\nnext      holdpoint plan {path}\n")
}

/// What is still ambiguous when nobody answers any more.
fn left(open: &[Question], kept: usize, style: Style) -> Exit {
    let mut text = String::from("\n");
    for question in open {
        let row = format!("line {}  {}  ({})", question.line, question.text, names(question));
        text.push_str(&style.clean(&row));
        text.push('\n');
    }
    let plural = if open.len() == 1 { "line is" } else { "lines are" };
    let count = open.len();
    out::progress(&format!(
        "{text}{count} {plural} unclear, and nobody answered; {kept} answered before\n"
    ));
    Exit::Hold
}

fn names(question: &Question) -> String {
    match &question.about {
        About::Check(offers) => {
            offers.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(" or ")
        }
        About::Target(names) => names.join(" or "),
    }
}

fn shown(question: &Question, head: &str, path: &str, style: Style) -> String {
    let dot = style.dot();
    let section = question.section.join(&format!(" {} ", style.arrow()));
    let head = format!("{head} {dot} {path}:{} {dot} {section}", question.line);
    let mut rows = vec![
        String::new(),
        style.paint(Tone::Faint, &style.cut(&head, style.width)),
        style.paint(Tone::Strong, &style.clean(&question.text)),
    ];
    if question.guess {
        rows.push(String::from("not understood; perhaps one of these:"));
    }
    match &question.about {
        About::Check(offers) => {
            for (at, offer) in offers.iter().enumerate() {
                rows.extend(offered(at + 1, offer, question.guess, style));
            }
            if let Some(left) = &question.left {
                rows.push(format!("     {}", style.wrap(&left_to_people(left), 5, style.width)));
            }
            rows.push(String::from("  p  only a person can say"));
            rows.push(String::from("  n  none of these: nothing of the catalog says it"));
        }
        About::Target(names) => {
            for (at, name) in names.iter().enumerate() {
                rows.push(format!("  {}  [target.{}]", at + 1, style.clean(name)));
            }
        }
    }
    rows.push(String::from("  s  skip (or only Enter)     q  quit"));
    let what = match &question.about {
        About::Check(_) => "which check? ",
        About::Target(_) => "which target is it about? ",
    };
    rows.push(what.to_owned());
    rows.join("\n")
}

/// What nobody looks at when an asked line is bound to a check.
fn left_to_people(left: &[String]) -> String {
    if left.is_empty() {
        return String::from(
            "a person answers this line as it stands: a check may look at less than it says",
        );
    }
    let words: Vec<String> = left.iter().map(|it| format!("`{it}`")).collect();
    format!(
        "a check looks at a part of the line; left to people: {}. With a check nobody is \
         asked about that",
        words.join(", ")
    )
}

fn offered(number: usize, offer: &Offer, guess: bool, style: Style) -> Vec<String> {
    let params = if offer.params.is_empty() {
        String::new()
    } else {
        format!("  ({})", offer.params.join(", "))
    };
    let text = format!("  {number}  {}  {}{params}", offer.id, offer.title);
    let mut rows = vec![style.cut(&text, style.width)];
    if find(&offer.id).is_none() {
        let text = "     this version cannot look with it: the line would be unknown";
        rows.push(style.paint(Tone::Faint, &style.cut(text, style.width)));
    }
    if !guess {
        let words: Vec<String> = offer.because.iter().map(|it| format!("`{it}`")).collect();
        let because = format!("     because of {}", words.join(", "));
        rows.push(style.paint(Tone::Faint, &style.cut(&because, style.width)));
    }
    rows
}

/// Reads lines until one of them is an answer.
fn reply(question: &Question, input: &mut dyn BufRead) -> Result<Reply, Stop> {
    let count = match &question.about {
        About::Check(offers) => offers.len(),
        About::Target(names) => names.len(),
    };
    loop {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line);
        let read =
            read.map_err(|error| Stop::usage(format!("failed to read an answer: {error}")))?;
        if read == 0 {
            return Ok(Reply::Ended);
        }
        // Bytes that are no text are no answer, and are asked for again.
        let line = String::from_utf8(line).unwrap_or_else(|_| String::from("?"));
        let word = line.trim().to_lowercase();
        let at = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match (&question.about, at, word.as_str()) {
            (_, _, "s" | "skip" | "") => return Ok(Reply::Skip),
            (_, _, "q" | "quit") => return Ok(Reply::Quit),
            (About::Check(offers), Some(at), _) => {
                if let Some(offer) = offers.get(at) {
                    return Ok(Reply::Keep("check", offer.id.clone()));
                }
            }
            (About::Target(names), Some(at), _) => {
                if let Some(name) = names.get(at) {
                    return Ok(Reply::Keep("target", name.clone()));
                }
            }
            (About::Check(_), None, "p" | "person") => {
                return Ok(Reply::Keep("check", PERSON.to_owned()));
            }
            (About::Check(_), None, "n" | "none") => {
                return Ok(Reply::Keep("check", NONE.to_owned()));
            }
            (About::Check(_) | About::Target(_), None, _) => {}
        }
        let others = match &question.about {
            About::Check(_) => "p, n, s, q",
            About::Target(_) => "s, q",
        };
        let numbers = if count == 1 { String::from("1") } else { format!("1 to {count}") };
        out::progress(&format!("answer {numbers}, {others}: "));
    }
}

/// The table of a line as people write it, for messages.
pub(super) fn table(place: &Which) -> String {
    match place {
        Which::Text(text) => format!("[line.{text:?}]"),
        Which::Number { line, .. } => format!("[line.{line}]"),
    }
}
