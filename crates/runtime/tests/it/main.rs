//! The driver against wires and checks that are made for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use holdpoint_engine::{Line, Role, Slot, State};
use holdpoint_model::{
    ask::{Ask, Request, Roots, Scheme, Vantage, What},
    check::{AnyCheck, Check, Judgement},
    event::{Digest, Event, Release, Seq},
    fault::Fault,
    line::{Binding, Impact, Severity, State as LineState},
    look::Looks,
    params,
    scope::Scope,
    seen::{Response, Seen},
    time::Time,
    verdict::Finding,
    wire::{BoxFuture, Outcome, Wire},
    world::World,
};
use holdpoint_runtime::{Budgets, Drive, Ended, Job, Journal, JournalError, Vantages};
use tokio::sync::watch;

params! {
    /// None.
    struct Nothing {}
}

fn request(method: &str, path: &str) -> What {
    What::Http(Request {
        method: method.to_owned(),
        scheme: Scheme::Http,
        host: "shop.test".to_owned(),
        port: 80,
        path: path.to_owned(),
        at: "127.0.0.1".parse().unwrap(),
        headers: Vec::new(),
        authorization: None,
        source: None,
        roots: Roots::System,
        body_max: 10,
        timeout_ms: 1_000,
    })
}

fn ask(what: What) -> Ask {
    Ask { from: Vantage::here(), what, nth: 1 }
}

macro_rules! check {
    ($name:ident, $id:literal, |$looks:ident| $body:expr) => {
        struct $name;
        impl Check for $name {
            type Params = Nothing;
            const ID: &'static str = $id;
            const REVISION: u32 = 1;
            const SINCE: &'static str = "0";
            const DOC: &'static str = "";
            fn judge(_: &Nothing, $looks: &Looks) -> Judgement {
                $body
            }
            fn world() -> World {
                World::new(Scope::new("web", Time(0)), &[], |_, _| Ok(Seen::Absent))
            }
        }
    };
}

fn status(looks: &Looks, what: What) -> Judgement {
    match looks.see(ask(what))? {
        (_, Seen::Http(response)) if response.status == 200 => Ok(Finding::pass("200")),
        _ => Ok(Finding::fail("no", "200", "no", "mend it")),
    }
}

check!(Plain, "test.plain", |looks| status(looks, request("GET", "/")));
check!(Panics, "test.panics", |_looks| panic!("a bug"));
check!(Crafted, "test.crafted", |looks| status(looks, request("POST", "/")));
check!(CraftedToo, "test.crafted-too", |looks| status(looks, request("POST", "/too")));
check!(Endless, "test.endless", |looks| {
    for nth in 1..u32::MAX {
        looks.see(Ask { nth, ..ask(request("GET", "/again")) })?;
    }
    Ok(Finding::pass("never"))
});

fn response(status: u16, headers: &[(&str, &str)]) -> Seen {
    Seen::Http(Response {
        status,
        headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        body: String::new(),
        body_bytes: 0,
        body_sha256: String::new(),
        truncated: false,
        connect_ms: 0,
        handshake_ms: 0,
        first_byte_ms: 0,
        total_ms: 0,
    })
}

type Answer = dyn Fn(&What, usize) -> Option<Outcome> + Send + Sync;

/// Answers by a function; counts looks, and how many were under way at the same time.
struct Fake {
    answer: Box<Answer>,
    looks: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Fake {
    fn new(answer: impl Fn(&What, usize) -> Option<Outcome> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            looks: AtomicUsize::new(0),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }
}

impl Wire for Fake {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        let nth = self.looks.fetch_add(1, Ordering::SeqCst);
        let outcome = (self.answer)(what, nth);
        Some(Box::pin(async move {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let outcome = match outcome {
                Some(outcome) => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    outcome
                }
                None => std::future::pending().await,
            };
            self.now.fetch_sub(1, Ordering::SeqCst);
            outcome
        }))
    }
}

/// Keeps events, and fails from the `fails`th append on.
#[derive(Default)]
struct Memory {
    events: Arc<Mutex<Vec<Event>>>,
    appends: usize,
    fails: Option<usize>,
}

