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
        let whole = self.section_done(line);
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

    /// The row of a section, once everything in it is judged.
    fn section_done(&mut self, line: usize) -> Option<String> {
        let (number, path) = self.sections.get(&line)?.clone();
        let lines: Vec<usize> = self
            .open
            .keys()
            .copied()
            .filter(|it| self.sections.get(it).is_some_and(|(other, _)| *other == number))
            .collect();
        let busy = lines.iter().any(|it| self.open.get(it).is_some_and(|open| 0 < *open));
        if busy || !self.printed.insert(number) {
            return None;
        }
        let count = |verdict| lines.iter().filter(|it| self.done.get(it) == Some(&verdict)).count();
        let (fail, unknown) = (count(Verdict::Fail), count(Verdict::Unknown));
        let bar = self.bar(lines.len(), lines.len());
        let mut tail = format!("{}/{}", lines.len(), lines.len());
        if 0 < fail {
            tail.push_str(&self.style.paint(Tone::Bad, &format!("   {fail} failed")));
        }
        if 0 < unknown {
            tail.push_str(&self.style.paint(Tone::Dark, &format!("   {unknown} unknown")));
        }
        let room = (self.style.width / 2).clamp(20, 48);
        Some(format!("{} {bar}  {tail}", self.style.cell(&path, room)))
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
