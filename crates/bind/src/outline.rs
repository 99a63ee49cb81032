//! What each section of a document is for, read from its headings once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use holdpoint_document::{Document, Form, Heading, Line, SectionId};
use holdpoint_model::line::Phase;

use crate::{
    when::{self, Window},
    words::{Class, Classes, Hit, Vocabulary},
};

static DATA: &str = include_str!("../data/outline.txt");
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(DATA));
/// The classes of the vocabulary that the rules of phases and kinds name.
pub(crate) static NAMES: LazyLock<Names> = LazyLock::new(|| Names::read(&VOCABULARY));

macro_rules! names {
    ($($field:ident = $word:literal),* $(,)?) => {
        /// Classes of words of headings, by name.
        #[derive(Debug)]
        pub(crate) struct Names { $(pub(crate) $field: Class),* }

        impl Names {
            fn read(vocabulary: &Vocabulary) -> Self {
                Self { $($field: vocabulary.class($word)),* }
            }
        }
    };
}

names! {
    signoff = "signoff", rollback = "rollback", trigger = "trigger", emergency = "emergency",
    contacts = "contacts", reference = "reference",
    maintenance = "maintenance", no_maintenance = "no-maintenance",
    daily = "daily", weekly = "weekly", monthly = "monthly",
    post = "post", pre = "pre", tasks = "tasks", verify = "verify", deploy = "deploy",
    post_alone = "post-alone", deploy_alone = "deploy-alone", rollback_alone = "rollback-alone",
    prepare_alone = "prepare-alone", filler = "filler", severity = "severity", owner = "owner",
    signal = "signal", monitor = "monitor", verifies = "verifies", health = "health",
    look_back = "look-back", plans = "plans", regular = "regular", reviews = "reviews",
    persons = "persons", review_done = "review-done", code_review = "code-review",
    claimed = "claimed", met = "met", report = "report", looks = "looks", changes = "changes",
    approval = "approval",
}

/// The classes of words of a text that the rules of phases and kinds name.
pub(crate) fn classes(text: &str) -> Classes {
    VOCABULARY.classes(text)
}

/// The terms of a text that the rules of phases and kinds name.
pub(crate) fn hits(text: &str) -> Vec<Hit> {
    VOCABULARY.hits(text)
}

/// What one heading says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// Classes of its own words.
    pub(crate) own: Classes,
    /// Classes of its words and of all headings above it, the document's title left out.
    pub(crate) path: Classes,
    /// Deadline or recurrence that it, or the nearest heading above it, states.
    pub(crate) window: Option<Window>,
    /// Whether it comes after a verification of the deployment, or after sign-offs, of the same section.
    pub(crate) after: bool,
    /// Whether lines of a choice stand in the sign-off section that it belongs to.
    pub(crate) outcome: bool,
    /// Whether it is the title of the document.
    pub(crate) title: bool,
    /// The phase that a person said for it, or for the nearest heading above of which one was said.
    pub(crate) said: Option<Phase>,
    /// Nearest heading that speaks of a rollback or an emergency.
    pub(crate) trouble: Trouble,
}

/// Which sort of trouble a section is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// None.
    #[default]
    None,
    /// A rollback.
    Rollback,
    /// An emergency or an incident.
    Emergency,
}

/// The sections of a document.
#[derive(Debug)]
pub(crate) struct Outline {
    sections: Vec<Section>,
}

impl Outline {
    /// Reads the headings of a document.
    pub(crate) fn of(document: &Document) -> Self {
        Self::with(document, &BTreeMap::new())
    }

    /// The same where people said phases of some headings, by their position.
    pub(crate) fn with(document: &Document, said: &BTreeMap<usize, Phase>) -> Self {
        let mut sections: Vec<Section> = Vec::with_capacity(document.headings.len());
        for (at, heading) in document.headings.iter().enumerate() {
            let above = heading.parent.and_then(|id| sections.get(id.0)).copied();
            let title = is_title(document, at, heading);
            let mut section = section(heading, title, above);
            section.said = said.get(&at).copied().or_else(|| above?.said);
            sections.push(section);
        }
        let after = follows(document, &sections);
        for (section, after) in sections.iter_mut().zip(after) {
            section.after = after;
        }
        let mut outline = Self { sections };
        outline.mark_outcomes(document);
        outline
    }

    /// What the innermost heading above a line says.
    pub(crate) fn section(&self, id: Option<SectionId>) -> Option<&Section> {
        self.sections.get(id?.0)
    }

