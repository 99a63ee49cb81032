//! A small run for tests: a document of three lines, two checks, and every event it leaves.

use std::collections::BTreeMap;

use holdpoint_model::{
    ask::{Ask, Host, Vantage, What},
    check::{Check, Judgement},
    event::{Digest, Event, Release, Seq},
    fault::Fault,
    line::{Binding, Gate, Kind, Phase, Severity, State},
    look::{Looks, Need},
    params,
    plan::{BoundCheck, DocumentRef, Origin, Plan, PlanLine},
    scope::Scope,
    seen::{File, Seen},
    time::Time,
    verdict::{Finding, Verdict},
    world::World,
};
use holdpoint_record::{Holder, canonical};

/// The document of the run.
pub(crate) const DOCUMENT: &str =
    "# Shop\n\n- [ ] motto says ready\n- [ ] motto is short\n- [ ] somebody thought of it\n";

/// Id of the check that line 4 is bound to.
pub(crate) const SHORT: &str = Short::ID;

/// The moment the run began.
pub(crate) const BEGAN: Time = Time(1_790_000_000_000);

params! {
    /// What a line may set.
    pub(crate) struct SaysParams {
        /// Text that must be there.
        word("word"): Text = "ready",
    }
}

/// Any text.
#[derive(Clone, Debug)]
pub(crate) struct Text(String);

impl holdpoint_model::param::Param for Text {
    const KIND: &'static str = "text";
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

fn motto() -> Ask {
    let what = What::Read { on: Host::Here, path: String::from("motto"), max: 100 };
    Ask { from: Vantage::here(), what, nth: 1 }
}

fn read(looks: &Looks) -> Result<&File, Need> {
    match looks.see(motto())? {
        (_, Seen::File(file)) => Ok(file),
        (look, _) => Err(holdpoint_model::look::garbled(look)),
    }
}

/// The file `motto` says a word.
pub(crate) struct Says;

impl Check for Says {
    type Params = SaysParams;
    const ID: &'static str = "file.motto-says";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.0.0";
    const DOC: &'static str = "";

    fn judge(params: &SaysParams, looks: &Looks) -> Judgement {
        let text = &read(looks)?.text;
        Ok(match text.contains(&params.word.0) {
            true => Finding::pass("it says so"),
            false => Finding::fail("it does not say so", &params.word.0, text, "write it"),
        })
    }

    fn world() -> World {
        World::new(Scope::new("host", BEGAN), &[], |_, _| Ok(Seen::File(file("ready"))))
    }
}

params! {
    /// What a line may set.
    pub(crate) struct ShortParams {}
}

/// The file `motto` is short.
pub(crate) struct Short;

impl Check for Short {
    type Params = ShortParams;
    const ID: &'static str = "file.motto-short";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.0.0";
    const DOC: &'static str = "";

    fn judge(_: &ShortParams, looks: &Looks) -> Judgement {
        Ok(match read(looks)?.bytes {
            0..20 => Finding::pass("it is short"),
            _ => Finding::fail("it is long", "20 bytes", "more", "shorten it"),
        })
    }

    fn world() -> World {
        World::new(Scope::new("host", BEGAN), &[], |_, _| Ok(Seen::File(file("ready"))))
    }
}

/// A file with this text.
pub(crate) fn file(text: &str) -> File {
    File {
        text: text.to_owned(),
        bytes: u64::try_from(text.len()).unwrap(),
        sha256: canonical::digest(text.as_bytes()).0,
        truncated: false,
    }
}

/// The process of a test.
pub(crate) fn holder() -> Holder {
    Holder { pid: std::process::id(), command: String::from("holdpoint run"), since: BEGAN }
}

/// What parsing the document gives.
pub(crate) fn parse(document: &[u8]) -> Vec<(usize, String)> {
    let text = String::from_utf8_lossy(document);
    let lines = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix("- [ ] ")?.to_owned())));
    lines.collect()
}

/// The plan of the document.
pub(crate) fn plan() -> Plan {
    let line = |line: usize, text: &str, id: &str, state: Binding| PlanLine {
        line,
        text: text.to_owned(),
        section: vec![],
        phase: Phase::Pre,
        kind: Kind::Probe,
        severity: Severity::Major,
        gated: true,
        declares: false,
        state,
        checks: vec![BoundCheck {
            id: id.to_owned(),
            params: match id {
                "file.motto-says" => [(String::from("word"), String::from("set"))].into(),
                _ => BTreeMap::new(),
            },
            sources: match id {
                "file.motto-says" => [(String::from("word"), Origin::Settings)].into(),
                _ => BTreeMap::new(),
            },
            because: vec![text.to_owned()],
            target: String::from("host"),
        }],
        needs: vec![],
        lacks: Vec::new(),
        parent: None,
        command: None,
    };
    Plan {
        document: document(),
        environment: None,
        release: None,
        lines: vec![
            line(3, "motto says ready", "file.motto-says", Binding::Bound),
            line(4, "motto is short", "file.motto-short", Binding::Bound),
            line(5, "somebody thought of it", "attest.thought", Binding::Asked),
        ],
    }
}

fn document() -> DocumentRef {
    let digest = canonical::digest(DOCUMENT.as_bytes()).0;
    DocumentRef {
        path: String::from("SHOP.md"),
        sha256: digest.clone(),
        parsed_sha256: digest,
        lines: 5,
    }
}

/// A run under construction.
pub(crate) struct Story {
    pub(crate) events: Vec<Event>,
    pub(crate) evidence: BTreeMap<Digest, Vec<u8>>,
}

