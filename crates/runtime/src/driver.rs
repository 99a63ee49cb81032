//! The driver: one loop that makes looks side by side and judges each line when its looks are there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use holdpoint_engine::{Input, State, step};
use holdpoint_model::{
    ask::Ask,
    event::{Digest, Event, Seq},
    fault::Fault,
    line::Impact,
    look::{Look, Wanted},
    time::Time,
    wire::Outcome,
};
use holdpoint_record::canonical;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    budget::Budgets,
    job::{Job, Next, Running},
    journal::{Journal, JournalError},
    vantage::{Vantages, pause},
};

/// How a drive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every job was judged.
    Finished,
    /// A signal came first; the rest can be gone on with.
    Interrupted,
}

/// Looks that came back together.
struct Flown {
    ask: Ask,
    /// Attempts in order; all but the last are throttled.
    looks: Vec<Look>,
}

/// Everything a drive needs.
pub struct Drive<'a> {
    /// Where events go first.
    pub journal: &'a mut dyn Journal,
    /// The fold of the journal.
    pub state: &'a mut State,
    /// Who looks.
    pub vantages: Arc<Vantages>,
    /// How much at a time.
    pub budgets: Budgets,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Time + Send + Sync),
    /// Sees every event after it is on disk.
    pub report: &'a mut (dyn FnMut(Seq, &Event) + Send),
    /// How many signals have come: the first lets active looks finish, the second does not.
    pub signals: watch::Receiver<u32>,
    /// Looks that lines may share, by ask: those of a run that is gone on with, to begin with.
    pub shared: BTreeMap<Ask, (Seq, Look)>,
    /// How often the targets have been touched.
    pub epoch: u32,
}

/// A pause after an active look, so that its traces do not colour the next.
const COOL_DOWN: Duration = Duration::from_millis(500);

struct Loop<'d, 'a> {
    drive: &'d mut Drive<'a>,
    running: Vec<Running>,
    waiters: BTreeMap<Ask, Vec<usize>>,
    tasks: JoinSet<Flown>,
    /// Jobs that want active looks, in order.
    active: Vec<usize>,
    /// The job whose active looks are under way.
    alone: Option<usize>,
}

impl Drive<'_> {
    /// Judges all jobs. On an error nothing further has been done.
    pub async fn run(&mut self, jobs: Vec<Job>) -> Result<Ended, JournalError> {
        let running = jobs.into_iter().map(Running::new).collect();
        let mut it = Loop {
            drive: self,
            running,
            waiters: BTreeMap::new(),
            tasks: JoinSet::new(),
            active: Vec::new(),
            alone: None,
        };
        it.begin()?;
        let ended = it.turns().await;
        it.tasks.shutdown().await;
        ended
    }

    fn write(
        &mut self,
        events: &[Event],
        evidence: &[(Digest, Vec<u8>)],
    ) -> Result<Vec<Seq>, JournalError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let seqs = self.journal.append(events, evidence)?;
        for (seq, event) in seqs.iter().zip(events) {
            self.state.apply(*seq, event);
            (self.report)(*seq, event);
        }
        Ok(seqs)
    }
}

impl Loop<'_, '_> {
    fn begin(&mut self) -> Result<(), JournalError> {
        let events: Vec<Event> = self.running.iter().map(|it| it.job.began()).collect();
        let seqs = self.drive.write(&events, &[])?;
        for (running, seq) in self.running.iter_mut().zip(seqs) {
            running.began = Some(seq);
        }
        Ok(())
    }

