//! Kinds of parameters that several checks have and that are no plain numbers.

use holdpoint_model::param::Param;

/// Declares an enum whose values are words on a line.
macro_rules! choice {
    ($(#[$outer:meta])* $vis:vis enum $name:ident = $kind:literal {
        $( $(#[$inner:meta])* $variant:ident = $word:literal ),* $(,)?
    }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $( $(#[$inner])* $variant ),* }

        impl holdpoint_model::param::Param for $name {
            const KIND: &'static str = $kind;
            fn read(text: &str) -> Result<Self, String> {
                match text.trim_start_matches('=').trim().to_ascii_lowercase().as_str() {
                    $( $word => Ok(Self::$variant), )*
                    _ => Err(format!("expected {}, found `{text}`", $kind)),
                }
            }
        }
    };
}
pub(crate) use choice;

/// An HTTP status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(pub(crate) u16);

impl Param for Status {
    const KIND: &'static str = "an HTTP status";
    fn read(text: &str) -> Result<Self, String> {
        let code = text.trim_start_matches('=').trim().parse().ok();
        let code = code.filter(|code| (100..600).contains(code));
        code.map(Self).ok_or_else(|| format!("expected a status from 100 to 599, found `{text}`"))
    }
}

/// Milliseconds of a duration, as an ask carries them: at least one.
pub(crate) fn ms(
    bound: holdpoint_model::quantity::Bound<holdpoint_model::quantity::Duration>,
) -> u32 {
    u32::try_from(bound.whole().max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_codes() {
        assert_eq!(Status::read("=429"), Ok(Status(429)));
        for wrong in ["", "42", "600", "ok"] {
            assert!(Status::read(wrong).is_err(), "{wrong}");
        }
    }
}
