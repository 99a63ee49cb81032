//! One turn of the crank: input in, events out, effects after.

use holdpoint_model::{
    event::{Answer, Event, Seq},
    time::Time,
    verdict::Finding,
};

use crate::state::State;

/// What came in from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A judgement was reached from these looks.
    Concluded {
        /// Where it began.
        began: Seq,
        /// The looks it rests on.
        looks: Vec<Seq>,
        /// What was found.
        finding: Finding,
    },
    /// A check panicked.
    Broke {
        /// Where the judgement began.
        began: Seq,
        /// What the panic said.
        message: String,
    },
    /// A person answered, here or in an earlier run.
    Answered {
        /// The answer.
        answer: Answer,
        /// The run that holds the original.
        carried_from: Option<String>,
    },
    /// Nothing more will be looked at.
    Finished,
    /// A signal asked us to stop.
    Interrupted,
}

/// What the driver must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Judge this check of this line.
    Judge {
        /// Physical line.
        line: usize,
        /// Which of its checks, from 0.
        nth: usize,
    },
    /// Seal the run.
    Seal,
}

/// Holds every decision and changes nothing. After the end of a run nothing happens any more.
pub fn decide(state: &State, now: Time, input: &Input) -> Vec<Event> {
    if state.ended().is_some() {
        return Vec::new();
    }
    match input {
        Input::Concluded { began, looks, finding } => vec![Event::Judged {
            began: *began,
            looks: looks.clone(),
            finding: finding.clone(),
            at: now,
        }],
        Input::Broke { began, message } => {
            vec![Event::Broke { began: *began, message: message.clone(), at: now }]
        }
        Input::Answered { answer, carried_from } => {
            vec![Event::Answered { answer: answer.clone(), carried_from: carried_from.clone() }]
        }
        Input::Finished if state.open().is_empty() => {
            vec![Event::RunEnded { at: now, verdict: state.verdict(), counts: state.counts() }]
        }
        Input::Finished => Vec::new(),
        Input::Interrupted => vec![Event::Interrupted { at: now }],
    }
}

/// Decides, and says what follows. The caller appends the events, then applies them with the
/// numbers the journal gave them, then performs the effects.
pub fn step(state: &State, now: Time, input: &Input) -> (Vec<Event>, Vec<Effect>) {
    let events = decide(state, now, input);
    let ends = events.iter().any(|event| matches!(event, Event::RunEnded { .. }));
    (events, if ends { vec![Effect::Seal] } else { Vec::new() })
}

/// What a driver that has just replayed a journal must do.
pub fn resume(state: &State) -> Vec<Effect> {
    if state.ended().is_some() {
        return vec![Effect::Seal];
    }
    state.open().into_iter().map(|(line, nth)| Effect::Judge { line, nth }).collect()
}
