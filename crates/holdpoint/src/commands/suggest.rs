//! `plan --suggest`: a service is asked what unclear lines may mean; nothing is sent without a yes,
//! and what comes back is a proposal until a person says yes to it.

use std::io::{BufRead, IsTerminal};

use holdpoint_bind::{question::unclear, settings::Suggest};
use holdpoint_model::ask::Scheme;
use holdpoint_report::style::{Style, Tone};
use holdpoint_wire_net::Net;

use crate::{
    commands::ask::{
        keep::{Keeper, pasted},
        table,
    },
    exit::{Done, Exit, Stop},
    looking, out,
    project::Project,
};

mod service;

use service::{Answer, Proposal, Sent};

/// Lines of one request.
const LINES_MAX: usize = 40;

/// What a person said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Yes,
    No,
    Quit,
}

/// Asks the service about every line that is not clear. Ends with 0 when it was asked, or the
/// person would not have it; with 3 when nobody was there to say yes, or the service failed.
pub(crate) fn suggest(project: &Project, yes: bool, style: Style) -> Done {
    let Some(service) = &project.settings.suggest else {
        return Err(Stop::usage(format!(
            "--suggest needs [suggest] with `url` and `model` in {}; nothing was sent",
            project.settings.path
        )));
    };
    let lines = unclear(&project.document, &project.settings, &project.planned);
    if lines.is_empty() {
        out::result("every line is understood; nothing was sent\n");
        return Ok(Exit::Go);
    }
    let sent = service::masked(&lines);
    out::progress(&statement(service, &sent, style));
    let person = std::io::stdin().is_terminal();
    if !yes && !person {
        out::progress("nothing was sent: nobody is here to say yes; `--yes` says it\n");
        return Ok(Exit::Hold);
    }
    if !yes && word("send it? [y/N] ")? != Word::Yes {
        out::result("nothing was sent\n");
        return Ok(Exit::Go);
    }
    let (answer, failed) = asked(service, &sent, style)?;
    for why in &answer.dropped {
        out::progress(&format!("dropped   {}\n", style.clean(why)));
    }
    if person {
        accept(project, &answer.proposals, style)?;
    } else {
        list(project, &answer.proposals, style);
    }
    Ok(if failed { Exit::Hold } else { Exit::Go })
}

/// What goes where, exactly.
fn statement(service: &Suggest, sent: &[Sent<'_>], style: Style) -> String {
    let mut rows: Vec<String> = sent
        .iter()
        .map(|it| {
            let place = it.headings.join(" > ");
            let dot = style.dot();
            style.clean(&format!("  line {}  {}  {dot} {place}", it.line.line, it.text))
        })
        .collect();
    let lines = if sent.len() == 1 {
        String::from("1 line with its headings")
    } else {
        format!("{} lines with their headings", sent.len())
    };
    let asks = sent.len().div_ceil(LINES_MAX);
    let asks = if asks == 1 { String::from("1 request") } else { format!("{asks} requests") };
    let clear = match service.scheme {
        Scheme::Http => ", not encrypted",
        Scheme::Https => "",
    };
    let key = service.key.as_ref().map_or_else(String::new, |key| format!(", key from {key}"));
    rows.push(style.clean(&format!(
        "sends the text of {lines}, as shown, and the catalog's ids and \
         titles to {} (model {}{key}; {asks}{clear})",
        service.url, service.model
    )));
    rows.push(String::from("nothing else of the project is sent\n"));
    rows.join("\n")
}

/// Every request in turn; a failure that lasts ends them.
fn asked<'a>(
    service: &Suggest,
    sent: &[Sent<'a>],
    style: Style,
) -> Result<(Answer<'a>, bool), Stop> {
    let runtime = looking::tokio()?;
    let net = Net::default();
    let (mut all, mut failed, mut done) = (Answer::default(), false, 0);
    for part in sent.chunks(LINES_MAX) {
        done += part.len();
        out::progress(&format!("asking    {done} of {} lines\n", sent.len()));
        match runtime.block_on(service::ask(&net, service, part)) {
            Ok(answer) => {
                all.proposals.extend(answer.proposals);
                all.dropped.extend(answer.dropped);
            }
            Err(error) => {
                failed = true;
                out::progress(&style.clean(&format!("no answer: {}", error.why)));
                out::progress("\n");
                if error.lasting {
                    let left = sent.len() - done;
                    if 0 < left {
                        out::progress(&format!("{left} lines were not asked about\n"));
                    }
                    break;
                }
            }
        }
    }
    Ok((all, failed))
}

fn shown(it: &Proposal<'_>, style: Style) -> String {
    let mut rows = vec![
        style
            .paint(Tone::Strong, &style.clean(&format!("line {}  {}", it.line.line, it.line.text))),
        style.clean(&format!("  proposed  {}  {}", it.head.id, it.head.title)),
    ];
    if !it.line.among.is_empty() {
        rows.push(style.clean(&format!("  so far    {}", it.line.among.join(" or "))));
    }
    if it.takes_from_person() {
        rows.push(String::from(
            "  careful   a person says this now; it would become a machine's check",
        ));
    }
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// Without a person: every proposal with what to paste.
fn list(project: &Project, proposals: &[Proposal<'_>], style: Style) {
    for it in proposals {
        let toml = pasted(&it.line.place, "check", it.head.id);
        let toml: String = toml.lines().map(|row| format!("{}\n", style.clean(row))).collect();
        out::result(&format!("{}{toml}\n", shown(it, style)));
    }
    let count = counted(proposals.len());
    let paste = if proposals.is_empty() {
        String::new()
    } else {
        format!(", paste what is right into {}", project.settings.path)
    };
    out::result(&format!("{count}; nothing was changed{paste}\n"));
}

/// With a person: each proposal needs a yes, and is kept at once.
fn accept(project: &Project, proposals: &[Proposal<'_>], style: Style) -> Result<(), Stop> {
    let keeper = Keeper::new(&project.settings.path);
    let mut kept = 0;
    for it in proposals {
        out::progress(&format!("\n{}", shown(it, style)));
        match word("accept? [y/N/q] ")? {
            Word::Yes => {
                keeper.keep(&it.line.place, "check", it.head.id, style)?;
                let text = format!("{}  check = \"{}\"", table(&it.line.place), it.head.id);
                out::result(&format!("{}\n", style.clean(&text)));
                kept += 1;
            }
            Word::No => {}
            Word::Quit => break,
        }
    }
    let count = counted(proposals.len());
    let path = &project.plan().document.path;
    out::result(&format!(
        "{count}, {kept} accepted into {}\nnext      holdpoint plan {path}\n",
        project.settings.path
    ));
    Ok(())
}

fn counted(count: usize) -> String {
    if count == 1 { String::from("1 proposal") } else { format!("{count} proposals") }
}

/// One answer of the person; everything but a plain yes is none.
fn word(question: &str) -> Result<Word, Stop> {
    out::progress(question);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let read = read.map_err(|error| Stop::usage(format!("failed to read an answer: {error}")))?;
    Ok(match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Word::Yes,
        "q" | "quit" => Word::Quit,
        _ if read == 0 => Word::Quit,
        _ => Word::No,
    })
}
