//! Two runs put side by side.

use holdpoint_engine::Standing;
use holdpoint_model::{
    ask::{Ask, Request, Roots, Scheme, Vantage, What},
    fault::Fault,
    line::{Binding, Phase, Severity},
    look::Look,
    seen::{Response, Seen, Shot},
};

use super::*;
use crate::{dossier::Judgement, view::RunView};

/// A line of a run: number, text, state and what was seen.
struct Row(usize, &'static str, State, Vec<Seen>);

fn plan_line(line: usize, text: &str) -> PlanLine {
    PlanLine {
        line,
        text: text.to_owned(),
        section: vec![String::from("Pre")],
        phase: Phase::Pre,
        kind: Kind::Probe,
        severity: Severity::Major,
        gated: true,
        declares: false,
        state: Binding::Bound,
        checks: vec![BoundCheck {
            id: String::from("http.health"),
            params: BTreeMap::new(),
            sources: BTreeMap::new(),
            because: Vec::new(),
            target: String::from("web"),
        }],
        needs: Vec::new(),
        lacks: Vec::new(),
        parent: None,
        command: None,
    }
}

fn http(path: &str) -> What {
    What::Http(Request {
        method: String::from("GET"),
        scheme: Scheme::Https,
        host: String::from("shop.example"),
        port: 443,
        path: path.to_owned(),
        at: [192, 0, 2, 1].into(),
        headers: Vec::new(),
        authorization: None,
        source: None,
        roots: Roots::System,
        body_max: 10,
        timeout_ms: 10,
    })
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Seen {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Seen::Http(Response {
        status,
        headers: headers.iter().map(pair).collect(),
        body: body.to_owned(),
        body_bytes: 2,
        body_sha256: String::from("aa"),
        truncated: false,
        connect_ms: 1,
        handshake_ms: 2,
        first_byte_ms: u32::try_from(body.len()).unwrap(),
        total_ms: 6,
    })
}

fn look(outcome: Result<Seen, Fault>) -> Look {
    let ask = Ask { from: Vantage::here(), what: http("/health"), nth: 1 };
    Look { ask, at: Time(7), ms: 7, outcome, note: String::new() }
}

fn dossier(run: &str, rows: Vec<Row>) -> (Dossier, BTreeMap<usize, Name>) {
    let (mut lines, mut judgements, mut names) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let mut nths = BTreeMap::<&str, usize>::new();
    for Row(number, text, state, seen) in rows {
        let plan = plan_line(number, text);
        let nth = nths.entry(text).or_default();
        *nth += 1;
        let section = plan.section.clone();
        let name = Name { section, under: String::new(), text: text.to_owned(), nth: *nth };
        names.insert(number, name);
        let finding = Finding::pass(format!("{} as seen", state.word()));
        let looks = seen.into_iter().map(|it| look(Ok(it))).collect();
        let judgement = Judgement {
            nth: 0,
            check: String::from("http.health"),
            revision: 1,
            params: BTreeMap::new(),
            finding: finding.clone(),
            looks,
        };
        judgements.insert(number, vec![judgement]);
        let standing =
            Standing { state, acknowledged: false, finding, verdicts: Vec::new(), open: false };
        lines.push(LineView { plan, standing, checks: Vec::new(), ms: 1 });
    }
    let view = RunView {
        run: run.to_owned(),
        gate: Gate::Pre,
        environment: None,
        document: DocumentRef {
            path: String::from("list.md"),
            sha256: String::new(),
            parsed_sha256: String::new(),
            lines: 9,
        },
        started: Time(0),
        ended: Some(Time(1)),
        verdict: Release::Go,
        counts: BTreeMap::new(),
        lines,
    };
    let answers = BTreeMap::new();
    let document = Vec::new();
    let version = String::from("0");
    let dossier = Dossier { view, document, judgements, answers, version, seal: None };
    (dossier, names)
}

type Run = (Dossier, BTreeMap<usize, Name>);

fn side(run: &Run) -> Side<'_> {
    Side { dossier: &run.0, names: &run.1, only: None }
}

fn put(old: Vec<Row>, new: Vec<Row>) -> Diff {
    let (old, new) = (dossier("0001", old), dossier("0002", new));
    diff(&side(&old), &side(&new))
}

fn changes(diff: &Diff) -> Vec<(usize, Vec<Change>)> {
    let number = |line: &Line| line.now.as_ref().or(line.then.as_ref()).unwrap().line;
    diff.lines.iter().map(|it| (number(it), it.changes.iter().copied().collect())).collect()
}

#[test]
fn every_turn_of_a_state_has_its_word() {
    for was in State::ALL {
        for is in State::ALL {
            let expected = match (was, is) {
                _ if was == is => None,
                (State::Later, _) => Some(Change::OnlyNow),
                (_, State::Later) => Some(Change::OnlyThen),
                (_, State::Fail) => Some(Change::NewlyFailing),
                (_, State::Unknown) => Some(Change::NewlyUnknown),
                (State::Fail | State::Unknown, State::Pass) => Some(Change::Mended),
                _ => Some(Change::OtherState),
            };
            let diff = put(vec![Row(5, "one", *was, vec![])], vec![Row(5, "one", *is, vec![])]);
            let found = diff.lines.first().and_then(|it| it.changes.first().copied());
            assert_eq!(found, expected, "{was:?} {is:?}");
            assert_eq!(diff.unchanged, usize::from(expected.is_none()));
        }
    }
}

#[test]
fn what_was_left_out_is_not_newly_unknown() {
    let old = dossier("0001", vec![Row(5, "one", State::Pass, vec![])]);
    let new = dossier("0002", vec![Row(5, "one", State::Unknown, vec![])]);
    let only = BTreeSet::from([9]);
    let new = Side { only: Some(&only), ..side(&new) };
    assert_eq!(changes(&diff(&side(&old), &new)), [(5, vec![Change::OnlyThen])]);
}

#[test]
fn evidence_is_compared_without_its_times() {
    let page = |date, body| {
        let date: &'static str = date;
        vec![answer(200, &[("date", date), ("server", "nginx/1.18")], body)]
    };
    let row = |seen| vec![Row(5, "one", State::Pass, seen)];
    let body = r#"{"status":"ok","uptime":5,"at":"2026-11-21T09:00:00Z","build":"5e2c"}"#;
    let later = r#"{"status":"ok","uptime":999999,"at":"2026-11-22T10:00:00Z","build":"5e2c"}"#;
    assert_eq!(put(row(page("x", body)), row(page("y", later))).lines, []);
    let built = later.replace("5e2c", "77aa");
    let found = put(row(page("x", body)), row(page("y", &built)));
    assert_eq!(changes(&found), [(5, vec![Change::Evidence])]);
    let detail = &found.lines[0].details[0];
    assert_eq!(detail.what, "GET /health (https): body.build");
    assert_eq!(
        (detail.then.as_deref(), detail.now.as_deref()),
        (Some("\"5e2c\""), Some("\"77aa\""))
    );
    let other = vec![answer(200, &[("server", "nginx/1.20")], body)];
    let found = put(row(page("x", body)), row(other));
    assert_eq!(found.lines[0].details[0].what, "GET /health (https): header server");
    // A page that differs from answer to answer within one run was never at rest.
    let restless = vec![answer(200, &[], "a"), answer(200, &[], "b")];
    assert_eq!(put(row(restless), row(vec![answer(200, &[], "c")])).lines, []);
    assert_eq!(
        put(row(vec![answer(200, &[], "a")]), row(vec![answer(200, &[], "c")])).lines.len(),
        1
    );
    // One of three answers that broke is news.
    let three = |last| vec![answer(200, &[], ""), answer(200, &[], ""), answer(last, &[], "")];
    let found = put(row(three(200)), row(three(500)));
    assert_eq!(found.lines[0].details[0].now.as_deref(), Some("500"));
}

#[test]
fn amounts_are_news_when_they_are_a_multiple() {
    let burst = |ok: usize, declined: usize| {
        let shot = |outcome| Shot { at_ms: 1, outcome };
        let mut shots = vec![shot(Ok(200)); ok];
        shots.extend(vec![shot(Ok(429)); declined]);
        vec![Row(5, "one", State::Pass, vec![Seen::Burst(shots)])]
    };
    assert_eq!(put(burst(20, 10), burst(18, 12)).lines, []);
    assert_eq!(put(burst(20, 10), burst(5, 25)).lines[0].details.len(), 2);
    let found = put(burst(20, 10), burst(30, 0));
    assert!(found.lines[0].details.iter().any(|it| it.what.ends_with("answers 429")), "{found:?}");
}

#[test]
fn a_fault_in_place_of_an_answer_is_seen_otherwise() {
    let old = dossier("0001", vec![Row(5, "one", State::Unknown, vec![answer(200, &[], "")])]);
    let mut new = dossier("0002", vec![Row(5, "one", State::Unknown, vec![])]);
    new.0.judgements.get_mut(&5).unwrap()[0].looks = vec![look(Err(Fault::TimedOut))];
    let found = diff(&side(&old), &side(&new));
    assert_eq!(changes(&found), [(5, vec![Change::Evidence])]);
    assert!(found.lines[0].details.iter().any(|it| it.now.as_deref() == Some("timed-out")));
}

#[test]
fn what_an_earlier_run_saw_is_not_of_this_one() {
    let old = dossier("0001", vec![Row(5, "one", State::Pass, vec![])]);
    let mut new = dossier("0002", vec![Row(5, "one", State::Pass, vec![])]);
    let mut earlier = look(Ok(answer(200, &[], "")));
    earlier.ask.what = What::Earlier(Box::new(earlier.ask.what));
    new.0.judgements.get_mut(&5).unwrap()[0].looks = vec![earlier];
    assert_eq!(diff(&side(&old), &side(&new)).lines, []);
}

#[test]
fn lines_are_followed_through_edits() {
    let row = |line, text| Row(line, text, State::Pass, vec![]);
    let old = vec![
        row(5, "Port 443 is open to the world"),
        row(6, "Backups are fresh"),
        row(7, "twice"),
        row(8, "twice"),
        row(9, "Nobody reads this any more"),
    ];
    let new = vec![
        row(5, "A new line of its own"),
        row(6, "Port 443 is open to the whole world"),
        row(8, "Backups are fresh"),
        row(9, "twice"),
    ];
    let found = put(old, new);
    assert_eq!(
        changes(&found),
        [
            (5, vec![Change::Added]),
            (6, vec![Change::Reworded]),
            (8, vec![Change::Removed]),
            (9, vec![Change::Removed]),
        ]
    );
    assert_eq!(found.unchanged, 2);
    assert_eq!(found.lines[1].then.as_ref().unwrap().line, 5);
}

#[test]
fn a_line_below_another_heading_is_moved_and_still_compared() {
    let old = dossier("0001", vec![Row(5, "one", State::Pass, vec![])]);
    let mut new = dossier("0002", vec![Row(5, "one", State::Fail, vec![])]);
    new.0.view.lines[0].plan.section = vec![String::from("Elsewhere")];
    new.1.get_mut(&5).unwrap().section = vec![String::from("Elsewhere")];
    let found = diff(&side(&old), &side(&new));
    assert_eq!(changes(&found), [(5, vec![Change::NewlyFailing, Change::Moved])]);
}

fn yes(line: usize) -> Answer {
    Answer {
        line,
        key: String::new(),
        reply: Reply::Value(String::from("yes")),
        reason: None,
        about: None,
        by: String::from("lena"),
        recorded_by: None,
        at: Time(3),
        environment: None,
    }
}

#[test]
fn bindings_and_answers_say_old_and_new() {
    let old = dossier("0001", vec![Row(5, "one", State::Pass, vec![])]);
    let mut new = dossier("0002", vec![Row(5, "one", State::Pass, vec![answer(500, &[], "")])]);
    let plan = &mut new.0.view.lines[0].plan;
    plan.severity = Severity::Minor;
    plan.checks[0].params.insert(String::from("path"), String::from("/ready"));
    let answer = yes(5);
    new.0.answers.insert(5, vec![answer.clone()]);
    let found = diff(&side(&old), &side(&new));
    // With another binding, another thing was looked at.
    assert_eq!(changes(&found), [(5, vec![Change::Binding, Change::Answer])]);
    let shown: Vec<&str> = found.lines[0].details.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(shown, ["severity", "path of http.health", "answer"]);
    // The same answer, given again or carried on, is no change.
    let mut old = new.clone();
    old.0.answers.insert(5, vec![Answer { at: Time(1), ..answer }]);
    assert_eq!(diff(&side(&old), &side(&new)).lines, []);
}

#[test]
fn what_passes_because_less_is_asked_was_not_mended() {
    let plain = |state| dossier("0001", vec![Row(5, "one", state, vec![])]);
    let with = |mut run: Run, value: &str| {
        let params = &mut run.0.judgements.get_mut(&5).unwrap()[0].params;
        params.insert(String::from("max-age"), value.to_owned());
        run
    };
    // The settings of a target gave it: no plan tells.
    let (old, new) = (with(plain(State::Fail), "<=24h"), with(plain(State::Pass), "<=72h"));
    let found = diff(&side(&old), &side(&new));
    assert_eq!(changes(&found), [(5, vec![Change::OtherState, Change::Binding])]);
    let text = crate::terminal::diff(&found, crate::style::Style::PLAIN);
    assert!(text.contains("max-age of http.health: <=24h") && !text.contains("mended"), "{text}");
    let same = with(plain(State::Pass), "<=24h");
    assert_eq!(changes(&diff(&side(&old), &side(&same))), [(5, vec![Change::Mended])]);
    // How bad a failure would be is nothing that is asked of the system.
    let mut minor = plain(State::Pass);
    minor.0.view.lines[0].plan.severity = Severity::Minor;
    let found = diff(&side(&plain(State::Fail)), &side(&minor));
    assert_eq!(changes(&found), [(5, vec![Change::Mended, Change::Binding])]);
}

#[test]
fn every_line_is_counted_where_it_is_listed() {
    let rows = |state| vec![Row(5, "one", state, vec![]), Row(6, "two", State::Pass, vec![])];
    let (old, mut new) = (dossier("0001", rows(State::Owed)), dossier("0002", rows(State::Pass)));
    for line in [5, 6] {
        new.0.answers.insert(line, vec![yes(line)]);
    }
    let found = diff(&side(&old), &side(&new));
    let text = crate::terminal::diff(&found, crate::style::Style::PLAIN);
    assert!(text.contains("\nanswered otherwise   1\n"), "{text}");
    assert!(text.contains("1 in another state | 1 answered otherwise"), "{text}");
    // A machine is told of every way.
    assert_eq!(found.counts().get(&Change::Answer), Some(&2));
    new.0.view.gate = Gate::All;
    let text = crate::terminal::diff(&diff(&side(&old), &side(&new)), crate::style::Style::PLAIN);
    assert!(text.contains("different gates, pre and all"), "{text}");
}

#[test]
fn another_revision_of_a_check_is_told_and_what_it_saw_is_still_compared() {
    let old = dossier("0001", vec![Row(5, "one", State::Pass, vec![answer(200, &[], "")])]);
    let mut new = dossier("0002", vec![Row(5, "one", State::Pass, vec![answer(204, &[], "")])]);
    new.0.judgements.get_mut(&5).unwrap()[0].revision = 2;
    let found = diff(&side(&old), &side(&new));
    assert_eq!(changes(&found), [(5, vec![Change::Evidence, Change::Binding])]);
    assert_eq!(found.lines[0].details[0].what, "revision of http.health");
}

#[test]
fn three_thousand_other_lines_are_compared_in_no_time() {
    let rows = |word: &str| -> Vec<Row> {
        let text = |line: usize| -> &'static str { format!("{word} line {line}").leak() };
        (1..3_000).map(|line| Row(line, text(line), State::Pass, vec![])).collect()
    };
    let found = put(rows("old"), rows("new"));
    assert_eq!(found.counts().get(&Change::Added), Some(&2_999));
    assert_eq!(found.counts().get(&Change::Removed), Some(&2_999));
    let text = crate::terminal::diff(&found, crate::style::Style::PLAIN);
    assert!(text.contains("and 2959 more"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_counts_keep_to_the_width() {
    let rows = |states: [State; 5]| -> Vec<Row> {
        let texts = ["one", "two", "three", "four", "five"];
        let lines = texts.into_iter().zip(states).enumerate();
        lines.map(|(nth, (text, state))| Row(nth + 5, text, state, vec![])).collect()
    };
    use State::{Fail, Later, Owed, Pass, Unknown};
    let mut found =
        put(rows([Pass, Fail, Pass, Later, Pass]), rows([Fail, Pass, Unknown, Pass, Owed]));
    found.new.verdict = Release::NoGo;
    let narrow = crate::style::Style { width: 60, ..crate::style::Style::PLAIN };
    let text = crate::terminal::summary(&found, 17, narrow);
    assert_eq!(
        text,
        "GO -> NO-GO | 1 newly failing | 1 mended\n                 1 newly unknown | 1 in another \
         state\n                 1 decided only now"
    );
}
