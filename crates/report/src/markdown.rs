//! `--report markdown=PATH`: a run as Markdown, for a comment on a change and the summary of a CI step.

use std::fmt::Write as _;

use holdpoint_model::{
    event::Release,
    line::{Kind, State},
};

use crate::{
    dossier::Dossier,
    outcome::{counts, cut, details, held, in_the_way, reason, verdict, verdict_word},
    view::{LineView, RunView},
    when::{rfc3339, span},
};

/// Characters of a comment on GitHub, as it counts them.
pub const COMMENT_MAX: usize = 65_536;
/// Bytes of the summary of a step on GitHub.
pub const SUMMARY_MAX: usize = 1_048_576;
/// Kept free for what is said at the end.
const TAIL: usize = 600;
/// Columns of one piece of text.
const CELL_COLUMNS: usize = 600;

/// Text that never grows beyond a limit. Bytes are counted: no host counts a text longer.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    /// Adds the text if there is room for it and for what must still be said.
    fn push(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() + TAIL <= self.limit;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds the rows that fit; how many do not.
    fn rows(&mut self, rows: impl Iterator<Item = String>) -> usize {
        let mut left = 0;
        for row in rows {
            if left != 0 || !self.push(&row) {
                left += 1;
            }
        }
        left
    }
}

/// The page of a run in at most `limit` bytes, what stands in the way first. It begins with a
/// hidden mark that is the same for every run of this document at this gate, by which a CI finds
/// the comment that it wrote before.
pub fn page(dossier: &Dossier, limit: usize) -> String {
    let view = &dossier.view;
    let mut page = Page { text: String::new(), limit };
    page.push(&format!("{}\n", mark(view)));
    page.push(&head(view));
    let own: Vec<&LineView> = view.lines.iter().filter(|it| it.plan.kind != Kind::Group).collect();
    let mut left = 0;
    let blocking: Vec<&LineView> = own.iter().filter(|it| in_the_way(it)).copied().collect();
    let table = "\n| | line | | why |\n| --- | ---: | --- | --- |\n";
    if !blocking.is_empty() && page.push(table) {
        left += page.rows(blocking.iter().map(|line| row(line)));
    }
    for state in [
        State::Fail,
        State::Unknown,
        State::Owed,
        State::Waived,
        State::NotApplicable,
        State::Pass,
        State::Later,
        State::Noted,
    ] {
        let of: Vec<&LineView> = own
            .iter()
            .filter(|it| it.standing.state == state && !in_the_way(it))
            .copied()
            .collect();
        left += folded(&mut page, state, &of);
    }
    if left != 0 {
        let lines = if left == 1 { "1 more line is" } else { "more lines are" };
        let count = if left == 1 { String::new() } else { format!("{left} ") };
        write!(page.text, "\n**{count}{lines} not shown here**: a page may not be longer.\n")
            .expect("strings take text");
    }
    writeln!(page.text, "\n<sub>{}</sub>", foot(dossier)).expect("strings take text");
    page.text
}

/// The hidden mark of every page of this document, gate and environment.
pub fn mark(view: &RunView) -> String {
    let environment = view.environment.as_deref().unwrap_or_default();
    let name = |text: &str| {
        let mut name = String::new();
        for byte in text.bytes().take(300) {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'_' => {
                    name.push(char::from(byte));
                }
                _ => write!(name, "%{byte:02X}").expect("strings take text"),
            }
        }
        name
    };
    let path = name(&view.document.path);
    let environment =
        if environment.is_empty() { String::new() } else { format!(" {}", name(environment)) };
    format!("<!-- holdpoint {path} {}{environment} -->", view.gate.word())
}

fn head(view: &RunView) -> String {
    let sign = match verdict(view) {
        Some(Release::Go) => "✅",
        Some(Release::Hold) | None => "✋",
        Some(Release::NoGo) => "⛔",
    };
    let word = verdict_word(view);
    let mut text = format!("## {sign} {word} · {}\n\n", escaped(&cut(&view.document.path, 200)));
    write!(text, "{}", counts(view)).expect("strings take text");
    if let Some(held) = held(view) {
        write!(text, "\n\n**{held}**").expect("strings take text");
    }
    text.push('\n');
    text
}

fn row(line: &LineView) -> String {
    let mut why = escaped(&cut(&reason(line), CELL_COLUMNS));
    for (name, text) in details(line) {
        write!(why, "<br>*{name}* {}", escaped(&cut(&text, CELL_COLUMNS)))
            .expect("strings take text");
    }
    format!(
        "| {} | {} | {} | {why} |\n",
        label(line.standing.state),
        line.plan.line,
        escaped(&cut(&line.plan.text, CELL_COLUMNS)),
    )
}

