//! A text taken apart once: terms of the vocabulary, values, and the words that neither explains.

use std::{ops::Range, sync::LazyLock};

use crate::{
    condition::condition,
    line_form, rules,
    structure::is_secret,
    values::{Value, What, values},
    words::{Class, Classes, Hit, Vocabulary, is_unspaced},
};

static DATA: &str = include_str!("../data/concepts.txt");
/// The vocabulary of claims.
pub(crate) static CONCEPTS: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(DATA));
static VALUES: LazyLock<Vec<(What, Class)>> = LazyLock::new(|| {
    let named = [
        (What::Number, "v-number"),
        (What::Percent, "v-percent"),
        (What::Size, "v-size"),
        (What::Duration, "v-duration"),
        (What::Version, "v-version"),
        (What::Code, "v-code"),
        (What::Port, "v-port"),
        (What::Path, "v-path"),
        (What::Document, "v-doc"),
        (What::Url, "v-url"),
        (What::Host, "v-host"),
        (What::Variable, "v-env"),
        (What::Assignment, "v-assign"),
        (What::Blank, "v-blank"),
    ];
    named.into_iter().map(|(what, name)| (what, CONCEPTS.class(name))).collect()
});
static SECRET: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("v-secret"));
static BOUND: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("v-bound"));

const WORD: u32 = 4;
const SIGN: u32 = 2;
/// Marks behind which a label is explained.
const DASHES: &[&str] =
    &[" for ", " - ", " \u{2013} ", " \u{2014} ", "**: ", ":** ", " \u{2014}\u{2014} "];

static CONFIGURED: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("configured"));
static DEPLOY: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("deploy-verb"));
static DEPLOYS: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("v-deploys"));
/// Classes that name nothing: they put a claim into words, or say that it is another one.
pub(crate) static MARKED: LazyLock<Classes> = LazyLock::new(|| rules::marked_any(&['~', '!', '%']));

/// A word, or one sign of a script without blanks.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Classes of the terms and values that it is part of.
    pub(crate) cover: Classes,
    /// How much of the claim it carries: a sign half as much as a word, a remark in brackets or
    /// behind a dash half as much as what stands before it, a command or a condition nothing.
    pub(crate) weight: u32,
    /// Whether it is the name of something.
    pub(crate) name: bool,
}

/// Classes that say what is a person's.
#[derive(Debug)]
pub(crate) struct Persons {
    pub(crate) trained: Class,
    pub(crate) briefed: Class,
    pub(crate) approved: Class,
    pub(crate) review: Class,
    pub(crate) report: Class,
    pub(crate) pentest: Class,
    pub(crate) audit: Class,
    pub(crate) log: Class,
    pub(crate) blank: Class,
}

/// The classes of people's statements.
pub(crate) static PERSONS: LazyLock<Persons> = LazyLock::new(|| Persons {
    trained: CONCEPTS.class("trained"),
    briefed: CONCEPTS.class("briefed"),
    approved: CONCEPTS.class("approved"),
    review: CONCEPTS.class("review"),
    report: CONCEPTS.class("report"),
    pentest: CONCEPTS.class("pentest"),
    audit: CONCEPTS.class("security-audit"),
    log: CONCEPTS.class("log"),
    blank: CONCEPTS.class("v-blank"),
});

/// What was found in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    pub(crate) hits: Vec<Hit>,
    pub(crate) set: Classes,
    pub(crate) tokens: Vec<Token>,
    pub(crate) values: Vec<Value>,
    /// Where the label ends that the rest of the text explains, if the label names something.
    pub(crate) label: Option<usize>,
}

impl Scan {
    pub(crate) fn of(text: &str) -> Self {
        let silent = merged(silent(text));
        let aside = merged(aside(text));
        let first = first_sentence(text);
        let is_silent = |start: usize| is_within(&silent, start);
        let mut values = values(text);
        values.retain(|value| !is_silent(value.start));
        let mut hits = CONCEPTS.hits(text);
        let addresses = values.iter().filter(|it| matches!(it.what, What::Url | What::Host));
        let addresses = merged(addresses.map(|it| it.start..it.end).collect());
        let is_spoken = |at: usize| !is_silent(at) && !is_within(&addresses, at) && at < first;
        hits.retain(|hit| is_spoken(hit.start));
        for value in &values {
            let class =
                VALUES.iter().find(|(what, _)| *what == value.what).map(|(_, class)| *class);
            let name = value.text.split('=').next().unwrap_or_default();
            let secret = matches!(value.what, What::Variable | What::Assignment) && is_secret(name);
            let classes = class
                .into_iter()
                .chain(value.bound.map(|_| *BOUND))
                .chain(secret.then_some(*SECRET));
            hits.extend(classes.map(|class| Hit { class, start: value.start, end: value.end }));
        }
        hits.extend(deploys(text, &hits));
        let mut set = Classes::default();
        for hit in &hits {
            set.insert(hit.class);
        }
        let label = label(text)
            .filter(|end| hits.iter().any(|hit| hit.end <= *end && !MARKED.has(hit.class)));
        if label.is_some() {
            // "Label: value" says that what the label names is set up like that.
            set.insert(*CONFIGURED);
        }
        let lead = values.first().filter(|it| it.what == What::Variable && opens(text, it.start));
        let lead = lead.map_or(text.len(), |it| it.end);
        let sentence = is_sentence_case(text);
        let mut tokens = tokens(text);
        for token in &mut tokens {
            let remark = is_within(&aside, token.start);
            token.name = is_name(text, token, sentence);
            token.weight = if is_silent(token.start) || first <= token.start {
                0
            } else if lead <= token.start {
                token.weight / 4
            } else if remark || label.is_some_and(|end| end <= token.start) {
                token.weight / 2
            } else {
                token.weight
            };
        }
        for hit in &hits {
            let from = tokens.partition_point(|it| it.end <= hit.start);
            let covered = tokens.iter_mut().skip(from).take_while(|it| it.start < hit.end);
            covered.for_each(|it| it.cover.insert(hit.class));
        }
        Self { hits, set, tokens, values, label }
    }
}

