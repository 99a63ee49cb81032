//! Compares a value with a text: yes, no, or that it depends on who reads it.

use std::cmp::Ordering;

use holdpoint_model::{
    ask::{Comparison, Relation},
    found::Held,
};

use super::node::Node;

/// Whether a value stands in a relation to a text.
pub(crate) fn held(node: &Node, comparison: &Comparison) -> Held {
    let text = comparison.text.as_str();
    match comparison.relation {
        Relation::Equals => equals(node, text),
        Relation::Contains => contains(node, text),
        Relation::AtLeast => bounded(node, text, |order| order != Ordering::Less),
        Relation::Greater => bounded(node, text, |order| order == Ordering::Greater),
        Relation::AtMost => bounded(node, text, |order| order != Ordering::Greater),
        Relation::Less => bounded(node, text, |order| order == Ordering::Less),
    }
}

fn sure(holds: bool) -> Held {
    if holds { Held::Yes } else { Held::No }
}

fn unsure(why: &str) -> Held {
    Held::Unsure(why.to_owned())
}

/// The truth that a word stands for.
fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "enabled" => Some(true),
        "false" | "no" | "off" | "disabled" => Some(false),
        _ => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "null" | "none" | "nil" | "~")
}

/// The text within double quotes, by which a line says that it means text.
fn in_quotes(text: &str) -> Option<&str> {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
}

/// Whether a text stands for another that is put in its place later.
pub(crate) fn refers(text: &str) -> bool {
    ["${", "{{", "$(", "<%", "%("].iter().any(|sign| text.contains(sign))
        || text
            .strip_prefix('$')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        || text.strip_prefix('@').is_some_and(|rest| rest.len() > 1 && rest.ends_with('@'))
}

fn equals(node: &Node, asked: &str) -> Held {
    match node {
        Node::Null => sure(is_null(asked)),
        Node::Bool(it) => match truth(asked) {
            Some(asked) => sure(*it == asked),
            None if matches!(asked, "0" | "1") => {
                unsure("it is a truth, and asked for is a number")
            }
            None => Held::No,
        },
        Node::Number(number) => match (in_quotes(asked), order(number, asked)) {
            (Some(_), _) | (None, None) => Held::No,
            (None, Some(order)) => sure(order == Ordering::Equal),
        },
        Node::Text(text) => equals_text(text, asked),
        Node::Loose(text) => equals_loose(text, asked),
        Node::Odd(text, why) => {
            let near = equals_loose(text, asked);
            if near == Held::No && !refers(text) && !why.contains("tag") && !why.contains("lines") {
                return Held::No;
            }
            unsure(why)
        }
        Node::List(items) => equals_list(items, asked),
        Node::Table(_) => unsure("it is a table of keys, not one value"),
    }
}

fn equals_text(text: &str, asked: &str) -> Held {
    if let Some(asked) = in_quotes(asked) {
        return sure(text == asked);
    }
    if truth(asked).is_some() && text.eq_ignore_ascii_case(asked) {
        return unsure("it is a text with the word of a truth, which some readers take as none");
    }
    if is_null(asked) && text.eq_ignore_ascii_case(asked) {
        return unsure("it is a text with the word for nothing");
    }
    if text == asked {
        return Held::Yes;
    }
    if refers(text) {
        return unsure("it refers to a value that is kept elsewhere");
    }
    Held::No
}

fn equals_loose(text: &str, asked: &str) -> Held {
    let asked = in_quotes(asked).unwrap_or(asked);
    if text == asked {
        return Held::Yes;
    }
    if refers(text) {
        return unsure("it refers to a value that is kept elsewhere");
    }
    if let (Some(a), Some(b)) = (truth(text), truth(asked)) {
        return if a == b { unsure("readers disagree on which words are true") } else { Held::No };
    }
    match order(text, asked) {
        Some(Ordering::Equal) => unsure("the same number, written otherwise"),
        Some(_) | None => match (truth(text), asked) {
            (Some(_), "0" | "1") => unsure("readers disagree on which words are true"),
            (Some(_) | None, _) if truth(asked).is_some() && matches!(text, "0" | "1") => {
                unsure("readers disagree on which words are true")
            }
            (Some(_) | None, _) => Held::No,
        },
    }
}