fn label(state: State) -> String {
    let sign = match state {
        State::Fail => "❌ ",
        State::Unknown => "❔ ",
        State::Owed => "👤 ",
        State::Pass | State::Waived | State::NotApplicable | State::Later | State::Noted => "",
    };
    format!("{sign}{}", state.word())
}

/// Lines that do not stand in the way, folded under their state.
fn folded(page: &mut Page, state: State, lines: &[&LineView]) -> usize {
    if lines.is_empty() {
        return 0;
    }
    let more = match state {
        State::Fail | State::Unknown | State::Owed => ", and the gate does not wait for it",
        State::Pass | State::Waived | State::NotApplicable | State::Later | State::Noted => "",
    };
    let head = format!("\n<details><summary>{} {}{more}</summary>\n\n", lines.len(), state.word());
    if !page.push(&head) {
        return lines.len();
    }
    let left = page.rows(lines.iter().map(|line| item(line)));
    page.text.push_str("\n</details>\n");
    left
}

fn item(line: &LineView) -> String {
    let text = escaped(&cut(&line.plan.text, CELL_COLUMNS));
    let reason = escaped(&cut(&reason(line), CELL_COLUMNS));
    let mut item = format!("* {} {text}: {reason}", line.plan.line);
    for part in &line.standing.finding.unproven {
        write!(item, "; *unproven* {}", escaped(&cut(part, CELL_COLUMNS)))
            .expect("strings take text");
    }
    item.push('\n');
    item
}

fn foot(dossier: &Dossier) -> String {
    let view = &dossier.view;
    let took = view.ended.map(|ended| format!(" · {}", span(ended.since(view.started))));
    let environment = view.environment.as_ref();
    let environment = environment
        .map(|it| format!(" · environment {}", escaped(&cut(it, 100))))
        .unwrap_or_default();
    format!(
        "run {} · gate {}{environment} · {}{} · holdpoint {}",
        escaped(&view.run),
        view.gate.word(),
        rfc3339(view.started),
        took.unwrap_or_default(),
        escaped(&dossier.version),
    )
}