impl Journal for Memory {
    fn append(
        &mut self,
        events: &[Event],
        _: &[(Digest, Vec<u8>)],
    ) -> Result<Vec<Seq>, JournalError> {
        self.appends += 1;
        if self.fails.is_some_and(|fails| fails <= self.appends) {
            return Err(JournalError("the disk is full".to_owned()));
        }
        let mut kept = self.events.lock().unwrap();
        let first = kept.len() + 1;
        kept.extend(events.iter().cloned());
        Ok((first..=kept.len()).map(|seq| Seq(u64::try_from(seq).unwrap())).collect())
    }
}

struct Run {
    ended: Result<Ended, JournalError>,
    events: Vec<Event>,
    state: State,
}

fn line(number: usize) -> Line {
    Line {
        number,
        role: Role::Decided,
        binding: Binding::Bound,
        severity: Severity::Major,
        gated: true,
        slots: vec![Slot::Check],
        parent: None,
        condition: None,
        candidates: Vec::new(),
        text: String::new(),
        lacks: Vec::new(),
    }
}

async fn drive(
    checks: &[&'static dyn AnyCheck],
    wire: &Arc<Fake>,
    journal: Memory,
    signals: watch::Receiver<u32>,
) -> Run {
    let jobs = (1..).zip(checks).map(|(line, check)| Job {
        line,
        nth: 0,
        check: *check,
        scope: Scope { allow: Impact::Active, ..Scope::new("web", Time(0)) },
        params: BTreeMap::new(),
    });
    let mut state = State::new((1..=checks.len()).map(line).collect());
    let (mut journal, wire): (_, Arc<dyn Wire>) = (journal, Arc::<Fake>::clone(wire));
    let kept = Arc::clone(&journal.events);
    let ended = Drive {
        journal: &mut journal,
        state: &mut state,
        vantages: Arc::new(Vantages::new(vec![wire], Arc::new(|_| None))),
        budgets: Budgets::new(
            [String::from("web")],
            &BTreeMap::from([(String::from("web"), (3, 0))]),
        ),
        clock: &|| Time(1),
        report: &mut |_, _| {},
        signals,
        shared: BTreeMap::new(),
        epoch: 0,
    }
    .run(jobs.collect())
    .await;
    let events = kept.lock().unwrap().clone();
    Run { ended, events, state }
}

fn quiet() -> watch::Receiver<u32> {
    let (send, receive) = watch::channel(0);
    std::mem::forget(send);
    receive
}

fn states(run: &Run) -> Vec<LineState> {
    run.state.standings().values().map(|it| it.state).collect()
}

fn good() -> Arc<Fake> {
    Fake::new(|_, _| Some(Outcome::seen(response(200, &[]))))
}

#[tokio::test]
async fn a_check_that_panics_or_never_stops_is_unknown_and_the_run_goes_on() {
    std::panic::set_hook(Box::new(|_| {}));
    let wire = good();
    let run = drive(&[&Panics, &Plain, &Endless], &wire, Memory::default(), quiet()).await;
    assert_eq!(run.ended.as_ref().ok(), Some(&Ended::Finished));
    let states: Vec<LineState> = run.state.standings().values().map(|it| it.state).collect();
    assert_eq!(states, [LineState::Unknown, LineState::Pass, LineState::Unknown]);
    let broke = run.events.iter().filter(|event| matches!(event, Event::Broke { .. })).count();
    assert_eq!(broke, 2);
    assert_eq!(run.state.verdict(), Release::Hold);
}

#[tokio::test]
async fn equal_looks_of_two_lines_are_one_look() {
    let wire = good();
    let run = drive(&[&Plain, &Plain, &Plain], &wire, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Pass; 3]);
    assert_eq!(wire.looks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nothing_is_looked_at_when_the_journal_cannot_be_written() {
    let wire = good();
    let journal = Memory { fails: Some(1), ..Memory::default() };
    let run = drive(&[&Plain], &wire, journal, quiet()).await;
    assert!(run.ended.is_err());
    assert_eq!(wire.looks.load(Ordering::SeqCst), 0);
    // An active look is announced first; when that cannot be written it is not made.
    let journal = Memory { fails: Some(2), ..Memory::default() };
    let run = drive(&[&Crafted], &wire, journal, quiet()).await;
    assert!(run.ended.is_err());
    assert_eq!(wire.looks.load(Ordering::SeqCst), 0);
    assert_eq!(states(&run), [LineState::Unknown]);
}

#[tokio::test]
async fn an_attempt_is_on_disk_before_its_first_active_look_which_runs_alone() {
    let wire = good();
    let run = drive(&[&Crafted, &Plain], &wire, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Pass; 2]);
    let at = |wanted: fn(&Event) -> bool| run.events.iter().position(wanted).unwrap();
    let attempt = at(|it| matches!(it, Event::AttemptBegan { .. }));
    let active =
        at(|it| matches!(it, Event::Looked { ask, .. } if Impact::Active <= ask.what.impact()));
    let passive =
        at(|it| matches!(it, Event::Looked { ask, .. } if ask.what.impact() < Impact::Active));
    assert!(passive < attempt && attempt < active);
    assert_eq!(wire.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn too_many_requests_is_blindness_and_is_asked_once_more() {
    let pause = &[("retry-after", "0")];
    let once = Fake::new(|_, nth| {
        Some(Outcome::seen(if nth == 0 { response(429, pause) } else { response(200, &[]) }))
    });
    let run = drive(&[&Plain], &once, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Pass]);
    assert_eq!(once.looks.load(Ordering::SeqCst), 2);
    let always = Fake::new(|_, _| Some(Outcome::seen(response(503, pause))));
    let run = drive(&[&Plain], &always, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Unknown]);
    let throttled = run
        .events
        .iter()
        .filter(|event| matches!(event, Event::Looked { outcome: Err(Fault::Throttled), .. }));
    assert_eq!(throttled.count(), 2, "both looks are in the journal");
    let down = Fake::new(|_, _| Some(Outcome::seen(response(503, &[]))));
    let run = drive(&[&Plain], &down, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Fail], "a 503 that asks for no pause is an answer");
}