    /// Marks the sign-off sections in which an outcome is chosen.
    fn mark_outcomes(&mut self, document: &Document) {
        let mut roots: BTreeSet<usize> = BTreeSet::new();
        for line in &document.lines {
            if matches!(line.form, Form::Choice { .. })
                && let Some(root) = self.signoff_root(document, line)
            {
                roots.insert(root);
            }
        }
        for at in 0..self.sections.len() {
            let mut next = Some(SectionId(at));
            while let Some(id) = next {
                if roots.contains(&id.0)
                    && let Some(section) = self.sections.get_mut(at)
                {
                    section.outcome = true;
                }
                next = document.headings.get(id.0).and_then(|it| it.parent);
            }
        }
    }

    fn signoff_root(&self, document: &Document, line: &Line) -> Option<usize> {
        let mut next = line.section;
        while let Some(id) = next {
            if self.sections.get(id.0)?.own.has(NAMES.signoff) {
                return Some(id.0);
            }
            next = document.headings.get(id.0)?.parent;
        }
        None
    }
}

/// The first heading is the title when no other has its level or a higher one; so is a heading of
/// level 1 that is alone.
fn is_title(document: &Document, at: usize, heading: &Heading) -> bool {
    let alone =
        || document.headings.iter().filter(|it| it.level <= heading.level).take(2).count() == 1;
    (heading.level == 1 || at == 0) && heading.level < 7 && alone()
}

fn section(heading: &Heading, title: bool, above: Option<Section>) -> Section {
    let own = own(&heading.repaired);
    let mut path = above.map(|it| it.path).unwrap_or_default();
    let mut trouble = above.map(|it| it.trouble).unwrap_or_default();
    let mut window = above.and_then(|it| it.window);
    if !title {
        path.join(&own);
        let hits = VOCABULARY.hits(&heading.repaired);
        if own.has(NAMES.prepare_alone) && is_all(&heading.repaired, &hits, NAMES.prepare_alone) {
            // "Go-live steps > Preparations": what is prepared is looked at before the first step.
            path.remove(NAMES.deploy);
        }
        if own.has(NAMES.rollback) {
            trouble = Trouble::Rollback;
        } else if own.has(NAMES.emergency) {
            trouble = Trouble::Emergency;
        }
        window = when::window(&heading.repaired, &own).or(window);
    }
    Section { own, path, window, after: false, outcome: false, title, said: None, trouble }
}

/// The classes of the words of one heading.
fn own(heading: &str) -> Classes {
    let hits = VOCABULARY.hits(heading);
    let mut own = Classes::default();
    for hit in &hits {
        own.insert(hit.class);
    }
    let alone = [
        (NAMES.post_alone, NAMES.post),
        (NAMES.deploy_alone, NAMES.deploy),
        (NAMES.rollback_alone, NAMES.rollback),
    ];
    for (alone, class) in alone {
        if own.has(alone) && is_all(heading, &hits, alone) {
            own.insert(class);
        }
    }
    // "Before the deployment steps" names them to say that it is not one of them.
    if own.has(NAMES.pre) || own.has(NAMES.post) {
        own.remove(NAMES.deploy);
    }
    own
}

/// Whether a heading has no other words than those of a class and words that fill.
fn is_all(heading: &str, hits: &[Hit], class: Class) -> bool {
    let covers = |at: usize, hit: &Hit| {
        (hit.class == class || hit.class == NAMES.filler) && (hit.start..hit.end).contains(&at)
    };
    let mut letters = heading.char_indices().filter(|(_, c)| c.is_alphabetic());
    letters.all(|(at, _)| hits.iter().any(|hit| covers(at, hit)))
}

/// Of each sub-section, whether it, or one around it, stands behind one that verifies a deployment,
/// or collects sign-offs, in the same section. The document's title is no section.
fn follows(document: &Document, sections: &[Section]) -> Vec<bool> {
    let mut opened: BTreeSet<SectionId> = BTreeSet::new();
    let mut after: Vec<bool> = Vec::with_capacity(sections.len());
    for (section, heading) in sections.iter().zip(&document.headings) {
        let real = |id: &SectionId| sections.get(id.0).is_some_and(|it| !it.title);
        let Some(parent) = heading.parent.filter(real) else {
            after.push(false);
            continue;
        };
        after.push(opened.contains(&parent) || after.get(parent.0).is_some_and(|it| *it));
        if is_post_verification(&section.own) || section.own.has(NAMES.signoff) {
            opened.insert(parent);
        }
    }
    after
}

/// Whether these words name a verification right after the deployment.
pub(crate) fn is_post_verification(words: &Classes) -> bool {
    words.has(NAMES.post) && words.has(NAMES.verify)
}
