//! Reads deadlines, windows and recurrences from headings.

use crate::{outline::NAMES, words::Classes};

/// When the work of a section is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// Up to so many hours after the deployment.
    Hours(u32),
    /// Again and again.
    Recurring,
}

const DAY: u32 = 24;
/// Signs between which a window is put into a heading.
const HOURS: &[&str] = &[
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "小时",
    "時間",
    "시간",
    "hora",
    "horas",
    "stunden",
    "stunde",
    "heure",
    "heures",
    "час",
    "часа",
    "часов",
];
const DAYS: &[&str] = &[
    "d", "day", "days", "天", "日", "일", "일차", "dia", "dias", "día", "días", "tag", "tage",
    "jour", "jours", "день", "дня", "дней",
];
const WEEKS: &[&str] = &[
    "w",
    "week",
    "weeks",
    "周",
    "週間",
    "주",
    "주차",
    "semana",
    "semanas",
    "woche",
    "wochen",
    "semaine",
    "semaines",
    "неделя",
    "недели",
    "неделю",
];
const MONTHS: &[&str] = &[
    "month",
    "months",
    "个月",
    "ヶ月",
    "か月",
    "개월",
    "개월차",
    "mês",
    "meses",
    "mes",
    "monat",
    "monate",
    "mois",
    "месяц",
    "месяца",
];
const OPENERS: &[&str] = &[
    "within",
    "first",
    "next",
    "dentro",
    "primeras",
    "primeros",
    "primeiras",
    "primeiros",
    "innerhalb",
    "ersten",
    "sous",
    "premières",
    "premiers",
];
const CLOSERS: &[&str] = &["以内", "之内", "内", "이내"];

/// The window or recurrence that a heading states. A time to be spent ("(5 min)") is none.
pub(crate) fn window(heading: &str, words: &Classes) -> Option<Window> {
    let recurring = [NAMES.daily, NAMES.weekly, NAMES.monthly];
    if recurring.into_iter().any(|class| words.has(class)) {
        return Some(Window::Recurring);
    }
    if words.has(NAMES.pre) {
        return None;
    }
    let tokens = tokens(heading);
    tokens.iter().enumerate().find_map(|(at, token)| {
        let Token::Number(number) = token else {
            return None;
        };
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let next = tokens.get(at + 1);
        let ranged = matches!(before, Some(Token::Dash));
        // "Day 1", "Week 1": the unit stands in front.
        if let Some(Token::Word(word)) = before
            && !matches!(next, Some(Token::Dash))
            && let Some(unit) = unit(word).filter(|hours| DAY <= *hours && word.chars().count() > 1)
        {
            return Some(Window::Hours(number.saturating_mul(unit)));
        }
        let Some(Token::Word(word)) = next else {
            return None;
        };
        let counter = word.ends_with('차');
        let closed = CLOSERS.iter().any(|it| word.ends_with(it))
            || matches!(tokens.get(at + 2), Some(Token::Word(word)) if CLOSERS.contains(&word.as_str()));
        let stem = CLOSERS.iter().find_map(|it| word.strip_suffix(it)).unwrap_or(word);
        let opened = matches!(before, Some(Token::Word(word)) if OPENERS.contains(&word.as_str()));
        let unit = unit(stem)?;
        let first = word.starts_with('天') && matches!(before, Some(Token::Word(word)) if word == "第");
        (ranged || opened || closed || counter || first)
            .then(|| Window::Hours(number.saturating_mul(unit)))
    })
}

fn unit(word: &str) -> Option<u32> {
    let table = [(HOURS, 1), (DAYS, DAY), (WEEKS, 7 * DAY), (MONTHS, 30 * DAY)];
    table.into_iter().find(|(names, _)| names.contains(&word)).map(|(_, hours)| hours)
}

#[derive(Debug)]
enum Token {
    Number(u32),
    Word(String),
    Dash,
    Other,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (length, token) = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            let number = rest.get(..end).and_then(|it| it.parse().ok());
            (end, number.map_or(Token::Other, Token::Number))
        } else if first.is_alphabetic() {
            let end = run(|c: char| c.is_alphabetic());
            (end, Token::Word(rest.get(..end).unwrap_or_default().to_lowercase()))
        } else if matches!(first, '-' | '\u{2013}' | '\u{2014}' | '~' | '\u{301c}') {
            (first.len_utf8(), Token::Dash)
        } else {
            let length = first.len_utf8();
            if first.is_whitespace() {
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            (length, Token::Other)
        };
        all.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(heading: &str) -> Option<Window> {
        window(heading, &Classes::default())
    }

    #[test]
    fn deadlines_are_read() {
        assert_eq!(of("Within 1 Hour"), Some(Window::Hours(1)));
        assert_eq!(of("Within 1 Week"), Some(Window::Hours(168)));
        assert_eq!(of("Immediate (0-1 hour)"), Some(Window::Hours(1)));
        assert_eq!(of("Short-term (1-24 hours)"), Some(Window::Hours(24)));
        assert_eq!(of("Medium-term (1\u{2013}7 days)"), Some(Window::Hours(168)));
        assert_eq!(of("Day 1"), Some(Window::Hours(24)));
        assert_eq!(of("Month 1"), Some(Window::Hours(720)));
        assert_eq!(of("1주차"), Some(Window::Hours(168)));
        assert_eq!(of("24小时内"), Some(Window::Hours(24)));
    }

    #[test]
    fn a_duration_or_a_number_of_a_step_is_no_deadline() {
        for heading in
            ["Paso 1: Respaldar (5 min)", "Step 2: Deploy", "1. Setup", "Fase 3 (2 horas)"]
        {
            assert_eq!(of(heading), None, "{heading}");
        }
    }
}