/// Ranges in the order of their starts, those that touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|it| it.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => all.push(range),
        }
    }
    all
}

/// Whether a place lies in one of the ranges that [`merged`] gave.
fn is_within(ranges: &[Range<usize>], at: usize) -> bool {
    let behind = ranges.partition_point(|it| it.start <= at);
    behind.checked_sub(1).and_then(|it| ranges.get(it)).is_some_and(|it| at < it.end)
}

/// The word with which a text orders to deploy something.
fn deploys(text: &str, hits: &[Hit]) -> Option<Hit> {
    let first = hits.iter().find(|hit| hit.class == *DEPLOY && opens(text, hit.start))?;
    let word = text.get(first.start..first.end)?;
    // "Deployed" reports, "deployment" names; neither orders anything.
    let orders = ["deploy", "redeploy", "publish"].iter().any(|it| word.eq_ignore_ascii_case(it));
    orders.then_some(Hit { class: *DEPLOYS, ..*first })
}

/// Whether no word stands before a place.
fn opens(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|head| !head.contains(char::is_alphanumeric))
}

/// Where a label ends: bold words at the beginning with a colon or a dash behind them.
fn label(text: &str) -> Option<usize> {
    let text_start =
        text.len() - text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '*').len();
    let inner = text.get(text_start..)?.strip_prefix("**")?;
    let length = inner.find("**")?;
    let end = text_start + 2 + length;
    let behind = text.get(end + 2..)?.trim_start();
    let colon = inner.get(..length)?.ends_with([':', '：']);
    let marked = colon || behind.starts_with([':', '：', '-', '\u{2013}', '\u{2014}']);
    (marked && behind.contains(char::is_alphanumeric)).then_some(end)
}

/// Commands and conditions: they say how to look and when, not what is claimed.
pub(crate) fn silent(text: &str) -> Vec<Range<usize>> {
    let commands = line_form::commands(text).map(|span| {
        let start = span.as_ptr().addr() - text.as_ptr().addr();
        start..start + span.len()
    });
    commands.chain(condition(text)).collect()
}

/// Where the first sentence ends. What follows explains it.
fn first_sentence(text: &str) -> usize {
    let ends = ["。", ". ", ".** ", ".\n", "? ", "?** "];
    let is_word = |at: &usize| {
        let word = text
            .get(..*at)
            .and_then(|head| head.split_whitespace().next_back())
            .unwrap_or_default();
        2 < word.trim_matches(['(', '*']).len()
            && !matches!(word, "etc" | "vs" | "e.g" | "i.e" | "incl")
            && !word.contains('.')
    };
    let places = text.match_indices(['.', '?', '。']).map(|(at, _)| at);
    let ends = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        ends.iter().any(|end| rest.starts_with(end)) && is_word(at)
    };
    places.into_iter().find(ends).map_or(text.len(), |at| at + 1)
}

/// A name: capitals within a word, or at its start within a sentence. Names say of whom something
/// is claimed rather than what.
fn is_name(text: &str, token: &Token, sentence: bool) -> bool {
    let word = text.get(token.start..token.end).unwrap_or_default();
    let mut chars = word.chars();
    let first = chars.next().is_some_and(char::is_uppercase);
    let inside = chars.any(char::is_uppercase);
    let opens = opens(text, token.start);
    inside || first && !opens && !word.is_ascii() || first && !opens && sentence
}

/// Whether most words of a text begin small, so that a capital means a name.
fn is_sentence_case(text: &str) -> bool {
    let words = || {
        text.split_whitespace().filter(|word| word.chars().next().is_some_and(char::is_alphabetic))
    };
    let small = words().filter(|word| word.chars().next().is_some_and(char::is_lowercase)).count();
    words().count() < small * 2 + 2
}

/// Remarks: what stands in brackets, and what stands behind a dash.
fn aside(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '（' => open = Some(at),
            ')' | '）' => found.extend(open.take().map(|start| start..at)),
            _ => {}
        }
    }
    let begins = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        DASHES.iter().any(|dash| rest.starts_with(dash))
    };
    let places = text.match_indices([' ', '*', ':']).map(|(at, _)| at);
    let dash = places.into_iter().find(begins);
    found.extend(dash.filter(|at| *at > 0).map(|at| at..text.len()));
    found
}

fn tokens(text: &str) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let mut open = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let is_word = c.is_alphanumeric() || c == '_';
        let sign = is_unspaced(c);
        if is_word
            && !sign
            && open
            && let Some(last) = all.last_mut()
        {
            last.end = end;
        } else if is_word {
            let weight = if sign { SIGN } else { WORD };
            all.push(Token { start, end, cover: Classes::default(), weight, name: false });
        }
        open = is_word && !sign;
    }
    all
}
