//! Parameters: what a line may set, described once, read by one grammar.

use std::{collections::BTreeMap, fmt};

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Name of the parameter.
    pub name: String,
    /// What is wrong.
    pub trouble: Trouble,
}

/// The two complaints: the one makes a line unknown, the other is a mistake of the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not given and has no default.
    Missing,
    /// It cannot be read; the text says what would have been.
    Wrong(String),
}

impl fmt::Display for Complaint {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trouble {
            Trouble::Missing => write!(to, "`{}` is not given", self.name),
            Trouble::Wrong(why) => write!(to, "`{}`: {why}", self.name),
        }
    }
}

/// A value that a line can carry.
pub trait Param: Sized {
    /// How the manual names the type.
    const KIND: &'static str;
    /// Reads the value, or says what would have been accepted.
    fn read(text: &str) -> Result<Self, String>;
}

/// One row of a check's parameter table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Name as written on a line.
    pub name: &'static str,
    /// [`Param::KIND`].
    pub kind: &'static str,
    /// Default, as text that the same reader reads.
    pub default: Option<&'static str>,
    /// Whether the parameter may be absent without a default.
    pub optional: bool,
    /// What it is, as a sentence.
    pub doc: &'static str,
}

/// A set of parameters; implemented by [`params!`](crate::params).
pub trait Params: Sized {
    /// The rows of the manual's table.
    const SPECS: &'static [Spec];
    /// Reads all of them, or returns every complaint.
    fn read(given: &BTreeMap<String, String>) -> Result<Self, Vec<Complaint>>;
}

/// Declares a parameter struct: fields, names, defaults, reader and manual rows from one place.
///
/// `field: Type = "default"` has a default (text, read like the user's), `field: Type` must be
/// given, `field: Option<Type> = none` may be absent. The name on a line is the field's with `-`
/// for `_`.
#[macro_export]
macro_rules! params {
    ($(#[$outer:meta])* $vis:vis struct $name:ident {
        $( #[doc = $doc:literal] $field:ident ( $text:literal ) : $ty:ty $(= $default:tt)? ),* $(,)?
    }) => {
        $(#[$outer])*
        #[derive(Clone, Debug)]
        $vis struct $name { $( #[doc = $doc] $vis $field: $ty ),* }

        impl $crate::param::Params for $name {
            const SPECS: &'static [$crate::param::Spec] = &[$( $crate::param::Spec {
                name: $text,
                kind: <$ty as $crate::param::Slot>::KIND,
                default: $crate::params!(@default $($default)?),
                optional: <$ty as $crate::param::Slot>::OPTIONAL,
                doc: $doc,
            } ),*];

            fn read(
                given: &std::collections::BTreeMap<String, String>,
            ) -> Result<Self, Vec<$crate::param::Complaint>> {
                let mut wrong = Vec::new();
                $( let $field = <$ty as $crate::param::Slot>::fill(
                    $text, $crate::params!(@default $($default)?), given, &mut wrong); )*
                match ($($field,)*) {
                    ($(Some($field),)*) if wrong.is_empty() => Ok(Self { $($field),* }),
                    _ => Err(wrong),
                }
            }
        }
    };
    (@default) => { None };
    (@default none) => { None };
    (@default $default:literal) => { Some($default) };
}

/// A field of [`params!`](crate::params): a parameter that must have a value, or one that may not.
pub trait Slot: Sized {
    /// [`Param::KIND`].
    const KIND: &'static str;
    /// Whether absence is fine.
    const OPTIONAL: bool;
    /// Reads the given text or the default; `None` leaves a complaint behind.
    fn fill(
        name: &str,
        default: Option<&str>,
        given: &BTreeMap<String, String>,
        wrong: &mut Vec<Complaint>,
    ) -> Option<Self>;
}

impl<T: Param> Slot for T {
    const KIND: &'static str = T::KIND;
    const OPTIONAL: bool = false;
    fn fill(
        name: &str,
        default: Option<&str>,
        given: &BTreeMap<String, String>,
        wrong: &mut Vec<Complaint>,
    ) -> Option<Self> {
        let text = given.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let Some(text) = text.or(default) else {
            wrong.push(Complaint { name: name.to_owned(), trouble: Trouble::Missing });
            return None;
        };
        read_one(name, text, wrong)
    }
}

impl<T: Param> Slot for Option<T> {
    const KIND: &'static str = T::KIND;
    const OPTIONAL: bool = true;
    fn fill(
        name: &str,
        default: Option<&str>,
        given: &BTreeMap<String, String>,
        wrong: &mut Vec<Complaint>,
    ) -> Option<Self> {
        let text = given.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        match text.or(default) {
            None => Some(None),
            Some(text) => read_one(name, text, wrong).map(Some),
        }
    }
}

fn read_one<T: Param>(name: &str, text: &str, wrong: &mut Vec<Complaint>) -> Option<T> {
    let complain = |why| Complaint { name: name.to_owned(), trouble: Trouble::Wrong(why) };
    T::read(text).map_err(|why| wrong.push(complain(why))).ok()
}
