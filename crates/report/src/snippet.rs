//! Diagnostics as people read them: the place in their own text, underlined.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};
use holdpoint_model::diagnostic::{self, Diagnostic};

use crate::style::Style;

/// Lines around a place that are shown; a document of one huge line is never shown whole.
const SHOWN_BYTES_MAX: usize = 4_000;

/// The complaint with its place in `source`, the text of the file at `path`.
pub fn render(it: &Diagnostic, source: &str, path: &str, style: Style) -> String {
    let level = match it.level {
        diagnostic::Level::Error => Level::ERROR,
        diagnostic::Level::Warning => Level::WARNING,
        diagnostic::Level::Note => Level::NOTE,
    };
    let message = style.clean(&it.message);
    let help = style.clean(&it.help);
    let window = Window::around(it, source);
    let text = window.as_ref().map(|window| style_source(style, window.text));
    let mut group = level
        .primary_title(message.as_str())
        .id(it.code)
        .elements(None::<Snippet<'_, annotate_snippets::Annotation<'_>>>);
    if let (Some(window), Some(text)) = (&window, &text) {
        let mut snippet = Snippet::source(text.as_str()).path(path).line_start(window.line);
        for label in &it.labels {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let from = label.span.start.saturating_sub(window.start).min(text.len());
            let to = label.span.end.saturating_sub(window.start).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) && from <= to {
                snippet = snippet.annotation(kind.span(from..to).label(label.text.as_str()));
            }
        }
        group = group.element(snippet);
    }
    if !help.is_empty() {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let decor = if style.ascii { DecorStyle::Ascii } else { DecorStyle::Unicode };
    let shown = renderer.decor_style(decor).term_width(style.width).render(&[group]);
    match (&window, it.line) {
        (None, 1..) => format!("{shown}\n --> {path}:{}", it.line),
        (None, 0) => format!("{shown}\n --> {path}"),
        (Some(_), _) => shown,
    }
}

/// Bytes keep their places: control characters become blanks of the same length.
fn style_source(style: Style, text: &str) -> String {
    let keep = |c: char| {
        if c == '\n' || !(c.is_control() || (style.ascii && !c.is_ascii())) {
            c.to_string()
        } else {
            " ".repeat(c.len_utf8())
        }
    };
    text.chars().map(keep).collect()
}

struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    /// The whole lines that the labels stand on, when they are short enough to be shown.
    fn around(it: &Diagnostic, source: &'a str) -> Option<Self> {
        let first = it.labels.iter().map(|label| label.span.start).min()?;
        let last = it.labels.iter().map(|label| label.span.end).max()?;
        let before = source.get(..first)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = source.get(last..)?.find('\n').map_or(source.len(), |at| last + at);
        let text = source.get(start..end)?;
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (text.len() <= SHOWN_BYTES_MAX).then_some(Self { text, start, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdpoint_model::{diagnostic::Level as L, text::Span};

    #[test]
    fn points_at_the_place() {
        let source = "one\ntwo = 한국 three\n";
        let at = source.find("three").unwrap();
        let it = Diagnostic::new("settings::unknown-key", L::Error, 2, "unknown key".to_owned())
            .at(Span::new(at, at + 5), "not a key")
            .help("write `tree`".to_owned());
        let shown = render(&it, source, "holdpoint.toml", Style { ascii: false, ..Style::PLAIN });
        assert!(shown.contains("holdpoint.toml:2:10"), "{shown}");
        assert!(shown.contains("not a key") && shown.contains("write `tree`"), "{shown}");
        let bare = Diagnostic::new("document::empty", L::Warning, 3, "no lines".to_owned());
        assert!(render(&bare, source, "a.md", Style::PLAIN).contains("a.md:3"));
    }

    #[test]
    fn a_huge_line_is_named_and_not_shown() {
        let source = "x".repeat(1_000_000);
        let it = Diagnostic::new("a::b", L::Error, 1, "no".to_owned())
            .at(Span::new(500_000, 500_001), "");
        assert!(render(&it, &source, "a.md", Style::PLAIN).len() < 500);
    }
}