fn equals_list(items: &[Node], asked: &str) -> Held {
    let asked: Vec<&str> = asked.split(',').map(str::trim).collect();
    if asked.len() != items.len() {
        return Held::No;
    }
    let all: Vec<Held> =
        items.iter().zip(&asked).map(|(item, asked)| equals(item, asked)).collect();
    if all.contains(&Held::No) {
        return Held::No;
    }
    if let Some(doubt) = all.iter().find(|it| **it != Held::Yes) {
        return doubt.clone();
    }
    if asked.len() == 1 { unsure("it is a list with this one item") } else { Held::Yes }
}

fn contains(node: &Node, asked: &str) -> Held {
    let bare = in_quotes(asked).unwrap_or(asked);
    match node {
        Node::Text(text) | Node::Loose(text) => {
            if text.contains(bare) {
                Held::Yes
            } else if refers(text) {
                unsure("it refers to a value that is kept elsewhere")
            } else {
                Held::No
            }
        }
        Node::Odd(_, why) => unsure(why),
        Node::Table(entries) => sure(entries.iter().any(|(key, _)| key == bare)),
        Node::List(items) => {
            let all: Vec<Held> = items.iter().map(|item| equals(item, asked)).collect();
            if all.contains(&Held::Yes) {
                return Held::Yes;
            }
            let part = |item: &&Node| matches!(item, Node::Text(text) | Node::Loose(text) if text.contains(bare));
            if items.iter().any(|item| part(&item)) {
                return unsure("an item has it as a part, and none is it");
            }
            let doubt = all.into_iter().find(|it| matches!(it, Held::Unsure(_)));
            doubt.unwrap_or(Held::No)
        }
        Node::Null => Held::No,
        Node::Bool(_) | Node::Number(_) => equals(node, asked),
    }
}

fn bounded(node: &Node, asked: &str, fits: impl Fn(Ordering) -> bool) -> Held {
    match node {
        Node::Text(text) if order(text, asked).is_some() => {
            unsure("it is a text with a number in it, which some readers refuse")
        }
        Node::Number(text) | Node::Text(text) | Node::Loose(text) => match order(text, asked) {
            Some(order) => sure(fits(order)),
            None if refers(text) => unsure("it refers to a value that is kept elsewhere"),
            None => unsure("it is no plain number"),
        },
        Node::Odd(_, why) => unsure(why),
        Node::Null | Node::Bool(_) | Node::List(_) | Node::Table(_) => unsure("it is no number"),
    }
}

/// How two decimal numbers stand to each other, without rounding; `None` unless both are numbers.
fn order(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Decimal::read(left)?, Decimal::read(right)?);
    Some(match (left.negative, right.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => left.size(&right),
        (true, true) => right.size(&left),
    })
}

/// A decimal number: digits before and behind the point, without needless zeros.
struct Decimal {
    negative: bool,
    whole: String,
    part: String,
}

