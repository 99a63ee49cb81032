//! A run under way: its store, the fold of its journal, and the jobs that are still open.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use holdpoint_bind::scope::{params, scope};
use holdpoint_checks::find;
use holdpoint_engine::{Effect, Input, State, resume, step};
use holdpoint_model::{
    ask::{Ask, What},
    event::{Answer, Digest, Event, Seq},
    limits,
    line::{self, Gate},
    look::Look,
    plan::Plan,
    seen::{self, Seen},
    time::{HOUR, Time},
    verdict::Verdict,
};
use holdpoint_record::{
    Entry, Error, Folder, Holder, Kept, Key, Loaded, Store, canonical, list, load,
};
use holdpoint_report::{view::RunView, when};
use holdpoint_runtime::{Budgets, Drive, Ended, Job, Journal, JournalError};

use crate::{
    exit::Stop,
    looking,
    past::{
        self, Unfinished, about, changed, cool_down, key_text, looks_of, passes, plan_of,
        same_release,
    },
    project::Project,
    settings, view,
};

/// The folder of records.
pub(crate) const FOLDER: &str = ".holdpoint";

/// Later runs that are asked whether they gave an unfinished one up.
const GIVEN_UP_MAX: usize = 8;

/// How long an answer that a person gave is carried from run to run.
const ANSWER_MS_MAX: i64 = 72 * HOUR;

/// What the user asked for.
pub(crate) struct Wish {
    /// Which gate.
    pub(crate) gate: Gate,
    /// Only these lines.
    pub(crate) only: Option<BTreeSet<usize>>,
    /// Keep what passed in the last run, as far as it is fresh.
    pub(crate) rerun_failed: bool,
}

/// A store as the driver writes to it.
struct Writing {
    store: Store,
}

impl Journal for Writing {
    fn append(
        &mut self,
        events: &[Event],
        evidence: &[(Digest, Vec<u8>)],
    ) -> Result<Vec<Seq>, JournalError> {
        self.store.append(events, evidence).map_err(|error| JournalError(error.to_string()))
    }
}

/// A run under way.
pub(crate) struct Session {
    run: String,
    journal: Option<Writing>,
    state: State,
    events: Vec<(Seq, Event)>,
    shared: BTreeMap<Ask, (Seq, Look)>,
    key: Key,
    said: Option<String>,
    _folder: Folder,
    cool_down: Duration,
}

/// Who we are, for whoever else wants the folder.
pub(crate) fn holder() -> Holder {
    let words: Vec<String> = std::env::args().collect();
    let command = words.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" ");
    Holder {
        pid: std::process::id(),
        command: format!("holdpoint {command}"),
        since: looking::now(),
    }
}

/// Where state of this machine is kept, if anywhere.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    let xdg = var("XDG_STATE_HOME").filter(absolute);
    let base =
        xdg.or_else(|| var("HOME").filter(absolute).map(|home| home.join(".local/state")))?;
    Some(base.join("holdpoint"))
}

/// Errors of the store as ends of a command: everything that keeps the journal from being written
/// is one.
pub(crate) fn stopped(error: Error) -> Stop {
    match error {
        Error::Missing(_) => Stop::usage(error.to_string()),
        Error::Held { .. } => Stop::journal(format!(
            "{error}; wait until it has ended, or end it: nothing was looked at"
        )),
        Error::Io { .. }
        | Error::Damaged { .. }
        | Error::Sealed(_)
        | Error::Order(_)
        | Error::Key { .. }
        | Error::TooLarge { .. } => Stop::journal(error.to_string()),
    }
}

/// Whether a later run has said already that it does not go on with that one.
fn given_up(runs: &[Entry], run: &str) -> bool {
    let later = runs.iter().rev().take_while(|entry| entry.run != run).take(GIVEN_UP_MAX);
    let says = |event: &Event| matches!(event, Event::Abandoned { run: of, .. } if of == run);
    later.into_iter().any(|entry| {
        load(&entry.path).is_ok_and(|it| it.events.iter().take(2).any(|(_, it)| says(it)))
    })
}

