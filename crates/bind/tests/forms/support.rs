//! Reading a document, and saying what is wanted of its lines.

use holdpoint_bind::{
    lint::{Subject, lint, rule_name},
    plan::{Inputs, plan},
    settings::Settings,
    understand::{Understood, understand},
};
use holdpoint_document::{Document, Form, Line, LineId, parse};
use holdpoint_model::line::{Binding, Kind, Phase};

/// Makes of each named form a test and an entry of the module's list.
macro_rules! forms {
    ($($form:literal => $name:ident),* $(,)?) => {
        /// The forms of this part of the page, in its order.
        pub(crate) const FORMS: &[&str] = &[$($form),*];

        mod each {
            $(#[test] fn $name() { super::$name(); })*
        }
    };
}
pub(crate) use forms;

/// A document with what its lines mean.
pub(crate) struct Page {
    pub(crate) document: Document,
    means: Vec<Understood>,
}

/// Reads a document.
pub(crate) fn page(text: &str) -> Page {
    let document = parse(text.as_bytes());
    let means = understand(&document);
    Page { document, means }
}

fn word(form: &Form) -> &'static str {
    match form {
        Form::Box(mark) if mark.ticked => "ticked",
        Form::Box(_) => "box",
        Form::Item => "item",
        Form::Command { .. } => "command",
        Form::Assignment { .. } => "assignment",
        Form::Comment { .. } => "comment",
        Form::Row { .. } => "row",
        Form::Field { .. } => "field",
        Form::Choice { .. } => "choice",
        Form::Rule => "rule",
        Form::Title => "title",
    }
}

impl Page {
    /// Wants these lines and no others: physical line, form, physical line of the parent, text.
    #[track_caller]
    pub(crate) fn has(&self, wanted: &[&str]) -> &Self {
        let number = |id: LineId| self.document.line(id).map_or(0, |line| line.number);
        let rows = self.document.lines.iter().map(|line| {
            let parent = line.parent.map_or(0, number);
            format!("{} {} ^{parent} {}", line.number, word(&line.form), line.repaired)
        });
        assert_eq!(rows.collect::<Vec<_>>(), wanted);
        self
    }

    /// Wants these headings and no others: physical line, level, text.
    #[track_caller]
    pub(crate) fn headed(&self, wanted: &[&str]) -> &Self {
        let all = self.document.headings.iter();
        let rows = all.map(|it| format!("{} {} {}", it.number, it.level, it.repaired));
        assert_eq!(rows.collect::<Vec<_>>(), wanted);
        self
    }

    #[track_caller]
    fn find(&self, number: usize) -> usize {
        let found = self.document.lines.iter().position(|line| line.number == number);
        found.unwrap_or_else(|| panic!("no line {number}"))
    }

    /// The line at that physical line.
    #[track_caller]
    pub(crate) fn line(&self, number: usize) -> &Line {
        &self.document.lines[self.find(number)]
    }

    /// What the line there means.
    #[track_caller]
    pub(crate) fn means(&self, number: usize) -> &Understood {
        &self.means[self.find(number)]
    }

    /// Wants the line there to be of that phase and kind.
    #[track_caller]
    pub(crate) fn is(&self, number: usize, phase: Phase, kind: Kind) -> &Self {
        let found = self.means(number);
        assert_eq!((found.phase, found.kind), (phase, kind), "line {number}: {found:?}");
        self
    }

    /// Wants the line there bound to that entry first, with these parameters.
    #[track_caller]
    pub(crate) fn binds(&self, number: usize, id: &str, params: &[(&str, &str)]) -> &Self {
        self.says(number, Binding::Bound, id, params)
    }

    /// Wants the line there to be a person's turn, by that entry, with these parameters.
    #[track_caller]
    pub(crate) fn asks(&self, number: usize, id: &str, params: &[(&str, &str)]) -> &Self {
        self.says(number, Binding::Asked, id, params)
    }

    #[track_caller]
    fn says(&self, number: usize, state: Binding, id: &str, params: &[(&str, &str)]) -> &Self {
        let found = self.means(number);
        let first = found.checks.first().unwrap_or_else(|| panic!("line {number}: {found:?}"));
        assert_eq!((found.state, first.id.as_str()), (state, id), "line {number}: {found:?}");
        for (name, value) in params {
            let have = first.params.get(*name).map(String::as_str);
            assert_eq!(have, Some(*value), "line {number}, {name}: {found:?}");
        }
        self
    }

    /// Wants the line there bound to no check.
    #[track_caller]
    pub(crate) fn free(&self, number: usize) -> &Self {
        let found = self.means(number);
        assert_ne!(found.state, Binding::Bound, "line {number}: {found:?}");
        self
    }

    /// The heading above the line there.
    #[track_caller]
    pub(crate) fn section(&self, number: usize) -> Option<&str> {
        let heading = self.document.heading(self.line(number).section?)?;
        Some(&heading.repaired)
    }

    /// The body of the fence that belongs to the item there.
    #[track_caller]
    pub(crate) fn fence(&self, number: usize) -> Option<&str> {
        let fence = self.document.fences.get(self.line(number).fence?)?;
        Some(&fence.body)
    }
}

/// The names of the rules of `holdpoint lint` that find something, with the physical line.
pub(crate) fn complaints(text: &str) -> Vec<(usize, String)> {
    let document = parse(text.as_bytes());
    let settings = Settings::empty("holdpoint.toml");
    let inputs = Inputs {
        document: &document,
        path: "list.md",
        settings: &settings,
        lock: None,
        environment: None,
    };
    let planned = plan(inputs);
    let exists = |_: &str| true;
    let subject = Subject { document: &document, plan: &planned.plan, lock: None, exists: &exists };
    lint(&subject, &[]).iter().map(|it| (it.line, rule_name(it).to_owned())).collect()
}
