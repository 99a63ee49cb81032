//! A record as a set of facts: what must be the same whether or not a run was killed on its way.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    event::{Answer, Event, Seq},
    scope::Scope,
    seen::{Connected, Earlier, List, Response, Seen},
    time::Time,
};

use crate::{canonical, error::Result, load::Loaded};

/// The facts of a record. Left aside: numbers of run and events, times and durations, the order of
/// looks, and what only a killed run has (that it was gone on with, attempts, interruptions).
pub fn facts(loaded: &Loaded) -> Result<BTreeSet<String>> {
    let by_seq: BTreeMap<Seq, &Event> =
        loaded.events.iter().map(|(s, event)| (*s, event)).collect();
    let mut facts = BTreeSet::new();
    for (_, event) in &loaded.events {
        facts.extend(fact(loaded, &by_seq, event)?);
    }
    Ok(facts)
}

fn fact(loaded: &Loaded, by_seq: &BTreeMap<Seq, &Event>, event: &Event) -> Result<Option<String>> {
    let about = |began: &Seq| by_seq.get(began).map(|event| judgement(event)).unwrap_or_default();
    Ok(match event {
        Event::RunBegan {
            version,
            document,
            document_evidence,
            plan_evidence,
            gate,
            environment,
            only,
            run: _,
            at: _,
            previous: _,
        } => Some(format!(
            "began {}",
            json(&(version, document, document_evidence, plan_evidence, gate, environment, only))
        )),
        Event::Resumed { .. }
        | Event::Abandoned { .. }
        | Event::AttemptBegan { .. }
        | Event::Interrupted { .. }
        | Event::JudgementBegan { .. } => None,
        Event::Looked { ask, epoch, outcome, at: _, ms: _, note: _ } => {
            let outcome = match outcome {
                Err(fault) => format!("fault {}", fault.word()),
                Ok(digest) => match loaded.evidence(digest)?.map(|bytes| canonical::read(&bytes)) {
                    Some(Ok(seen)) => json(&timeless(seen)),
                    Some(Err(_)) | None => format!("evidence {}", digest.0),
                },
            };
            Some(format!("looked {} epoch {epoch}: {outcome}", json(ask)))
        }
        Event::Judged { began, looks, finding, at: _ } => {
            let asks: BTreeSet<String> = looks
                .iter()
                .filter_map(|look| match by_seq.get(look) {
                    Some(Event::Looked { ask, .. }) => Some(json(ask)),
                    Some(_) | None => None,
                })
                .collect();
            let verdict = finding.verdict.word();
            Some(format!("judged {} {verdict} from {}", about(began), json(&asks)))
        }
        Event::Broke { began, message, at: _ } => Some(format!("broke {} {message}", about(began))),
        Event::Answered { answer, carried_from } => {
            let answer = Answer { at: Time::default(), ..answer.clone() };
            Some(format!("answered {} {}", json(&answer), json(carried_from)))
        }
        Event::RunEnded { verdict, counts, at: _ } => {
            Some(format!("ended {} {}", verdict.word(), json(counts)))
        }
    })
}

fn judgement(event: &Event) -> String {
    match event {
        Event::JudgementBegan { line, nth, check, revision, scope, params } => {
            let scope = Scope { now: Time::default(), ..scope.clone() };
            json(&(line, nth, check, revision, scope, params))
        }
        Event::RunBegan { .. }
        | Event::Resumed { .. }
        | Event::Abandoned { .. }
        | Event::AttemptBegan { .. }
        | Event::Looked { .. }
        | Event::Judged { .. }
        | Event::Broke { .. }
        | Event::Answered { .. }
        | Event::RunEnded { .. }
        | Event::Interrupted { .. } => String::new(),
    }
}

fn json(value: &impl serde::Serialize) -> String {
    String::from_utf8_lossy(&canonical::bytes(value)).into_owned()
}

/// What was seen, without what a clock had to do with it.
fn timeless(seen: Seen) -> Seen {
    /// Header fields that are, or depend on, the time of the answer.
    const TIMES: [&str; 4] = ["date", "age", "expires", "last-modified"];
    match seen {
        Seen::Connected(connected) => Seen::Connected(Connected { connect_ms: 0, ..connected }),
        Seen::Http(mut response) => {
            response.headers.retain(|(name, _)| !TIMES.contains(&name.as_str()));
            Seen::Http(Response {
                connect_ms: 0,
                handshake_ms: 0,
                first_byte_ms: 0,
                total_ms: 0,
                ..response
            })
        }
        Seen::Burst(mut shots) => {
            shots.iter_mut().for_each(|shot| shot.at_ms = 0);
            Seen::Burst(shots)
        }
        Seen::List(list) => Seen::List(List { clock: Time::default(), ..list }),
        Seen::Earlier(earlier) => Seen::Earlier(Earlier {
            run: String::new(),
            at: Time::default(),
            seen: Box::new(timeless(*earlier.seen)),
        }),
        Seen::Addresses(_)
        | Seen::Control
        | Seen::Handshake(_)
        | Seen::File(_)
        | Seen::Stat(_)
        | Seen::Filesystem(_)
        | Seen::Output(_)
        | Seen::Listeners(_)
        | Seen::Variables(_)
        | Seen::Stream(_)
        | Seen::Sqlite(_)
        | Seen::Git(_)
        | Seen::Found(_)
        | Seen::Setting(_)
        | Seen::Searched(_)
        | Seen::Absent => seen,
    }
}