impl Session {
    /// Begins a run, or goes on with an unfinished one of the same document, plan, gate and
    /// environment.
    pub(crate) fn begin(project: &Project, wish: &Wish) -> Result<Self, Stop> {
        let folder = Folder::open(Path::new(FOLDER), &holder()).map_err(stopped)?;
        let key = Key::machine(state_folder().as_deref()).map_err(stopped)?;
        folder.seal_pending(&key).map_err(stopped)?;
        let runs = folder.runs().map_err(stopped)?;
        let plan = canonical::bytes(project.plan());
        let unfinished = runs.iter().rev().find(|entry| !entry.sealed);
        let unfinished = unfinished.and_then(|entry| load(&entry.path).ok().map(|it| (entry, it)));
        let (mut abandoned, mut left) = (None, None);
        // An answer is no other run: the unfinished one can still be gone on with.
        let looks = wish.only.as_ref().is_none_or(|only| !only.is_empty());
        if let Some((entry, loaded)) = unfinished {
            match past::unfinished(&loaded, project, wish) {
                Unfinished::GoesOn => return Self::go_on(folder, entry, project, wish, key),
                Unfinished::Waits(again) => {
                    left = Some(format!(
                        "run {} was cut off and waits; `{again}` goes on with it",
                        entry.run
                    ));
                }
                Unfinished::GivenUp(why) => {
                    abandoned = looks.then(|| entry.run.clone());
                    let told = given_up(&runs, &entry.run);
                    left = (!told)
                        .then(|| format!("run {} was cut off and is given up: {why}", entry.run));
                }
            }
        }
        let run = folder.next_run().map_err(stopped)?;
        let mut events = vec![Event::RunBegan {
            run: run.clone(),
            at: looking::now(),
            version: String::from(env!("CARGO_PKG_VERSION")),
            document: project.plan().document.clone(),
            document_evidence: canonical::digest(&project.document.raw),
            plan_evidence: canonical::digest(&plan),
            gate: wish.gate,
            environment: project.environment.clone(),
            only: wish.only.as_ref().map(|only| only.iter().copied().collect()),
            previous: folder.previous().map_err(stopped)?,
        }];
        if let Some(run) = abandoned {
            events.push(Event::Abandoned { run, at: looking::now() });
        }
        let evidence = [
            (canonical::digest(&project.document.raw), project.document.raw.clone()),
            (canonical::digest(&plan), plan),
        ];
        let (store, seqs) = folder.create(&run, &events, &evidence).map_err(stopped)?;
        let state = State::new(view::engine_lines(project.plan(), wish.gate, wish.only.as_ref()));
        let mut session = Self {
            run,
            journal: Some(Writing { store }),
            state,
            events: seqs.into_iter().zip(events).collect(),
            shared: BTreeMap::new(),
            key,
            said: None,
            _folder: folder,
            cool_down: Duration::ZERO,
        };
        let left = left.filter(|_| looks);
        session.carry_answers(project, &runs)?;
        if wish.rerun_failed {
            session.carry_passes(project, wish, &runs)?;
        }
        let said: Vec<String> = left.into_iter().chain(session.said.take()).collect();
        session.said = (!said.is_empty()).then(|| said.join("\n"));
        Ok(session)
    }

    fn go_on(
        folder: Folder,
        entry: &Entry,
        project: &Project,
        wish: &Wish,
        key: Key,
    ) -> Result<Self, Stop> {
        let (store, loaded) = folder.resume(&entry.run).map_err(stopped)?;
        let mut state =
            State::new(view::engine_lines(project.plan(), wish.gate, wish.only.as_ref()));
        let events: Vec<(Seq, Event)> = loaded.events.to_vec();
        for (seq, event) in &events {
            state.apply(*seq, event);
        }
        let mut session = Self {
            run: entry.run.clone(),
            journal: Some(Writing { store }),
            state,
            shared: looks_of(&loaded, false),
            cool_down: cool_down(&events),
            events,
            key,
            said: Some(format!("goes on with run {}", entry.run)),
            _folder: folder,
        };
        session.write(&[Event::Resumed { at: looking::now() }], &[])?;
        // What people answered since it began.
        let runs = list(Path::new(FOLDER)).map_err(stopped)?;
        let later = runs.iter().position(|it| it.run == entry.run).map_or(0, |at| at + 1);
        session.carry_answers(project, runs.get(later..).unwrap_or_default())?;
        Ok(session)
    }

    /// Its number.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// Where the run is kept.
    pub(crate) fn path(&self) -> PathBuf {
        Path::new(FOLDER).join(format!("{}.sqlite", self.run))
    }

    /// What the user should know before anything is looked at.
    pub(crate) fn said(&self) -> Option<String> {
        self.said.clone()
    }

