//! Which words make which claim: the table of rules, read once.

use std::sync::LazyLock;

use holdpoint_model::line::Phase;

use crate::{
    scan::CONCEPTS,
    words::{Class, Classes},
};

static CLAIMS: &str = include_str!("../data/rules.txt");
static CLASSES: &str = include_str!("../data/concepts.txt");
/// The rules of claims.
pub(crate) static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::read(CLAIMS));

/// What must stand somewhere: in the line, or in its context too.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// Any of these in the line.
    pub(crate) line: Classes,
    /// Any of these in the line, a line above it, or a heading.
    pub(crate) context: Classes,
    /// Any of these anywhere in the document.
    pub(crate) anywhere: Classes,
}

/// One way to make a claim.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) needs: Vec<Need>,
    pub(crate) forbidden: Classes,
    pub(crate) forbidden_around: Classes,
    pub(crate) forbidden_anywhere: Classes,
    /// Classes that belong to the claim.
    pub(crate) named: Classes,
    /// In hundredths.
    pub(crate) weight: u32,
    /// Phases in which it holds; none for all.
    pub(crate) phases: Vec<Phase>,
}

/// All rules, found by a class of words that one of their needs names.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) all: Vec<Rule>,
    by_class: Vec<Vec<usize>>,
    /// Classes that put a claim into words.
    pub(crate) neutral: Classes,
    /// Classes that say little of what is claimed.
    pub(crate) weak: Classes,
    /// Classes that claim something else.
    pub(crate) alien: Classes,
    /// Those of them that turn a claim round wherever they stand.
    pub(crate) turning: Classes,
}

impl Rules {
    fn read(data: &'static str) -> Self {
        let [neutral, weak, alien] = ['~', '%', '!'].map(marked);
        let mut all = Vec::new();
        let mut by_class: Vec<Vec<usize>> = Vec::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let Some((id, elements)) = line.split_once(": ") else {
                continue;
            };
            let (rule, keys) = rule(id, elements);
            for class in keys {
                let at = usize::from(class);
                if by_class.len() <= at {
                    by_class.resize_with(at + 1, Vec::new);
                }
                if let Some(list) = by_class.get_mut(at) {
                    list.push(all.len());
                }
            }
            all.push(rule);
        }
        let mut turning = Classes::default();
        for name in ["person", "review", "briefed", "trained", "approved", "negation"] {
            turning.insert(CONCEPTS.class(name));
        }
        Self { all, by_class, neutral, weak, alien, turning }
    }

    /// The rules that a class of words may begin.
    pub(crate) fn of_class(&'static self, class: Class) -> impl Iterator<Item = &'static Rule> {
        let list = self.by_class.get(usize::from(class)).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|at| self.all.get(*at))
    }
}

/// The classes that bear a mark in the vocabulary.
fn marked(mark: char) -> Classes {
    let mut set = Classes::default();
    for line in CLASSES.lines() {
        let name = line.split_once(':').map_or(line, |(name, _)| name);
        if let Some(plain) = name.strip_prefix(mark) {
            set.insert(CONCEPTS.class(plain));
        }
    }
    set
}

/// The classes that bear any of some marks.
pub(crate) fn marked_any(marks: &[char]) -> Classes {
    let mut set = Classes::default();
    for mark in marks {
        set.join(&marked(*mark));
    }
    set
}

/// A rule, and the classes under which it is found.
fn rule(id: &'static str, elements: &'static str) -> (Rule, Vec<Class>) {
    let mut rule = Rule {
        id,
        needs: Vec::new(),
        forbidden: Classes::default(),
        forbidden_around: Classes::default(),
        forbidden_anywhere: Classes::default(),
        named: Classes::default(),
        weight: 100,
        phases: Vec::new(),
    };
    let mut keys = Vec::new();
    for element in elements.split_whitespace() {
        if let Some(text) = element.strip_prefix('*') {
            rule.weight = hundredths(text);
        } else if let Some(text) = element.strip_prefix('&') {
            rule.phases = text.split(',').filter_map(Phase::read).collect();
        } else if let Some(names) = element.strip_prefix("!@") {
            each(names, |class, _| rule.forbidden_around.insert(class));
        } else if let Some(names) = element.strip_prefix("!^") {
            each(names, |class, _| rule.forbidden_anywhere.insert(class));
        } else if let Some(names) = element.strip_prefix('!') {
            each(names, |class, _| rule.forbidden.insert(class));
        } else if let Some(names) = element.strip_prefix('?') {
            each(names, |class, _| rule.named.insert(class));
        } else {
            let mut need = Need::default();
            let mut local = Vec::new();
            each(element, |class, place| {
                rule.named.insert(class);
                match place {
                    Place::Line => {
                        need.line.insert(class);
                        local.push(class);
                    }
                    Place::Around => need.context.insert(class),
                    Place::Anywhere => need.anywhere.insert(class),
                }
            });
            if keys.is_empty() && need.context.is_empty() && need.anywhere.is_empty() {
                keys = local;
            }
            rule.needs.push(need);
        }
    }
    (rule, keys)
}

/// Where a word may stand.
enum Place {
    Line,
    Around,
    Anywhere,
}

fn each(names: &'static str, mut act: impl FnMut(Class, Place)) {
    for name in names.split('|') {
        let (plain, place) = match (name.strip_prefix('@'), name.strip_prefix('^')) {
            (Some(plain), _) => (plain, Place::Around),
            (_, Some(plain)) => (plain, Place::Anywhere),
            (None, None) => (name, Place::Line),
        };
        act(CONCEPTS.class(plain), place);
    }
}

/// "1.05" in hundredths; a weight that is none counts as one.
fn hundredths(text: &str) -> u32 {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let padded = format!("{part:0<2}");
    let whole: u32 = whole.parse().unwrap_or(1);
    whole * 100 + padded.get(..2).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_a_word_of_its_line() {
        let rules = &*RULES;
        for (at, rule) in rules.all.iter().enumerate() {
            assert!(rules.by_class.iter().any(|list| list.contains(&at)), "{}: {rule:?}", rule.id);
        }
        assert_eq!(hundredths("0.95"), 95);
        assert_eq!(hundredths("1.1"), 110);
    }

    #[test]
    fn every_rule_names_an_entry_of_the_catalog() {
        for rule in &RULES.all {
            assert!(holdpoint_checks::heads::head(rule.id).is_some(), "{}", rule.id);
        }
    }
}
