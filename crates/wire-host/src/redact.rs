//! Takes secrets out of text before it leaves this wire, those of its own environment included.

pub use holdpoint_model::redact::{MARK, Redactor, looks_secret, text};

/// A redactor that knows this process's own environment.
pub fn of_environment() -> Redactor {
    Redactor::of_variables(
        std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
    )
}
