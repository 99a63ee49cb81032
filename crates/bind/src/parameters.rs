//! Turns the values of a text into the parameters of an entry of the catalog.

use std::collections::BTreeMap;

use crate::{candidate::Reading, kind::Subject};

type Params = BTreeMap<String, String>;

/// The parameters of a claim.
pub(crate) fn of(_id: &str, _it: &Subject<'_>, _reading: &Reading<'_>) -> Params {
    Params::new()
}

pub(crate) fn of_command(_id: &str, _text: &str) -> Params {
    Params::new()
}

pub(crate) fn of_trigger(_it: &Subject<'_>) -> Params {
    Params::new()
}

pub(crate) fn of_assignment(name: &str, _value: &str, _secret: bool) -> Params {
    Params::from([("name".to_owned(), name.to_owned())])
}

/// A date in a text, as `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<&str> {
    let text = text.trim();
    let shape = |(at, byte): (usize, u8)| {
        if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    (text.len() == 10 && text.bytes().enumerate().all(shape)).then_some(text)
}
