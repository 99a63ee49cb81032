//! Any bytes give a document.

use holdpoint_document::{digest_input, parse};
use holdpoint_model::{diagnostic::Level, limits::DOCUMENT_BYTES_MAX};

use crate::hostile::CASES;

/// Large enough that a parser of quadratic time would not come back in a minute.
const BYTES: usize = 100_000;

#[test]
fn hostile_texts_are_read() {
    for (name, make) in CASES {
        let text = make(BYTES);
        assert!(BYTES / 2 < text.len(), "{name}");
        let document = parse(text.as_bytes());
        assert_eq!(document.raw.len(), text.len(), "{name}");
        drop(digest_input(&document));
    }
}

#[test]
fn items_beyond_the_nesting_limit_are_text() {
    let document = parse(format!("{}a\n- b\n", "- ".repeat(5_000)).as_bytes());
    assert_eq!(document.lines.len(), 2);
    assert_eq!(document.lines[0].depth, 999);
    assert!(document.lines[0].text.ends_with("- - a"));
    assert_eq!((document.lines[1].depth, document.lines[1].parent), (0, None));
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let document = parse(&vec![b'-'; DOCUMENT_BYTES_MAX + 1]);
    let codes: Vec<_> = document.diagnostics.iter().map(|it| (it.code, it.level)).collect();
    assert_eq!(codes, [("document::too-large", Level::Error)]);
    assert!(document.lines.is_empty());
}
