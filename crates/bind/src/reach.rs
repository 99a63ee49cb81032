//! What a contact does not say: who it is, or how to reach them.

use holdpoint_document::{Form, Line};

use crate::lint::is_blank_to_fill;

/// Words of header cells that ask who somebody is.
const WHO: &[&str] =
    &["name", "names", "who", "person", "nombre", "nome", "nom", "имя", "姓名", "名前", "이름"];
/// Words of header cells that ask for the way to reach somebody when it matters.
const REACH: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "contact",
    "contacts",
    "telefon",
    "telefono",
    "teléfono",
    "telefone",
    "téléphone",
    "contacto",
    "contato",
    "kontakt",
    "телефон",
    "контакт",
    "电话",
    "電話",
    "联系方式",
    "連絡先",
    "전화",
    "연락처",
];
/// Words of header cells of further ways, of which one is enough.
const WAYS: &[&str] =
    &["email", "e-mail", "mail", "slack", "teams", "chat", "channel", "pager", "handle"];
/// Parts of header cells that may stay empty.
const SPARE: &[&str] = &[
    "availab",
    "escalat",
    "hours",
    "when",
    "backup",
    "secondary",
    "alternat",
    "deputy",
    "fallback",
    "note",
    "optional",
    "comment",
    "timezone",
    "time zone",
];
/// Words of header cells of tables of values, in which nobody is to be reached.
const VALUES: &[&str] =
    &["value", "values", "target", "threshold", "limit", "setting", "variable", "parameter"];
/// Whole cells that stand for one that was never filled in.
const OPEN: &[&str] = &[
    "tbd",
    "tba",
    "tbc",
    "todo",
    "n/a",
    "na",
    "none",
    "nobody",
    "unknown",
    "pending",
    "nn",
    "n.n.",
    "to be determined",
    "to be decided",
    "to be confirmed",
    "to be announced",
    "fill in",
];

/// The columns of a row, or the label of a bullet, that have to be filled in and are not.
pub(crate) fn lacking(line: &Line) -> Vec<String> {
    match &line.form {
        Form::Row { header, cells } => in_row(header, cells),
        Form::Field { fields } => {
            let open = fields.iter().filter(|(_, value)| is_empty(value));
            open.map(|(label, _)| bare(label)).take(1).collect()
        }
        Form::Box(_) | Form::Item => {
            let Some((label, value)) = line.repaired.split_once(':') else { return Vec::new() };
            let sole = value.trim_matches(['*', ' ']);
            let parent = sole.is_empty() && line.repaired.trim_end().ends_with(':');
            if !parent && is_empty(sole) { vec![bare(label)] } else { Vec::new() }
        }
        Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => Vec::new(),
    }
}

fn in_row(header: &[String], cells: &[String]) -> Vec<String> {
    let columns: Vec<(&str, &str)> =
        header.iter().map(String::as_str).zip(cells.iter().map(String::as_str)).collect();
    let needed: Vec<(&str, &str)> =
        columns.iter().copied().filter(|(head, _)| !has_part(head, SPARE)).collect();
    let ways = || needed.iter().filter(|it| has_word(it.0, REACH) || has_word(it.0, WAYS));
    if ways().next().is_some() {
        let none = ways().all(|it| is_empty(it.1));
        let must = |head: &str| {
            has_word(head, WHO) || has_word(head, REACH) || none && has_word(head, WAYS)
        };
        let open = needed.iter().filter(|it| must(it.0) && is_empty(it.1));
        return open.map(|it| bare(it.0)).collect();
    }
    // Headers that no word here names: a row that only says whose it is reaches nobody.
    let rest = needed.get(1..).unwrap_or_default();
    let values = columns.iter().any(|it| has_word(it.0, VALUES));
    let empty = !values && !rest.is_empty() && rest.iter().all(|it| is_empty(it.1));
    if empty { rest.iter().map(|it| bare(it.0)).collect() } else { Vec::new() }
}

fn has_part(head: &str, parts: &[&str]) -> bool {
    let head = head.to_lowercase();
    parts.iter().any(|part| head.contains(part))
}