    /// Every event so far.
    pub(crate) fn events(&self) -> &[(Seq, Event)] {
        &self.events
    }

    /// What the user should know about the record.
    pub(crate) fn note(&self) -> Option<String> {
        match self.key.kept {
            Kept::Machine => None,
            Kept::Ephemeral => Some(String::from(
                "sealed with a key made for this run: there was no place to keep one (no HOME, no \
                 XDG_STATE_HOME)",
            )),
        }
    }

    fn write(&mut self, events: &[Event], evidence: &[(Digest, Vec<u8>)]) -> Result<(), Stop> {
        let journal = self.journal.as_mut().ok_or_else(|| Stop::journal("the run is sealed"))?;
        let seqs = journal.append(events, evidence).map_err(|it| Stop::journal(it.to_string()))?;
        for (seq, event) in seqs.into_iter().zip(events) {
            self.state.apply(seq, event);
            self.events.push((seq, event.clone()));
        }
        Ok(())
    }

    /// Looks at everything that is open; with `wait`, again and again until it passes or time is up.
    pub(crate) fn look(
        &mut self,
        project: &Project,
        wait: Option<Duration>,
        report: &mut (dyn FnMut(Seq, &Event) + Send),
    ) -> Result<Ended, Stop> {
        let runtime = looking::tokio()?;
        let budgets = budgets(project);
        let mut jobs = self.jobs(project, &resume(&self.state));
        let vantages = Arc::new(looking::vantages(
            &settings::Loaded { settings: project.settings.clone() },
            self.earlier(project),
        ));
        let began = std::time::Instant::now();
        let mut epoch = 0;
        runtime.block_on(async {
            let signals = looking::signals();
            tokio::time::sleep(self.cool_down).await;
            loop {
                let Some(journal) = self.journal.as_mut() else { return Ok(Ended::Finished) };
                let events = &mut self.events;
                let mut drive = Drive {
                    journal,
                    state: &mut self.state,
                    vantages: Arc::clone(&vantages),
                    budgets: budgets.clone(),
                    clock: &looking::now,
                    report: &mut |seq, event| {
                        events.push((seq, event.clone()));
                        report(seq, event);
                    },
                    signals: signals.clone(),
                    shared: std::mem::take(&mut self.shared),
                    epoch,
                };
                let ended = drive.run(std::mem::take(&mut jobs)).await;
                let ended = ended.map_err(|error| Stop::journal(error.to_string()))?;
                let left = wait.and_then(|wait| wait.checked_sub(began.elapsed()));
                jobs = self.unsettled(project);
                match left {
                    Some(left) if ended == Ended::Finished && !jobs.is_empty() => {
                        tokio::time::sleep(left.min(Duration::from_secs(2))).await;
                        epoch += 1;
                    }
                    Some(_) | None => return Ok(ended),
                }
            }
        })
    }

    /// Jobs for lines that did not pass.
    fn unsettled(&self, project: &Project) -> Vec<Job> {
        let standings = self.state.standings();
        let mut effects = Vec::new();
        for line in self.state.lines() {
            let open = standings
                .get(&line.number)
                .is_some_and(|it| matches!(it.state, line::State::Fail | line::State::Unknown));
            for (nth, verdict) in
                standings.get(&line.number).iter().flat_map(|it| it.verdicts.iter().enumerate())
            {
                if open && verdict.is_some_and(|it| it != Verdict::Pass) {
                    effects.push(Effect::Judge { line: line.number, nth });
                }
            }
        }
        self.jobs(project, &effects)
    }

    fn jobs(&self, project: &Project, effects: &[Effect]) -> Vec<Job> {
        let now = looking::now();
        let job = |effect: &Effect| {
            let Effect::Judge { line, nth } = effect else { return None };
            let plan_line = project.plan().lines.iter().find(|it| it.line == *line)?;
            let bound = plan_line.checks.get(*nth)?;
            let check = find(&bound.id)?;
            let environment = project.environment.as_deref();
            let scope = scope(plan_line, bound, &project.settings, environment, now);
            let params = params(bound);
            Some(Job { line: *line, nth: *nth, check, scope, params })
        };
        effects.iter().filter_map(job).collect()
    }

