//! Every kind of thing that can be seen can be shown.

use holdpoint_model::{
    ask::{Ask, Request, Roots, Vantage},
    found::{Found, Searched, Setting},
    seen::{
        Certificate, Codec, Connected, Earlier, Entry, EntryKind, File, Filesystem, Git, Handshake,
        List, Output, Response, Shot, Sqlite, Stream, StreamEnd, Trust, Variables,
    },
    time::DAY,
};

use super::*;

fn look(what: What, outcome: Result<Seen, Fault>) -> Look {
    let ask = Ask { from: Vantage::here(), what, nth: 1 };
    Look { ask, at: Time(100 * DAY), ms: 7, outcome, note: String::from("said") }
}

fn request() -> Request {
    Request {
        method: String::from("GET"),
        scheme: holdpoint_model::ask::Scheme::Https,
        host: String::from("shop.example"),
        port: 443,
        path: String::from("/health"),
        at: [192, 0, 2, 1].into(),
        headers: vec![(String::from("accept"), String::from("*/*"))],
        authorization: Some(String::from("env:TOKEN")),
        source: None,
        roots: Roots::System,
        body_max: 10,
        timeout_ms: 10,
    }
}

fn response(status: u16) -> Response {
    Response {
        status,
        headers: vec![(String::from("server"), String::from("x"))],
        body: String::from("ok"),
        body_bytes: 2,
        body_sha256: String::from("aa"),
        truncated: false,
        connect_ms: 1,
        handshake_ms: 2,
        first_byte_ms: 3,
        total_ms: 6,
    }
}

fn handshake() -> Handshake {
    let certificate = Certificate {
        sha256: String::from("aa"),
        key_sha256: String::from("bb"),
        subject: String::from("CN=shop.example"),
        issuer: String::from("CN=authority"),
        names: vec![String::from("shop.example")],
        not_before: Time(50 * DAY),
        not_after: Time(109 * DAY + 5),
    };
    Handshake {
        protocol: String::from("TLSv1.3"),
        cipher: String::from("TLS_AES_128_GCM_SHA256"),
        chain: vec![certificate],
        trust: Trust::Untrusted(String::from("unknown issuer")),
        roots_sha256: String::from("cc"),
        stapled: false,
    }
}

fn every() -> Vec<Seen> {
    let stream = Stream {
        bytes: 5,
        sha256: String::new(),
        codec: Codec::Gzip,
        decoded_bytes: 9,
        magic: String::from("00"),
        end: StreamEnd::Cut { at: 4 },
        found: vec![],
        modified: Time(0),
    };
    let shots = vec![
        Shot { at_ms: 0, outcome: Ok(200) },
        Shot { at_ms: 9, outcome: Ok(429) },
        Shot { at_ms: 18, outcome: Err(Fault::Reset) },
        Shot { at_ms: 27, outcome: Ok(429) },
    ];
    let variables = Variables {
        facts: [(String::from("SECRET"), holdpoint_model::seen::Facts::default())].into(),
        malformed: vec![3],
        duplicates: vec![],
        not_compared: vec![],
        revision: 1,
    };
    let file = File { text: String::from("x"), bytes: 1, sha256: String::new(), truncated: false };
    let output = Output {
        status: Some(2),
        stdout: String::from("out"),
        stderr: String::from("err"),
        truncated: true,
    };
    let system = Filesystem { bytes: 0, available: 0, inodes: 0, inodes_free: 0, read_only: false };
    let found = Found {
        hits: vec![],
        other_case: vec![],
        unread: vec![],
        passed_over: vec![],
        folders: 0,
        truncated: false,
    };
    let setting = Setting {
        format: String::from("yaml"),
        values: vec![],
        documents: 2,
        elsewhere: vec![],
        beside: vec![],
        doubts: vec![],
        bytes: 0,
        sha256: String::new(),
        revision: 1,
    };
    let searched = Searched {
        tracked: true,
        files: 1,
        untracked: vec![],
        changed: 0,
        lines: 3,
        spots: vec![],
        fitting: 1,
        lacking: vec![],
        left_out: [(String::from("too large"), 2)].into(),
        unread: vec![],
        empty: vec![],
        truncated: false,
        revision: 1,
    };
    let sqlite = Sqlite {
        bytes: 1,
        header: true,
        integrity: vec![String::from("ok")],
        foreign_key_violations: 0,
        tables: [(String::from("bookings"), 7)].into(),
    };
    vec![
        Seen::Addresses(vec![]),
        Seen::Control,
        Seen::Connected(Connected { connect_ms: 1, answer: String::from("2b4f4b"), closed: true }),
        Seen::Handshake(handshake()),
        Seen::Http(response(503)),
        Seen::Burst(shots),
        Seen::File(file),
        Seen::Stat(Entry {
            name: String::from("backup.gz"),
            kind: EntryKind::File,
            bytes: 1,
            mode: 0o600,
            owner: 0,
            modified: Time(0),
            points_to: None,
        }),
        Seen::List(List { entries: vec![], clock: Time(0), truncated: true }),
        Seen::Filesystem(system),
        Seen::Output(output),
        Seen::Listeners(vec![]),
        Seen::Variables(variables),
        Seen::Stream(stream),
        Seen::Sqlite(sqlite),
        Seen::Git(Git::Merged(false)),
        Seen::Found(found),
        Seen::Setting(setting),
        Seen::Searched(searched),
        Seen::Earlier(Earlier {
            run: String::from("0001"),
            at: Time(101 * DAY),
            seen: Box::new(Seen::Handshake(handshake())),
        }),
        Seen::Absent,
    ]
}