impl Story {
    /// A run that has begun.
    pub(crate) fn began(run: &str, previous: Option<Digest>) -> Self {
        let mut story = Self { events: vec![], evidence: BTreeMap::new() };
        let document_evidence = story.keep(DOCUMENT.as_bytes().to_vec());
        let plan_evidence = story.keep(canonical::bytes(&plan()));
        story.events.push(Event::RunBegan {
            run: run.to_owned(),
            at: BEGAN,
            version: String::from("0.0.0"),
            document: document(),
            document_evidence,
            plan_evidence,
            gate: Gate::Pre,
            environment: None,
            only: None,
            previous,
        });
        story
    }

    /// The whole run; the motto is `text`.
    pub(crate) fn whole(run: &str, text: &str) -> Self {
        let mut story = Self::began(run, None);
        let says = story.judgement(3, Says::ID, &[("word", "set")]);
        let short = story.judgement(4, Short::ID, &[]);
        let look = story.looked(Ok(Seen::File(file(text))));
        let verdict = |good: bool| if good { Verdict::Pass } else { Verdict::Fail };
        story.judged(says, &[look], verdict(text.contains("set")));
        story.judged(short, &[look], verdict(text.len() < 20));
        story.end();
        story
    }

    pub(crate) fn keep(&mut self, bytes: Vec<u8>) -> Digest {
        let digest = canonical::digest(&bytes);
        self.evidence.insert(digest.clone(), bytes);
        digest
    }

    pub(crate) fn push(&mut self, event: Event) -> Seq {
        self.events.push(event);
        Seq(u64::try_from(self.events.len()).unwrap())
    }

    pub(crate) fn judgement(&mut self, line: usize, id: &str, params: &[(&str, &str)]) -> Seq {
        let mut scope = Scope::new("host", BEGAN);
        scope.line = line;
        let params = params.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        self.push(Event::JudgementBegan {
            line,
            nth: 0,
            check: id.to_owned(),
            revision: 1,
            scope,
            params: params.collect(),
        })
    }

    pub(crate) fn looked(&mut self, outcome: Result<Seen, Fault>) -> Seq {
        let outcome = outcome.map(|seen| self.keep(canonical::bytes(&seen)));
        let (ask, at) = (motto(), BEGAN.plus(5));
        self.push(Event::Looked { ask, epoch: 0, at, ms: 2, outcome, note: String::new() })
    }

    pub(crate) fn judged(&mut self, began: Seq, looks: &[Seq], verdict: Verdict) -> Seq {
        let finding = match verdict {
            Verdict::Pass => Finding::pass("good"),
            Verdict::Fail => Finding::fail("bad", "good", "bad", "mend it"),
            Verdict::Unknown => Finding::unknown("dark", "light a lamp"),
        };
        self.push(Event::Judged { began, looks: looks.to_vec(), finding, at: BEGAN.plus(9) })
    }

    pub(crate) fn end(&mut self) -> Seq {
        let numbered = self.numbered();
        let (verdict, counts) = refold(&plan(), &numbered);
        self.push(Event::RunEnded { at: BEGAN.plus(10), verdict, counts })
    }

    pub(crate) fn numbered(&self) -> Vec<(Seq, Event)> {
        let numbers = (1..).map(Seq);
        numbers.zip(self.events.iter().cloned()).collect()
    }

    /// The evidence that an event names.
    pub(crate) fn pieces_of(&self, event: &Event) -> Vec<(Digest, Vec<u8>)> {
        let named = String::from_utf8(canonical::bytes(event)).unwrap();
        let pieces = self.pieces().into_iter();
        pieces.filter(|(digest, _)| named.contains(&digest.0)).collect()
    }

    pub(crate) fn pieces(&self) -> Vec<(Digest, Vec<u8>)> {
        self.evidence.iter().map(|(digest, bytes)| (digest.clone(), bytes.clone())).collect()
    }
}

/// The verdict of a release and its counts, as the engine would fold them for this plan.
pub(crate) fn refold(plan: &Plan, events: &[(Seq, Event)]) -> (Release, BTreeMap<State, usize>) {
    let mut states: BTreeMap<usize, State> =
        plan.lines.iter().map(|line| (line.line, State::Unknown)).collect();
    let mut places = BTreeMap::new();
    for (seq, event) in events {
        match event {
            Event::JudgementBegan { line, .. } => {
                places.insert(*seq, *line);
            }
            Event::Judged { began, finding, .. } => {
                let state = match finding.verdict {
                    Verdict::Pass => State::Pass,
                    Verdict::Fail => State::Fail,
                    Verdict::Unknown => State::Unknown,
                };
                places.get(began).map(|line| states.insert(*line, state));
            }
            Event::Answered { answer, .. } => {
                states.insert(answer.line, State::Pass);
            }
            Event::RunBegan { .. }
            | Event::Resumed { .. }
            | Event::Abandoned { .. }
            | Event::AttemptBegan { .. }
            | Event::Looked { .. }
            | Event::Broke { .. }
            | Event::RunEnded { .. }
            | Event::Interrupted { .. } => {}
        }
    }
    let mut counts: BTreeMap<State, usize> = State::ALL.iter().map(|state| (*state, 0)).collect();
    for state in states.values() {
        *counts.get_mut(state).unwrap() += 1;
    }
    let release = match (counts[&State::Fail], counts[&State::Unknown]) {
        (0, 0) => Release::Go,
        (0, _) => Release::Hold,
        _ => Release::NoGo,
    };
    (release, counts)
}

/// The check of an id.
pub(crate) fn check(id: &str) -> Option<&'static dyn holdpoint_model::check::AnyCheck> {
    match id {
        Says::ID => Some(&Says),
        Short::ID => Some(&Short),
        _ => None,
    }
}