    async fn turns(&mut self) -> Result<Ended, JournalError> {
        let mut ready: Vec<usize> = (0..self.running.len()).collect();
        let (mut signalled, mut silent) = (0, false);
        loop {
            self.advance(ready)?;
            self.start_active()?;
            if 0 < signalled && self.alone.is_none() && !self.running.iter().all(|it| it.done) {
                return self.interrupted();
            }
            if self.tasks.is_empty() {
                return Ok(Ended::Finished);
            }
            tokio::select! {
                biased;
                changed = self.drive.signals.changed(), if signalled < 2 && !silent => {
                    silent = changed.is_err();
                    signalled = *self.drive.signals.borrow();
                    if signalled == 0 {
                        ready = Vec::new();
                        continue;
                    }
                    if self.alone.is_none() || 1 < signalled {
                        return self.interrupted();
                    }
                    ready = Vec::new();
                }
                flown = self.tasks.join_next() => {
                    let first = flown.into_iter();
                    let more = std::iter::from_fn(|| self.tasks.try_join_next());
                    let flown: Vec<Flown> = first.chain(more).filter_map(Result::ok).collect();
                    ready = self.landed(flown)?;
                }
            }
        }
    }

    fn interrupted(&mut self) -> Result<Ended, JournalError> {
        self.tasks.abort_all();
        let now = (self.drive.clock)();
        let (events, _) = step(self.drive.state, now, &Input::Interrupted);
        self.drive.write(&events, &[])?;
        Ok(Ended::Interrupted)
    }

    /// Calls the checks of all these jobs until each has concluded or waits for looks.
    fn advance(&mut self, ready: Vec<usize>) -> Result<(), JournalError> {
        let mut events = Vec::new();
        for index in ready {
            while let Some(input) = self.turn(index) {
                let Some(input) = input else { continue };
                let now = (self.drive.clock)();
                events.extend(step(self.drive.state, now, &input).0);
                break;
            }
        }
        self.drive.write(&events, &[])?;
        Ok(())
    }

    /// One call of one check: `None` when it waits, `Some(None)` to call again at once.
    fn turn(&mut self, index: usize) -> Option<Option<Input>> {
        let running = self.running.get_mut(index)?;
        if running.done || !running.missing.is_empty() {
            return None;
        }
        let began = running.began.expect("every job began before the first turn");
        match running.turn() {
            Next::Found(finding) => {
                running.done = true;
                let looks: BTreeSet<Seq> = running.used.values().copied().collect();
                self.forget_active(index);
                let looks = looks.into_iter().collect();
                Some(Some(Input::Concluded { began, looks, finding }))
            }
            Next::Broke(message) => {
                running.done = true;
                self.forget_active(index);
                Some(Some(Input::Broke { began, message }))
            }
            Next::Wants(wanted) => {
                let waits = self.want(index, wanted);
                if waits { None } else { Some(None) }
            }
        }
    }

    /// Takes the looks that are there and starts the others. Whether there is something to wait for.
    fn want(&mut self, index: usize, wanted: Vec<Wanted>) -> bool {
        let active = wanted.iter().any(|want| Impact::Active <= want.ask.what.impact());
        if active && self.alone != Some(index) {
            if !self.active.contains(&index) {
                self.active.push(index);
            }
            return true;
        }
        for want in wanted {
            let Some(running) = self.running.get_mut(index) else { return true };
            if let Some((seq, look)) = self.drive.shared.get(&want.ask) {
                running.take(look.clone(), *seq);
                continue;
            }
            running.missing.insert(want.ask.clone());
            let target = running.job.scope.target.clone();
            let waiters = self.waiters.entry(want.ask.clone()).or_default();
            waiters.push(index);
            if waiters.len() == 1 {
                self.launch(want, target);
            }
        }
        self.running.get(index).is_some_and(|running| !running.missing.is_empty())
    }