#[test]
fn everything_that_can_be_seen_has_an_exhibit() {
    for seen in every() {
        let all = of(&look(What::Http(request()), Ok(seen.clone())));
        assert!(!all.is_empty(), "{seen:?}");
        for exhibit in all {
            if let Exhibit::Table(table) = exhibit {
                assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{table:?}");
            }
        }
    }
    for fault in Fault::ALL {
        let all = of(&look(What::Http(request()), Err(fault)));
        assert_eq!(all, [Exhibit::Blind { fault, note: String::from("said") }]);
    }
}

#[test]
fn an_exchange_holds_both_halves_and_only_the_reference_of_a_secret() {
    let all = of(&look(What::Http(request()), Ok(Seen::Http(response(503)))));
    let [Exhibit::Exchange(it)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(it.request, "GET /health");
    assert_eq!((it.status, it.phrase), (503, "Service Unavailable"));
    assert_eq!(it.over, "192.0.2.1:443, TLS");
    assert_eq!(it.sent[0].1, "shop.example");
    assert_eq!(it.sent[2], (String::from("authorization"), String::from("(env:TOKEN)")));
    assert_eq!(asked(&What::Http(request())), "GET https://shop.example/health at 192.0.2.1");
}

#[test]
fn a_chain_says_how_much_of_its_time_is_left_as_of_the_look() {
    let what = What::Handshake {
        at: "192.0.2.1:443".parse().unwrap(),
        name: None,
        roots: Roots::System,
        timeout_ms: 1,
    };
    let all = of(&look(what.clone(), Ok(Seen::Handshake(handshake()))));
    let Some(Exhibit::Chain(links)) = all.first() else { panic!("{all:?}") };
    assert_eq!((links[0].days_left(), links[0].used()), (9, 847));
    let earlier = Earlier {
        run: String::from("0001"),
        at: Time(101 * DAY),
        seen: Box::new(Seen::Handshake(handshake())),
    };
    let all = of(&look(what, Ok(Seen::Earlier(earlier))));
    let Some(Exhibit::Chain(links)) = all.get(1) else { panic!("{all:?}") };
    assert_eq!(links[0].days_left(), 8);
}

#[test]
fn what_was_asked_several_times_is_a_timeline() {
    let mut looks = Vec::new();
    for (nth, outcome) in
        [Ok(Seen::Http(response(200))), Err(Fault::TimedOut), Ok(Seen::Http(response(404)))]
            .into_iter()
            .enumerate()
    {
        let mut it = look(What::Http(request()), outcome);
        it.ask.nth = u32::try_from(nth).unwrap() + 1;
        it.at = Time(i64::try_from(nth).unwrap() * 1_000);
        if let What::Http(request) = &mut it.ask.what {
            request.path = format!("/health?holdpoint=17-{nth}");
        }
        looks.push(it);
    }
    let series = samples(&looks);
    assert_eq!(series.len(), 1);
    let words: Vec<&str> = series[0].points.iter().map(|it| it.outcome.as_str()).collect();
    assert_eq!(words, ["200", "timed-out", "404"]);
    assert_eq!(series[0].points[2].at_ms, 2_000);
    assert_eq!(series[0].points[1].sort, Sort::Blind);
    assert!(samples(&looks[..2]).is_empty());
}

#[test]
fn sizes_are_said_and_exact() {
    assert_eq!(size(999), "999 bytes");
    assert_eq!(size(1_140_000), "1.1 MB (1140000 bytes)");
}