fn has_word(head: &str, words: &[&str]) -> bool {
    let head = head.to_lowercase();
    let mut own = head.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    own.any(|word| words.contains(&word))
}

fn bare(label: &str) -> String {
    let decoration = |c: char| !(c.is_alphanumeric() || matches!(c, ')' | '('));
    label.trim_matches(decoration).to_owned()
}

/// Whether a value is a blank, a dash or a placeholder.
fn is_empty(value: &str) -> bool {
    let bare = value.trim_matches(['*', '`', ' ', '\t']);
    let blank = bare.chars().all(|c| matches!(c, '_' | '-' | '–' | '—' | '.' | '…' | '?' | ' '));
    if blank || bare.contains("___") && !bare.contains('@') {
        return true;
    }
    let whole = [("[", "]"), ("<", ">"), ("(", ")"), ("{", "}")];
    let inner = whole
        .iter()
        .find_map(|(open, close)| bare.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or_default()
        .trim();
    let asks = !inner.is_empty() && (is_blank_to_fill(inner) || is_open(inner));
    asks || is_open(bare)
}

/// Words that say that somebody will fill it in, and masks: `xxx`, `+1-xxx-xxxx`, `000-0000`.
fn is_open(text: &str) -> bool {
    let small = text.to_lowercase();
    let masked = || {
        let mut words = small.split(|c: char| !c.is_alphanumeric());
        let mask = |word: &str| 2 < word.len() && word.chars().all(|c| c == 'x');
        words.any(mask) && small.chars().all(|c| c == 'x' || !c.is_alphabetic())
    };
    let zeros = || {
        let digits = small.chars().filter(char::is_ascii_digit).count();
        2 < digits && small.chars().all(|c| c == '0' || !c.is_alphanumeric())
    };
    OPEN.contains(&small.as_str()) || masked() || zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(header: &str, cells: &str) -> Vec<String> {
        let split = |text: &str| text.split('|').map(|it| it.trim().to_owned()).collect::<Vec<_>>();
        in_row(&split(header), &split(cells))
    }

    #[test]
    fn what_is_empty_is_named() {
        let header = "Who | Role | Phone";
        assert_eq!(row(header, "Ann | DBA | +49 30 1234"), [""; 0]);
        for open in [
            "",
            "-",
            "—",
            "TBD",
            "tbc",
            "N/A",
            "xxx",
            "XXX-XXXX",
            "+1-XXX-XXX-XXXX",
            "<phone>",
            "[Phone]",
            "`____`",
            "???",
            "000-0000",
            "<TBD>",
            "to be determined",
        ] {
            assert_eq!(row(header, &format!("Ann | DBA | {open}")), ["Phone"], "{open}");
        }
        for said in ["0171 000 12", "#ops", "x1234", "ext. 12", "ask Ben (pending leave)", "911"] {
            assert_eq!(row(header, &format!("Ann | DBA | {said}")), [""; 0], "{said}");
        }
        assert_eq!(row(header, " | DBA | 12"), ["Who"]);
        let four = "Role | Name | **Contact** | Availability";
        assert_eq!(row(four, "DBA | | - | "), ["Name", "Contact"]);
        assert_eq!(row("Role | Phone/Slack | Backup contact", "DBA | | "), ["Phone/Slack"]);
    }

    #[test]
    fn one_of_several_ways_is_enough() {
        let header = "Team | Slack | E-mail";
        assert_eq!(row(header, "Ops | | ops@shop.test"), [""; 0]);
        assert_eq!(row(header, "Ops | | "), ["Slack", "E-mail"]);
        assert_eq!(row("Name | Phone | Slack", "Ann | 12 | "), [""; 0]);
        assert_eq!(row("Name | Phone | Slack", "Ann | | #ann"), ["Phone"]);
    }

    #[test]
    fn values_are_nobody() {
        assert_eq!(row("Metric | Target", "p95 | "), [""; 0]);
        assert_eq!(row("Role | Primary | Deputy", "DBA | | "), ["Primary"]);
    }
}
