//! Progress: a fold of events into lines that are printed once, and one line that is painted over.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    event::{Event, Seq},
    plan::Plan,
    verdict::{Finding, Verdict},
};

use crate::style::{Style, Tone};

/// What a run has shown so far.
pub struct Live {
    style: Style,
    sections: BTreeMap<usize, (usize, String)>,
    texts: BTreeMap<usize, String>,
    jobs: BTreeMap<Seq, usize>,
    open: BTreeMap<usize, usize>,
    done: BTreeMap<usize, Verdict>,
    looks: usize,
    printed: BTreeSet<usize>,
}

impl Live {
    /// Nothing seen yet.
    pub fn new(plan: &Plan, style: Style) -> Self {
        let mut sections = BTreeMap::new();
        let mut order: Vec<&[String]> = Vec::new();
        for line in &plan.lines {
            if order.last() != Some(&line.section.as_slice()) {
                order.push(&line.section);
            }
            let path = line.section.join(&format!(" {} ", style.arrow()));
            sections.insert(line.line, (order.len(), path));
        }
        let texts = plan.lines.iter().map(|line| (line.line, line.text.clone())).collect();
        Self {
            style,
            sections,
            texts,
            jobs: BTreeMap::new(),
            open: BTreeMap::new(),
            done: BTreeMap::new(),
            looks: 0,
            printed: BTreeSet::new(),
        }
    }

    /// Folds one event; what it returns stays on the screen.
    pub fn event(&mut self, seq: Seq, event: &Event) -> Option<String> {
        match event {
            Event::JudgementBegan { line, .. } => {
                self.jobs.insert(seq, *line);
                *self.open.entry(*line).or_default() += 1;
                None
            }
            Event::Looked { .. } => {
                self.looks += 1;
                None
            }
            Event::Judged { began, finding, .. } => self.judged(*began, finding),
            Event::Broke { began, message, .. } => {
                let line = self.jobs.get(began).copied().unwrap_or(0);
                self.close(line, Verdict::Unknown);
                let message = self.style.clean(message);
                Some(format!("bug    {line:>4} a check broke: {message}; please report it"))
            }
            Event::RunBegan { .. }
            | Event::Resumed { .. }
            | Event::Abandoned { .. }
            | Event::AttemptBegan { .. }
            | Event::Answered { .. }
            | Event::RunEnded { .. }
            | Event::Interrupted { .. } => None,
        }
    }

    fn judged(&mut self, began: Seq, finding: &Finding) -> Option<String> {
        let line = self.jobs.get(&began).copied()?;
        self.close(line, finding.verdict);
        let words = (finding.verdict == Verdict::Fail).then(|| self.failure(line, finding));
        let whole = self.sections_done();
        match (words, whole) {
            (Some(words), Some(whole)) => Some(format!("{words}\n{whole}")),
            (words, whole) => words.or(whole),
        }
    }

    fn close(&mut self, line: usize, verdict: Verdict) {
        if let Some(open) = self.open.get_mut(&line) {
            *open = open.saturating_sub(1);
        }
        let worst = self.done.get(&line).copied().map_or(verdict, |before| before.max(verdict));
        self.done.insert(line, worst);
    }

    fn failure(&self, line: usize, finding: &Finding) -> String {
        let sign = self.style.sign(holdpoint_model::line::State::Fail);
        let text = self.texts.get(&line).map(String::as_str).unwrap_or_default();
        let text = format!("{line:>4} {text}: {}", finding.reason);
        let text = self.style.cut(&text, self.style.width.saturating_sub(sign.len() + 1));
        format!("{} {text}", self.style.paint(Tone::Bad, sign))
    }

    /// The rows of sections in which everything is judged, in the order of the document: a row
    /// waits for those above it.
    fn sections_done(&mut self) -> Option<String> {
        let mut sections: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for line in self.open.keys() {
            if let Some((number, _)) = self.sections.get(line) {
                sections.entry(*number).or_default().push(*line);
            }
        }
        let mut rows = Vec::new();
        for (number, lines) in sections {
            if self.printed.contains(&number) {
                continue;
            }
            if lines.iter().any(|line| self.open.get(line).is_some_and(|open| 0 < *open)) {
                break;
            }
            self.printed.insert(number);
            rows.push(self.row(&lines));
        }
        if rows.is_empty() { None } else { Some(rows.join("\n")) }
    }