    /// Ends and seals the run.
    pub(crate) fn finish(&mut self, project: &Project) -> Result<RunView, Stop> {
        let (events, effects) = step(&self.state, looking::now(), &Input::Finished);
        self.write(&events, &[])?;
        if effects.contains(&Effect::Seal)
            && let Some(kept) = self.journal.take()
        {
            kept.store.seal(&self.key).map_err(stopped)?;
        }
        view::of(project.plan(), &self.state, &self.events)
            .ok_or_else(|| Stop::journal("the journal does not begin as a run does"))
    }

    /// Writes a person's answer into this run.
    pub(crate) fn answer(
        &mut self,
        answer: Answer,
        evidence: &[(Digest, Vec<u8>)],
    ) -> Result<(), Stop> {
        let (events, _) =
            step(&self.state, looking::now(), &Input::Answered { answer, carried_from: None });
        self.write(&events, evidence)
    }

    /// Takes over what people answered in earlier runs, line by line, as long as it is fresh.
    fn carry_answers(&mut self, project: &Project, runs: &[Entry]) -> Result<(), Stop> {
        let now = looking::now();
        let lines: BTreeMap<String, usize> = project
            .document
            .lines
            .iter()
            .zip(holdpoint_bind::key::keys(&project.document))
            .map(|(line, key)| (key_text(&key), line.number))
            .collect();
        let mut taken: BTreeMap<(usize, bool), Event> = BTreeMap::new();
        let mut files = Vec::new();
        for entry in runs.iter().rev().filter(|entry| entry.sealed) {
            // What cannot be read may have taken back what stands in an older one.
            let Ok(loaded) = load(&entry.path) else {
                self.said = Some(format!(
                    "the record of run {} does not hold: what people answered up to then is asked \
                     again; `holdpoint record verify` says what is wrong with it",
                    entry.run
                ));
                break;
            };
            if !about(&loaded, project) {
                continue;
            }
            let answered = |(_, event): &(Seq, Event)| matches!(event, Event::Answered { .. });
            if loaded.events.iter().any(answered) && !same_release(&loaded, project) {
                self.said = Some(format!(
                    "the release changed since run {}: what people answered for it is asked again",
                    loaded.run
                ));
                break;
            }
            for (_, event) in loaded.events.iter().rev() {
                let Event::Answered { answer, carried_from: None } = event else { continue };
                let fresh = (0..ANSWER_MS_MAX).contains(&now.since(answer.at));
                let here = answer.environment == project.environment;
                let Some(line) = lines.get(&answer.key).filter(|_| fresh && here) else { continue };
                let place = (*line, answer.reply == holdpoint_model::event::Reply::Acknowledged);
                if taken.contains_key(&place) {
                    continue;
                }
                if let holdpoint_model::event::Reply::File { evidence, .. } = &answer.reply {
                    let Ok(Some(bytes)) = loaded.evidence(evidence) else { continue };
                    files.push((evidence.clone(), bytes));
                }
                let answer = Answer { line: *line, ..answer.clone() };
                let carried_from = Some(entry.run.clone());
                taken.insert(place, Event::Answered { answer, carried_from });
            }
        }
        let events: Vec<Event> = taken.into_values().collect();
        if events.is_empty() { Ok(()) } else { self.write(&events, &files) }
    }

    /// Takes over judgements of the last run that passed, with their looks, as long as they are
    /// fresh and rest on nothing active.
    fn carry_passes(&mut self, project: &Project, wish: &Wish, runs: &[Entry]) -> Result<(), Stop> {
        let mut found = None;
        for entry in runs.iter().rev().filter(|entry| entry.sealed) {
            // An older run is not what the last one found.
            let loaded = load(&entry.path).map_err(|error| {
                Stop::usage(format!("{error}; leave --rerun-failed out to look again"))
            })?;
            let looked = loaded.events.iter().any(|(_, it)| matches!(it, Event::Judged { .. }));
            if looked && about(&loaded, project) {
                found = Some(loaded);
                break;
            }
        }
        let Some(last) = found else {
            return Err(Stop::usage(
                "there is no earlier run of this document to go by; leave --rerun-failed out",
            ));
        };
        let Some((_, Event::RunBegan { gate, .. })) = last.events.first() else { return Ok(()) };
        let plan = plan_of(&last);
        let today = project.plan();
        let same = |plan: Plan| plan.lines == today.lines && plan.release == today.release;
        if !plan.is_some_and(same) || *gate != wish.gate {
            self.said = Some(String::from(
                "the plan or the gate changed since the last run: everything is looked at",
            ));
            return Ok(());
        }
        let (events, evidence) = passes(&last, &changed(&last, project), looking::now());
        let carried = last.events.iter().filter(|(seq, _)| events.contains(seq));
        let times: Vec<Time> = carried
            .filter_map(
                |(_, event)| if let Event::Judged { at, .. } = event { Some(*at) } else { None },
            )
            .collect();
        let Some(oldest) = times.iter().min() else { return Ok(()) };
        let age = when::span(looking::now().since(*oldest));
        self.said = Some(format!(
            "{} checks keep what run {} saw up to {age} ago; leave --rerun-failed out to look again",
            times.len(),
            last.run
        ));
        self.renumber(&last, &events, &evidence)
    }

