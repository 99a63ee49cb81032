//! Says what sort of statement a line is: form first, then phase; the first rule that matches.

use holdpoint_document::{Document, Form, Line, LineId, blanks, is_worklist};
use holdpoint_model::line::{Kind, Phase};

use crate::{
    line_form,
    outline::{NAMES, Outline, Section},
    phase::is_trigger_list,
    when::Window,
    words::{Classes, Hit},
};

/// Longest window after a deployment in which something is watched rather than scheduled.
const WATCH_HOURS_MAX: u32 = 24;

/// What the rules look at.
pub(crate) struct Subject<'a> {
    pub(crate) document: &'a Document,
    pub(crate) id: LineId,
    pub(crate) line: &'a Line,
    pub(crate) phase: Phase,
    pub(crate) section: Option<&'a Section>,
    /// Terms of the line's text that the rules name.
    pub(crate) hits: &'a [Hit],
    pub(crate) words: Classes,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(
        document: &'a Document,
        outline: &'a Outline,
        id: LineId,
        line: &'a Line,
        phase: Phase,
        hits: &'a [Hit],
    ) -> Self {
        let mut words = Classes::default();
        for hit in hits {
            words.insert(hit.class);
        }
        Self { document, id, line, phase, section: outline.section(line.section), hits, words }
    }

    fn has(&self, class: u16) -> bool {
        self.words.has(class)
    }

    /// Whether the first word of the text is of that class.
    fn begins(&self, class: u16) -> bool {
        let first = self.line.repaired.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
        self.hits.iter().any(|hit| hit.class == class && hit.start == first)
    }

    fn under(&self, class: u16) -> bool {
        self.section.is_some_and(|it| it.path.has(class))
    }

    fn in_signoff(&self) -> bool {
        matches!(self.phase, Phase::Signoff | Phase::SignoffPost)
    }

    fn in_trouble(&self) -> bool {
        matches!(self.phase, Phase::Rollback | Phase::Emergency)
    }

    fn is_box(&self) -> bool {
        matches!(self.line.form, Form::Box(_))
    }

    /// Whether boxes are nested in it. Bullets and a fence explain a line, boxes divide it.
    pub(crate) fn is_parent(&self) -> bool {
        let mut children = self.document.children(self.id).filter_map(|id| self.document.line(id));
        children.any(|line| matches!(line.form, Form::Box(_)))
    }

    fn after_deployment(&self) -> bool {
        matches!(self.phase, Phase::Post | Phase::Followup | Phase::Watch)
    }
}

/// The kind of a line.
pub(crate) fn kind(it: &Subject<'_>) -> Kind {
    if let Some(kind) = of_form(it) {
        return kind;
    }
    if is_command(it) {
        return Kind::Command;
    }
    if it.phase == Phase::Emergency
        && it.under(NAMES.severity)
        && matches!(it.line.form, Form::Item)
    {
        return Kind::Config;
    }
    if it.phase != Phase::Watch && it.in_trouble() {
        return Kind::Procedure;
    }
    if it.line.bold && it.is_box() && it.is_parent() {
        return Kind::Group;
    }
    if is_watch(it) {
        return Kind::Watch;
    }
    if is_schedule(it) {
        return Kind::Schedule;
    }
    if is_attest(it) {
        return Kind::Attest;
    }
    Kind::Probe
}

/// The kinds that the form alone decides.
fn of_form(it: &Subject<'_>) -> Option<Kind> {
    let line = it.line;
    match &line.form {
        Form::Row { .. } if line_form::is_signoff_row(line) => return Some(Kind::Signoff),
        Form::Field { .. } if line_form::is_signoff_label(line) => return Some(Kind::Signoff),
        Form::Choice { .. } => return Some(Kind::Choice),
        Form::Title | Form::Field { .. } => return Some(Kind::Field),
        Form::Assignment { .. } | Form::Rule => return Some(Kind::Config),
        Form::Command { .. } => return Some(Kind::Command),
        Form::Row { header, .. }
            if !is_worklist(header) || line_form::is_contact(line, it.section) =>
        {
            return Some(Kind::Contact);
        }
        Form::Row { .. } => {}
        Form::Box(_) | Form::Item | Form::Comment { .. } => {}
    }
    if line_form::is_contact(line, it.section) {
        return Some(Kind::Contact);
    }
    if line_form::is_link(line) {
        return Some(Kind::Config);
    }
    let box_in_signoff = it.in_signoff() && it.is_box();
    let blank = box_in_signoff && !blanks(&line.text).is_empty();
    let parent = box_in_signoff && line.bold && it.is_parent();
    let approval = it.in_signoff() && it.has(NAMES.approval);
    (blank || parent || approval).then_some(Kind::Signoff)
}

/// A box of the phases deploy and post that is carried out.
fn is_command(it: &Subject<'_>) -> bool {
    if !it.is_box() || !matches!(it.phase, Phase::Deploy | Phase::Post) {
        return false;
    }
    let inline = line_form::command(&it.line.repaired).is_some();
    let changes = it.phase == Phase::Deploy && it.begins(NAMES.changes);
    inline || it.line.fence.is_some() || changes
}

fn is_watch(it: &Subject<'_>) -> bool {
    if it.section.is_some_and(is_trigger_list) {
        return true;
    }
    let window = match (it.phase, it.section.and_then(|section| section.window)) {
        (Phase::Post, _) | (Phase::Followup, None) => true,
        (Phase::Followup, Some(Window::Hours(hours))) => hours <= WATCH_HOURS_MAX,
        _ => false,
    };
    let monitored = it.begins(NAMES.monitor) || it.has(NAMES.signal);
    let other = it.begins(NAMES.verifies) || it.has(NAMES.health) || it.has(NAMES.look_back);
    window && monitored && !other
}

fn is_schedule(it: &Subject<'_>) -> bool {
    let dated = matches!(it.phase, Phase::Followup | Phase::Maintenance)
        && it.section.is_some_and(|section| section.window.is_some());
    let regular = it.begins(NAMES.regular) && it.has(NAMES.reviews);
    dated || it.begins(NAMES.plans) || regular
}

fn is_attest(it: &Subject<'_>) -> bool {
    if it.has(NAMES.code_review) {
        return false;
    }
    let report = it.has(NAMES.report) && !it.begins(NAMES.changes);
    let claimed = it.has(NAMES.claimed) && it.has(NAMES.met);
    let looks = it.after_deployment() && it.begins(NAMES.looks);
    it.has(NAMES.persons) || it.has(NAMES.review_done) || claimed || report || looks || of_owner(it)
}

/// In a sign-off section everything that the product owner states is a person's.
fn of_owner(it: &Subject<'_>) -> bool {
    if !it.in_signoff() {
        return false;
    }
    let parent = it.line.parent.and_then(|id| it.document.line(id));
    let heading = it.section.is_some_and(|section| section.own.has(NAMES.owner));
    heading || parent.is_some_and(|line| crate::outline::classes(&line.repaired).has(NAMES.owner))
}