    fn row(&self, lines: &[usize]) -> String {
        let first = lines.first().and_then(|line| self.sections.get(line));
        let path = first.map(|(_, path)| path.as_str()).unwrap_or_default();
        let count =
            |verdict| lines.iter().filter(|line| self.done.get(line) == Some(&verdict)).count();
        let (fail, unknown) = (count(Verdict::Fail), count(Verdict::Unknown));
        let bar = self.bar(lines.len(), lines.len());
        let mut tail = format!("{}/{}", lines.len(), lines.len());
        if 0 < fail {
            tail.push_str(&self.style.paint(Tone::Bad, &format!("   {fail} failed")));
        }
        if 0 < unknown {
            tail.push_str(&self.style.paint(Tone::Dark, &format!("   {unknown} unknown")));
        }
        let room = self.style.width.saturating_sub(42).clamp(16, 48);
        format!("{} {bar}  {tail}", self.style.cell(path, room))
    }

    /// The line that is painted over: how far the run is, and what is being looked at.
    pub fn status(&self) -> String {
        let all = self.open.len();
        let done = self.open.values().filter(|open| **open == 0).count();
        let busy = self.open.iter().find(|(_, open)| 0 < **open).map(|(line, _)| *line);
        let text = busy
            .and_then(|line| self.texts.get(&line).map(|text| format!("{line} {text}")))
            .unwrap_or_default();
        let line = format!("{} {done}/{all}  {} looks  {text}", self.bar(done, all), self.looks);
        self.style.cut(&line, self.style.width.saturating_sub(1))
    }

    fn bar(&self, done: usize, all: usize) -> String {
        const CELLS: usize = 12;
        let full = (done * CELLS).checked_div(all).unwrap_or(CELLS);
        let (on, off) = if self.style.ascii { ("#", "-") } else { ("█", "░") };
        format!("{}{}", on.repeat(full), off.repeat(CELLS - full))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap as Map;

    use holdpoint_model::{
        line::{Binding, Kind, Phase, Severity},
        plan::{DocumentRef, PlanLine},
        scope::Scope,
        time::Time,
    };

    use super::*;

    fn plan() -> Plan {
        let line = |line: usize, section: &str| PlanLine {
            line,
            text: format!("claim {line}"),
            section: vec![section.to_owned()],
            phase: Phase::Pre,
            kind: Kind::Probe,
            severity: Severity::Major,
            gated: true,
            declares: false,
            state: Binding::Bound,
            checks: Vec::new(),
            needs: Vec::new(),
            lacks: Vec::new(),
            parent: None,
            command: None,
        };
        let document = DocumentRef {
            path: String::new(),
            sha256: String::new(),
            parsed_sha256: String::new(),
            lines: 9,
        };
        Plan {
            document,
            environment: None,
            release: None,
            lines: vec![line(3, "One"), line(5, "Two")],
        }
    }

    #[test]
    fn sections_keep_the_order_of_the_document_and_failures_do_not_wait() {
        let mut live = Live::new(&plan(), Style::PLAIN);
        for (seq, line) in [(1, 3), (2, 5)] {
            let began = Event::JudgementBegan {
                line,
                nth: 0,
                check: String::new(),
                revision: 1,
                scope: Scope::new("web", Time(0)),
                params: Map::new(),
            };
            assert_eq!(live.event(Seq(seq), &began), None);
        }
        let judged = |began, finding| Event::Judged {
            began: Seq(began),
            looks: Vec::new(),
            finding,
            at: Time(1),
        };
        let fail = Finding::fail("broken", "whole", "broken", "mend it");
        let said = live.event(Seq(3), &judged(2, fail)).unwrap();
        assert!(said.starts_with("FAIL") && !said.contains("1/1"), "{said}");
        let said = live.event(Seq(4), &judged(1, Finding::pass("good"))).unwrap();
        let rows: Vec<&str> = said.lines().map(|row| &row[..3]).collect();
        assert_eq!(rows, ["One", "Two"]);
        assert!(said.contains("1 failed"));
    }
}