/// Text that is shown as it is: it makes no markup, no HTML, no link, calls nobody and refers to
/// nothing. What would call or refer is parted by a space that has no width.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // In a row of a table a stroke would end the cell, escaped or not, for some readers.
            '|' => out.push_str("&#124;"),
            '@' | '#' => out.extend(['\\', c, '\u{200b}']),
            // `gh-12` is a reference too.
            '-' if before.eq_ignore_ascii_case(&'h') => out.extend(['\\', c, '\u{200b}']),
            // `http://` and `www.` would become links, `$…$` a formula.
            ':' | '.' if !before.is_ascii_alphabetic() => out.push(c),
            ',' | ';' | '=' | '%' | '(' | ')' | '/' | '?' | '\'' | '"' | '+' | '-' => out.push(c),
            c if c.is_ascii_punctuation() => out.extend(['\\', c]),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{dossier, line};

    #[test]
    fn what_stands_in_the_way_comes_first() {
        let lines = vec![
            line(3, "up", State::Pass),
            line(64, "HSTS on", State::Fail),
            line(70, "Ask them", State::Owed),
        ];
        let text = page(&dossier(lines, Release::NoGo, true), COMMENT_MAX);
        let mut rows = text.lines();
        assert_eq!(rows.next(), Some("<!-- holdpoint docs/RELEASE%20LIST.md pre -->"));
        assert_eq!(rows.next(), Some("## ⛔ NO-GO · docs/RELEASE LIST\\.md"));
        assert!(text.contains("**2 lines stand in the way**"));
        assert!(
            text.contains(
                "| ❌ fail | 64 | HSTS on | it is &lt;off&gt; &amp; gone<br>*expected* on"
            )
        );
        assert!(text.find("| 👤 owed | 70 |").unwrap() < text.find("<details>").unwrap());
        assert!(text.contains("<summary>1 pass</summary>\n\n* 3 up: seen to hold\n"));
    }

    #[test]
    fn hostile_text_makes_nothing() {
        let hostile = "@team/ops [x](http://e.test) `<img src=x onerror=y>` | #12 GH-34 **b** \
                       <!-- --> </details> www.e.test\n| row |";
        let text =
            page(&dossier(vec![line(7, hostile, State::Fail)], Release::NoGo, true), COMMENT_MAX);
        let row = text.lines().find(|it| it.starts_with("| ❌")).unwrap();
        for bad in [
            "@team",
            "[x](",
            "<img",
            " | #",
            "#12 ",
            "GH-34",
            "**b",
            "<!--",
            "</details",
            "www.",
            "http:",
        ] {
            assert!(!row.contains(bad), "{bad}: {row}");
        }
        assert_eq!(row.matches('|').count(), 5, "{row}");
        assert!(!text.lines().any(|it| it.starts_with("| row")));
    }

    #[test]
    fn a_reader_of_markdown_finds_only_our_markup() {
        use pulldown_cmark::{Event, Options, Parser, Tag};
        let hostile = [
            "[x](http://e.test) ![y](z) <https://e.test> [r]: e.test",
            "`code` ``more`` ~~gone~~ **b** _i_ \\` \\| | a | b",
            "<img src=x> </details></td> <!-- --> <?x?> &lt;b&gt; &#64;team",
            "# head\n- item\n1. one\n> quote\n---\n```\nfence",
            "\\[x](y) \\<b> $x^2$ $$y$$ [^1] [ ] trailing \\",
        ];
        let mut lines = Vec::new();
        for (at, text) in hostile.iter().enumerate() {
            for state in [State::Fail, State::Pass, State::Later] {
                let mut it = line(at * 10 + lines.len() + 1, text, state);
                it.standing.finding.reason = (*text).to_owned();
                it.standing.finding.unproven = vec![(*text).to_owned()];
                lines.push(it);
            }
        }
        let count = lines.len();
        let text = page(&dossier(lines, Release::NoGo, true), COMMENT_MAX);
        let ours =
            ["<!-- holdpoint ", "<details><summary>", "</details>", "<sub>", "</sub>", "<br>"];
        let (mut rows, mut items) = (0, 0);
        for event in Parser::new_ext(&text, Options::all()) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    assert!(ours.iter().any(|it| html.starts_with(it)), "{html}");
                }
                Event::Start(Tag::TableRow) => rows += 1,
                Event::Start(Tag::Item) => items += 1,
                Event::Start(tag) => assert!(
                    matches!(
                        tag,
                        Tag::Paragraph
                            | Tag::Heading { .. }
                            | Tag::HtmlBlock
                            | Tag::List(None)
                            | Tag::Table(_)
                            | Tag::TableHead
                            | Tag::TableCell
                            | Tag::Emphasis
                            | Tag::Strong
                    ),
                    "{tag:?}"
                ),
                Event::Code(it)
                | Event::InlineMath(it)
                | Event::DisplayMath(it)
                | Event::FootnoteReference(it) => panic!("{it}"),
                Event::TaskListMarker(_) | Event::Rule => panic!("{text}"),
                Event::End(_) | Event::Text(_) | Event::SoftBreak | Event::HardBreak => {}
            }
        }
        assert_eq!((rows, items), (hostile.len(), count - hostile.len()));
    }

    #[test]
    fn a_mark_cannot_be_left_and_is_the_same_for_every_run() {
        let mut it = dossier(vec![], Release::Hold, true);
        it.view.document.path = String::from("a --> <b>-- ü.md");
        it.view.environment = Some(String::from("staging"));
        let first = mark(&it.view);
        assert_eq!(
            first,
            "<!-- holdpoint a%20%2D%2D%3E%20%3Cb%3E%2D%2D%20%C3%BC.md pre staging -->"
        );
        it.view.run = String::from("0999");
        assert_eq!(mark(&it.view), first);
    }

    #[test]
    fn a_page_keeps_to_its_limit_and_says_what_is_left_out() {
        let lines: Vec<LineView> =
            (1..=10_000).map(|at| line(at, &"★ long ".repeat(40), State::Fail)).collect();
        let it = dossier(lines, Release::NoGo, true);
        for limit in [COMMENT_MAX, SUMMARY_MAX, 3_000] {
            let text = page(&it, limit);
            assert!(text.len() <= limit, "{} of {limit}", text.len());
            assert!(limit / 2 < text.len() && text.contains("more lines are not shown here"));
        }
        let passed: Vec<LineView> = (1..=10_000).map(|at| line(at, "fine", State::Pass)).collect();
        let text = page(&dossier(passed, Release::Go, true), COMMENT_MAX);
        assert!(text.len() <= COMMENT_MAX);
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}
