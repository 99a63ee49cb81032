//! What holds for any bytes.

use holdpoint_document::{Document, Form, LineId, digest_input, edit, parse};
use proptest::prelude::*;

/// Texts made of what checklists are made of, in any order.
fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "- ",
        "* ",
        "1. ",
        "2) ",
        "_ ",
        "[ ] ",
        "[x] ",
        "[] ",
        "[~]",
        "☐ ",
        "［　］",
        "> ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "# ",
        "## ",
        "###",
        "---\n",
        "***",
        "===",
        "```",
        "```sh\n",
        "~~~",
        "<!-- ",
        "-->",
        "<!-- holdpoint: skip -->",
        "<details>",
        "</details>\n",
        "| a | b |",
        "|--|--|\n",
        "| Role |",
        "**",
        "**Label**: ",
        "____",
        "`",
        "\\",
        "word",
        "v1.0.0",
        "Complete all steps",
        ".",
        ":",
        "KEY=value\n",
        "ls -a\n",
        "cat << EOF\n",
        "# Should include:\n",
        "'",
        "\"",
        "\u{201a}\u{fa}\u{d6}",
        "é",
        "✅",
        "名",
        "(",
        ")",
        "[a]: b\n",
        "$ ",
        "if ",
        "fi\n",
        "SELECT 1;\n",
        "\u{feff}",
        "\0",
    ]);
    prop::collection::vec(parts, 0..60).prop_map(|parts| parts.concat())
}

fn holds_together(document: &Document) {
    let bytes = document.readable();
    let text_of =
        |span: holdpoint_model::text::Span| String::from_utf8_lossy(span.of(&bytes)).into_owned();
    let mut number = 0;
    for (id, line) in document.lines.iter().enumerate() {
        assert!(line.span.end <= bytes.len());
        assert_eq!(text_of(line.span), line.text);
        assert!(number <= line.number && line.number <= document.physical_lines.max(1));
        number = line.number;
        assert!(line.parent.is_none_or(|parent| parent.0 < id));
        assert!(line.section.is_none_or(|section| section.0 < document.headings.len()));
        assert!(line.fence.is_none_or(|fence| fence < document.fences.len()));
        if let Form::Box(mark) = &line.form {
            assert!(mark.span.end <= line.span.start || line.text.is_empty(), "{line:?}");
        }
    }
    for id in (0..document.lines.len()).map(LineId) {
        let all = document.lines.iter().enumerate().filter(|(_, it)| it.parent == Some(id));
        assert!(document.children(id).eq(all.map(|(at, _)| LineId(at))));
    }
    for (id, heading) in document.headings.iter().enumerate() {
        assert!(heading.parent.is_none_or(|parent| parent.0 < id));
    }
    for fence in &document.fences {
        assert!(fence.span.end <= bytes.len());
        assert!(fence.owner.is_none_or(|owner| document.lines[owner.0].number <= fence.number));
    }
}

/// Lines with what an edit of boxes may not change.
fn words(document: &Document) -> Vec<(usize, String, usize, Option<LineId>)> {
    let all = document.lines.iter();
    all.map(|it| (it.number, it.text.clone(), it.depth, it.parent)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let document = parse(&bytes);
        prop_assert_eq!(&document.raw, &bytes);
        holds_together(&document);
        drop(digest_input(&document));
    }

    #[test]
    fn any_text_is_read(text in texts()) {
        holds_together(&parse(text.as_bytes()));
    }

    #[test]
    fn edits_are_local(text in texts(), seed in any::<u64>()) {
        let document = parse(text.as_bytes());
        let boxes: Vec<(LineId, bool)> = document
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| matches!(line.form, Form::Box(_)))
            .map(|(at, _)| (LineId(at), seed >> (at % 64) & 1 == 1))
            .collect();
        let edited = edit::tick_many(&document, &boxes).unwrap();
        let after = parse(&edited);
        prop_assert_eq!(words(&document), words(&after));
        prop_assert_eq!(digest_input(&document), digest_input(&after));
        for (id, ticked) in &boxes {
            let Form::Box(mark) = &after.lines[id.0].form else { panic!("the box is gone") };
            prop_assert_eq!(mark.ticked, *ticked);
        }
        let mut at = 0;
        let mut rest = edited.as_slice();
        for (id, _) in &boxes {
            let Form::Box(mark) = &document.lines[id.0].form else { panic!("no box") };
            let before = &document.raw[at..mark.span.start];
            prop_assert_eq!(before, &rest[..before.len()]);
            let Form::Box(now) = &after.lines[id.0].form else { panic!("no box") };
            rest = &rest[before.len() + (now.span.end - now.span.start)..];
            at = mark.span.end;
        }
        prop_assert_eq!(&document.raw[at..], rest);
    }

    #[test]
    fn line_ends_change_nothing(text in texts()) {
        let text = text.replace('\r', "");
        let other = text.replace('\n', "\r\n");
        let (plain, dos) = (parse(text.as_bytes()), parse(other.as_bytes()));
        let words = |document: &Document| -> Vec<(usize, String)> {
            document.lines.iter().map(|it| (it.number, it.repaired.clone())).collect()
        };
        prop_assert_eq!(words(&plain), words(&dos));
        prop_assert_eq!(digest_input(&plain), digest_input(&dos));
    }
}