/// The largest exponent that is spread out.
const EXPONENT_MAX: i32 = 400;

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = number.starts_with('-');
        let number = number.strip_prefix(['-', '+']).unwrap_or(number);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || EXPONENT_MAX < exponent.abs() {
            return None;
        }
        let mut all = format!("{whole}{part}");
        let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
        if point < 0 {
            all.insert_str(0, &"0".repeat(usize::try_from(-point).ok()?));
        }
        let point = usize::try_from(point.max(0)).ok()?;
        let missing = point.saturating_sub(all.len());
        all.push_str(&"0".repeat(missing));
        let (whole, part) = all.split_at_checked(point)?;
        let whole = whole.trim_start_matches('0').to_owned();
        let part = part.trim_end_matches('0').to_owned();
        let negative = negative && !(whole.is_empty() && part.is_empty());
        Some(Self { negative, whole, part })
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then(self.whole.cmp(&other.whole));
        whole.then_with(|| self.part.cmp(&other.part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    fn loose(text: &str) -> Node {
        Node::Loose(text.to_owned())
    }

    fn number(text: &str) -> Node {
        Node::Number(text.to_owned())
    }

    fn word(held: &Held) -> &'static str {
        match held {
            Held::Yes => "yes",
            Held::No => "no",
            Held::Unsure(_) => "unsure",
        }
    }

    #[test]
    fn equality_knows_types() {
        for (node, asked, want) in [
            (Node::Bool(true), "true", "yes"),
            (Node::Bool(true), "on", "yes"),
            (Node::Bool(false), "true", "no"),
            (Node::Bool(true), "1", "unsure"),
            (text("true"), "true", "unsure"),
            (text("true"), "\"true\"", "yes"),
            (Node::Bool(true), "\"true\"", "no"),
            (text("false"), "true", "no"),
            (number("10"), "10.0", "yes"),
            (number("1e3"), "1000", "yes"),
            (number("9007199254740993"), "9007199254740992", "no"),
            (number("10"), "ten", "no"),
            (text("8080"), "8080", "yes"),
            (text("nodejs20.x"), "nodejs20.x", "yes"),
            (text("NodeJS"), "nodejs", "no"),
            (text(" x"), "x", "no"),
            (text("${ENV}"), "production", "unsure"),
            (text("{{ .Values.env }}"), "production", "unsure"),
            (text("$ENV"), "production", "unsure"),
            (loose("on"), "on", "yes"),
            (loose("on"), "true", "unsure"),
            (loose("off"), "true", "no"),
            (loose("1"), "true", "unsure"),
            (loose("010"), "10", "unsure"),
            (loose("010"), "11", "no"),
            (Node::Null, "null", "yes"),
            (Node::Null, "true", "no"),
            (Node::Odd("a".to_owned(), "it stands in quotes"), "a", "unsure"),
            (Node::Odd("a".to_owned(), "it stands in quotes"), "b", "no"),
            (Node::Odd("a".to_owned(), "it has a tag"), "b", "unsure"),
            (Node::List(vec![text("a"), text("b")]), "a, b", "yes"),
            (Node::List(vec![text("a"), text("b")]), "b, a", "no"),
            (Node::List(vec![text("a")]), "a", "unsure"),
            (Node::Table(Vec::new()), "a", "unsure"),
        ] {
            assert_eq!(word(&equals(&node, asked)), want, "{node:?} {asked}");
        }
    }

    #[test]
    fn parts_are_items_keys_or_pieces_of_text() {
        let list = Node::List(vec![text("dom.iterable"), text("es2022")]);
        let table = Node::Table(vec![("a".to_owned(), Node::Null)]);
        for (node, asked, want) in [
            (text("default-src 'self'"), "'self'", "yes"),
            (list.clone(), "es2022", "yes"),
            (list.clone(), "dom", "unsure"),
            (list, "esnext", "no"),
            (table.clone(), "a", "yes"),
            (table, "b", "no"),
            (Node::Null, "a", "no"),
            (number("80"), "80", "yes"),
        ] {
            assert_eq!(word(&contains(&node, asked)), want, "{node:?} {asked}");
        }
    }

    #[test]
    fn bounds_do_not_round() {
        let check = |node: Node, relation, asked: &str, want| {
            let comparison = Comparison { relation, text: asked.to_owned() };
            assert_eq!(word(&held(&node, &comparison)), want, "{node:?} {relation:?} {asked}");
        };
        check(number("10"), Relation::AtLeast, "10", "yes");
        check(number("10"), Relation::Greater, "10", "no");
        check(number("9.9999999999999999999"), Relation::AtLeast, "10", "no");
        check(number("-5"), Relation::AtMost, "-4", "yes");
        check(number("2e-3"), Relation::Less, "0.003", "yes");
        check(text("30s"), Relation::AtLeast, "10", "unsure");
        check(text("30"), Relation::AtLeast, "10", "unsure");
        check(loose("30"), Relation::AtLeast, "10", "yes");
        check(Node::Bool(true), Relation::AtLeast, "0", "unsure");
        check(number("0"), Relation::AtLeast, "-0", "yes");
    }
}