    fn launch(&mut self, want: Wanted, target: String) {
        let vantages = Arc::clone(&self.drive.vantages);
        let budgets = self.drive.budgets.clone();
        let now = (self.drive.clock)();
        let wait = want.not_before.map_or(0, |time| time.since(now)).max(0);
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or_default());
        // The time of a look is our clock's, read once here, plus what a monotonic clock measured.
        let base = (now, std::time::Instant::now());
        self.tasks.spawn(async move {
            tokio::time::sleep(wait).await;
            let ask = want.ask;
            let passive = ask.what.impact() < Impact::Active;
            let mut looks = Vec::new();
            loop {
                let place = budgets.place(&target).await;
                let (look, rest) = one(&vantages, &ask, base).await;
                drop(place);
                let again = rest.filter(|_| passive && looks.is_empty());
                looks.push(look);
                match again {
                    Some(rest) => tokio::time::sleep(rest).await,
                    None => return Flown { ask, looks },
                }
            }
        });
    }

    /// Keeps what came back, in one transaction, and says which jobs can go on.
    fn landed(&mut self, flown: Vec<Flown>) -> Result<Vec<usize>, JournalError> {
        let (mut events, mut evidence, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for one in &flown {
            for look in &one.looks {
                let outcome = match &look.outcome {
                    Ok(seen) => {
                        let bytes = canonical::bytes(seen);
                        let digest = canonical::digest(&bytes);
                        evidence.push((digest.clone(), bytes));
                        Ok(digest)
                    }
                    Err(fault) => Err(*fault),
                };
                events.push(Event::Looked {
                    ask: look.ask.clone(),
                    epoch: self.drive.epoch,
                    at: look.at,
                    ms: look.ms,
                    outcome,
                    note: look.note.clone(),
                });
            }
            last.push(events.len());
        }
        let seqs = self.drive.write(&events, &evidence)?;
        let mut ready = BTreeSet::new();
        for (one, end) in flown.into_iter().zip(last) {
            let (Some(look), Some(seq)) =
                (one.looks.into_iter().next_back(), seqs.get(end.saturating_sub(1)))
            else {
                continue;
            };
            for index in self.waiters.remove(&one.ask).unwrap_or_default() {
                if let Some(running) = self.running.get_mut(index) {
                    running.take(look.clone(), *seq);
                    ready.insert(index);
                }
            }
            self.drive.shared.insert(one.ask, (*seq, look));
        }
        Ok(ready.into_iter().collect())
    }

    fn forget_active(&mut self, index: usize) {
        self.active.retain(|it| *it != index);
        if self.alone == Some(index) {
            self.alone = None;
        }
    }

    /// When nothing else is under way, lets the next job that wants active looks have them, alone.
    fn start_active(&mut self) -> Result<(), JournalError> {
        while self.tasks.is_empty() && self.alone.is_none() {
            if 0 < *self.drive.signals.borrow() {
                return Ok(());
            }
            let Some(index) = self.active.first().copied() else { return Ok(()) };
            self.alone = Some(index);
            let Some(running) = self.running.get_mut(index) else { return Ok(()) };
            let began = running.began.expect("every job began before the first turn");
            if let Next::Wants(wanted) = running.turn() {
                let at = (self.drive.clock)();
                let crafted = wanted.iter().filter(|want| Impact::Active <= want.ask.what.impact());
                let events: Vec<Event> = crafted
                    .map(|want| Event::AttemptBegan { began, ask: want.ask.clone(), at })
                    .collect();
                self.drive.write(&events, &[])?;
            }
            self.advance(vec![index])?;
        }
        Ok(())
    }
}

/// One look, and the pause that its answer asks for.
async fn one(
    vantages: &Vantages,
    ask: &Ask,
    base: (Time, std::time::Instant),
) -> (Look, Option<Duration>) {
    let ms = |from: std::time::Instant| i64::try_from(from.elapsed().as_millis()).unwrap_or(0);
    if Impact::Active <= ask.what.impact() {
        tokio::time::sleep(COOL_DOWN).await;
    }
    let at = base.0.plus(ms(base.1));
    let began = std::time::Instant::now();
    let mut outcome = vantages.look(ask).await;
    let rest = pause(&ask.what, &outcome);
    if let Some(rest) = rest {
        let note = format!("asked to pause for {} s", rest.as_secs());
        outcome = Outcome::fault(Fault::Throttled, note);
    }
    let took = u32::try_from(ms(began)).unwrap_or(u32::MAX);
    let look = Look { ask: ask.clone(), at, ms: took, outcome: outcome.result, note: outcome.note };
    (look, rest)
}