    /// Writes events of another journal into this one; their references follow them.
    fn renumber(
        &mut self,
        last: &Loaded,
        wanted: &BTreeSet<Seq>,
        evidence: &BTreeSet<Digest>,
    ) -> Result<(), Stop> {
        let mut seqs: BTreeMap<Seq, Seq> = BTreeMap::new();
        let pieces: Vec<(Digest, Vec<u8>)> = evidence
            .iter()
            .filter_map(|digest| Some((digest.clone(), last.evidence(digest).ok()??)))
            .collect();
        let next = self.events.last().map_or(0, |(seq, _)| seq.0) + 1;
        let mut events = Vec::new();
        for (number, (seq, event)) in
            (next..).zip(last.events.iter().filter(|(seq, _)| wanted.contains(seq)))
        {
            seqs.insert(*seq, Seq(number));
            let of = |seq: &Seq| seqs.get(seq).copied().unwrap_or(*seq);
            events.push(match event {
                Event::Judged { began, looks, finding, at } => Event::Judged {
                    began: of(began),
                    looks: looks.iter().map(of).collect(),
                    finding: finding.clone(),
                    at: *at,
                },
                Event::RunBegan { .. }
                | Event::Resumed { .. }
                | Event::Abandoned { .. }
                | Event::JudgementBegan { .. }
                | Event::AttemptBegan { .. }
                | Event::Looked { .. }
                | Event::Broke { .. }
                | Event::Answered { .. }
                | Event::RunEnded { .. }
                | Event::Interrupted { .. } => event.clone(),
            });
        }
        self.write(&events, &pieces)
    }

    /// What earlier runs saw behind a pass, for claims that compare. Records are read when the
    /// first such claim asks.
    fn earlier(&self, project: &Project) -> holdpoint_runtime::Earlier {
        let (environment, path) =
            (project.environment.clone(), project.plan().document.path.clone());
        let own = self.run.clone();
        let seen: OnceLock<BTreeMap<What, Seen>> = OnceLock::new();
        Arc::new(move |what| {
            let seen = seen.get_or_init(|| {
                let mut all = BTreeMap::new();
                for entry in list(Path::new(FOLDER)).unwrap_or_default() {
                    let Some(loaded) = Some(entry.run.as_str())
                        .filter(|run| *run != own)
                        .and_then(|_| load(&entry.path).ok())
                    else {
                        continue;
                    };
                    if past::matches(&loaded, &path, environment.as_deref()) {
                        for (ask, (_, look)) in looks_of(&loaded, true) {
                            if let Ok(seen) = look.outcome {
                                let run = entry.run.clone();
                                let earlier =
                                    seen::Earlier { run, at: look.at, seen: Box::new(seen) };
                                all.insert(ask.what, Seen::Earlier(earlier));
                            }
                        }
                    }
                }
                all
            });
            seen.get(what).cloned()
        })
    }
}

fn budgets(project: &Project) -> Budgets {
    let mut names: BTreeSet<String> = project.settings.targets.keys().cloned().collect();
    names.extend(
        project.plan().lines.iter().flat_map(|line| line.checks.iter().map(|it| it.target.clone())),
    );
    let declared = project.settings.targets.iter().filter_map(|(name, target)| {
        let (places, rate) = (target.budget.in_flight, target.budget.per_second);
        (places.is_some() || rate.is_some()).then(|| {
            let places =
                places.and_then(|it| usize::try_from(it).ok()).unwrap_or(limits::TARGET_IN_FLIGHT);
            (name.clone(), (places, rate.unwrap_or(0)))
        })
    });
    Budgets::new(names, &declared.collect())
}