#[tokio::test]
async fn a_signal_ends_passive_looks_and_is_in_the_journal() {
    let wire = Fake::new(|_, _| None);
    let (send, receive) = watch::channel(0);
    let signal = async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        send.send(1).unwrap();
        std::mem::forget(send);
    };
    let (run, ()) = tokio::join!(drive(&[&Plain], &wire, Memory::default(), receive), signal);
    assert_eq!(run.ended.as_ref().ok(), Some(&Ended::Interrupted));
    assert!(matches!(run.events.last(), Some(Event::Interrupted { .. })));
    assert_eq!(states(&run), [LineState::Unknown]);
}

#[tokio::test]
async fn an_active_look_is_finished_after_the_first_signal_and_dropped_after_the_second() {
    for (signals, finished) in [(1, true), (2, false)] {
        let wire = if finished { good() } else { Fake::new(|_, _| None) };
        let (send, receive) = watch::channel(0);
        let signal = async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            for signal in 1..=signals {
                send.send(signal).unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            std::mem::forget(send);
        };
        let jobs: [&'static dyn AnyCheck; 2] = [&Crafted, &CraftedToo];
        let (run, ()) = tokio::join!(drive(&jobs, &wire, Memory::default(), receive), signal);
        assert_eq!(run.ended.as_ref().ok(), Some(&Ended::Interrupted));
        let judged = run.events.iter().filter(|event| matches!(event, Event::Judged { .. }));
        assert_eq!(judged.count(), usize::from(finished), "the second attempt is not begun");
    }
}

#[tokio::test]
async fn a_target_is_asked_no_more_at_a_time_than_its_budget() {
    check!(Many, "test.many", |looks| {
        let wants = (1..=12).map(|nth| looks.see(Ask { nth, ..ask(request("GET", "/many")) }));
        looks.each(wants).map(|_| Finding::pass("all"))
    });
    let wire = good();
    let run = drive(&[&Many], &wire, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Pass]);
    assert_eq!(wire.looks.load(Ordering::SeqCst), 12);
    assert!(wire.most.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn a_vantage_that_nobody_declared_and_an_ask_that_no_wire_speaks_are_unknown() {
    check!(Elsewhere, "test.elsewhere", |looks| {
        let from = Vantage("office".to_owned());
        looks.see(Ask { from, what: request("GET", "/"), nth: 1 })?;
        Ok(Finding::pass("seen"))
    });
    let wire = good();
    let run = drive(&[&Elsewhere], &wire, Memory::default(), quiet()).await;
    assert_eq!(states(&run), [LineState::Unknown]);
    let none: Vec<Fault> = run
        .events
        .iter()
        .filter_map(|event| {
            if let Event::Looked { outcome: Err(fault), .. } = event { Some(*fault) } else { None }
        })
        .collect();
    assert_eq!(none, [Fault::NoVantage]);
}
