//! Everything that can be seen fits the screen, and says nothing to the terminal.

use holdpoint_model::{
    ask::{Ask, Request, Roots, Scheme, Vantage, What},
    fault::Fault,
    seen::{Response, Seen},
    time::{DAY, Time},
    verdict::Finding,
};
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::exhibit::{Excerpt, Point, Sort, Table};

const HOSTILE: &str = "한국어 \u{1b}[31mred\u{1b}]0;title\u{7} \u{202e}drawkcab\u{9b}2J \
                       a-very-long-word-without-any-blank-in-it-that-goes-on-and-on-and-on-until-\
                       nobody-reads-it-any-more-and-then-some ✓ → ×";

fn text(title: &str) -> Excerpt {
    Excerpt {
        title: title.to_owned(),
        text: format!("{HOSTILE}\n\t{HOSTILE}\r\n{}", "row\n".repeat(100)),
        bytes: Some(5_000_000),
        sha256: Some("ab".repeat(32)),
        truncated: true,
    }
}

fn every() -> Vec<Exhibit> {
    let field = || (HOSTILE.to_owned(), HOSTILE.to_owned());
    let point = |nth: u32, outcome: &str, sort| Point {
        at_ms: i64::from(nth) * 7,
        took_ms: Some(nth),
        outcome: outcome.to_owned(),
        sort,
    };
    let mut points: Vec<Point> = (0..200).map(|nth| point(nth, "200", Sort::Answered)).collect();
    points.push(point(200, HOSTILE, Sort::Blind));
    let tally = vec![(String::from("200"), 200), (HOSTILE.to_owned(), 1)];
    let series = Timeline { title: HOSTILE.to_owned(), points, tally };
    let mut bursts = series.clone();
    for point in &mut bursts.points {
        point.took_ms = None;
    }
    vec![
        Exhibit::Blind { fault: Fault::TimedOut, note: HOSTILE.to_owned() },
        Exhibit::Facts(vec![Fact { label: HOSTILE.to_owned(), value: HOSTILE.to_owned() }]),
        Exhibit::Exchange(Exchange {
            request: HOSTILE.to_owned(),
            sent: vec![field()],
            over: HOSTILE.to_owned(),
            status: 503,
            phrase: "Service Unavailable",
            headers: vec![field(), (String::from("server"), String::from("x"))],
            body: text("body"),
            phases: vec![("connect", 1), ("TLS", 0), ("first byte", 3), ("whole", 6)],
        }),
        Exhibit::Chain(vec![Link {
            place: String::from("sent as number 2"),
            subject: HOSTILE.to_owned(),
            issuer: HOSTILE.to_owned(),
            names: vec![HOSTILE.to_owned(); 4],
            not_before: Time(0),
            not_after: Time(90 * DAY),
            looked: Time(81 * DAY),
            sha256: "ab".repeat(32),
        }]),
        Exhibit::Timeline(series),
        Exhibit::Timeline(bursts),
        Exhibit::Table(Table {
            title: HOSTILE.to_owned(),
            head: vec!["name", "kind", "bytes", "mode", "owner", "modified"],
            rows: vec![vec![HOSTILE.to_owned(); 6]; 60],
            truncated: true,
        }),
        Exhibit::Text(text(HOSTILE)),
    ]
}

fn laid(it: &Exhibit, style: Style) -> String {
    let mut page = Page::new(style);
    lay(&mut page, it);
    page.text
}

#[test]
fn every_exhibit_keeps_to_the_width_and_cannot_steer_the_terminal() {
    for width in [40, 60, 80, 120] {
        for (ascii, color) in [(false, false), (true, false), (false, true)] {
            for it in every() {
                let text = laid(&it, Style { color, ascii, width });
                assert!(!text.trim().is_empty(), "{it:?}");
                let mut plain = text.clone();
                for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[33m"] {
                    plain = plain.replace(code, "");
                }
                for line in plain.lines() {
                    assert!(line.width() <= width, "{width}: {line}\n{it:?}");
                    assert!(!line.chars().any(char::is_control), "{line:?}");
                    assert!(!line.contains('\u{202e}'), "{line:?}");
                    assert!(!ascii || line.is_ascii(), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn a_burst_keeps_the_blanks_of_its_plot() {
    let point = |nth: i64, outcome: &str| Point {
        at_ms: nth * 10,
        took_ms: None,
        outcome: outcome.to_owned(),
        sort: Sort::Answered,
    };
    let points = (0..4).map(|nth| point(nth, if nth < 3 { "200" } else { "429" })).collect();
    let tally = vec![(String::from("200"), 3), (String::from("429"), 1)];
    let series = Timeline { title: String::from("4 requests"), points, tally };
    let shown = laid(&Exhibit::Timeline(series), Style::PLAIN);
    assert_eq!(
        shown,
        "  4 requests\n    200         ### |  3 times\n    429            #|  once\n    within      \
         30 ms\n"
    );
}

#[test]
fn a_certificate_says_its_names_issuer_and_days() {
    let shown = laid(&every()[3], Style { color: false, ascii: true, width: 100 });
    for word in ["issuer", "1970-01-01 to 1970-04-01, 9 days left", "90 % over"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let Exhibit::Chain(mut links) = every().remove(3) else { panic!() };
    links[0].looked = Time(93 * DAY);
    let shown = laid(&Exhibit::Chain(links), Style { color: false, ascii: true, width: 100 });
    assert!(shown.contains("ended 3 days before"), "{shown}");
}

fn look(nth: u32, status: u16, body: &str) -> Look {
    let request = Request {
        method: String::from("GET"),
        scheme: Scheme::Http,
        host: String::from("shop.example"),
        port: 80,
        path: String::from("/health"),
        at: [192, 0, 2, 1].into(),
        headers: Vec::new(),
        authorization: None,
        source: None,
        roots: Roots::System,
        body_max: 10,
        timeout_ms: 10,
    };
    let response = Response {
        status,
        headers: vec![(String::from("date"), nth.to_string())],
        body: body.to_owned(),
        body_bytes: 2,
        body_sha256: String::from("aa"),
        truncated: false,
        connect_ms: nth,
        handshake_ms: 0,
        first_byte_ms: 3,
        total_ms: nth * 10,
    };
    Look {
        ask: Ask { from: Vantage::here(), what: What::Http(request), nth },
        at: Time(i64::from(nth) * 1_000),
        ms: 7,
        outcome: Ok(Seen::Http(response)),
        note: String::new(),
    }
}

#[test]
fn what_came_again_is_said_once_and_what_differs_is_shown() {
    let judgement = Judgement {
        nth: 0,
        check: String::from("http.health"),
        revision: 1,
        params: [(String::from("path"), String::from("/health"))].into(),
        finding: Finding::fail("it is sick", "well", "degraded", "mend it"),
        looks: vec![look(1, 200, "ok"), look(2, 200, "ok"), look(3, 200, "sick")],
    };
    let mut page = Page::new(Style { color: false, ascii: false, width: 80 });
    judged(&mut page, &judgement);
    let text = page.text;
    assert_eq!(text.matches("the same as in look 1").count(), 1, "{text}");
    for word in [
        "fail     http.health",
        "do            mend it",
        "path=/health",
        "min 10 ms · median 20 ms · max 30 ms",
        "200, 3 times",
        "connect 3 ms · first byte 3 ms",
        "│ sick",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("TLS"), "{text}");
}
