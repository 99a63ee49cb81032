//! Numbers as people write them: operators, units, lists. One grammar for documents, settings,
//! override comments and the command line.

use std::fmt;

use crate::param::Param;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Takes an operator off the front of a text.
    pub fn split(text: &str) -> (Option<Self>, &str) {
        let text = text.trim();
        let signs = [
            ("<=", Self::AtMost),
            ("≤", Self::AtMost),
            (">=", Self::AtLeast),
            ("≥", Self::AtLeast),
            ("!=", Self::NotEqual),
            ("==", Self::Equal),
            ("<", Self::Less),
            (">", Self::Greater),
            ("=", Self::Equal),
        ];
        for (sign, operator) in signs {
            if let Some(rest) = text.strip_prefix(sign) {
                return (Some(operator), rest.trim());
            }
        }
        (None, text)
    }

    /// Whether `left` stands in this relation to `right`.
    pub fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

/// A decimal number as thousandths, so that none is rounded before it is compared.
///
/// At most three digits behind the point; the range is that of `i64` divided by a thousand.
fn thousandths(text: &str) -> Option<i64> {
    let digits = text.replace('_', "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let good = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !good(whole) || !good(part) || part.len() > 3 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(part)
}

/// Splits a number from the unit behind it.
fn number_and_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

/// What a number counts: how texts of it are read and shown.
pub trait Unit {
    /// How the manual names it.
    const KIND: &'static str;
    /// Thousandths of the base unit that one `unit` is; `None` when it is not a unit of this sort.
    fn factor(unit: &str) -> Option<i64>;
    /// The value, given in thousandths of the base unit, as people read it.
    fn show(thousandths: i64) -> String;
}

/// A number with an optional operator in front of it.
pub struct Bound<U> {
    /// The operator as written.
    pub operator: Option<Operator>,
    /// Thousandths of the base unit.
    pub thousandths: i64,
    unit: std::marker::PhantomData<U>,
}

impl<U> Clone for Bound<U> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<U> Copy for Bound<U> {}

impl<U> Bound<U> {
    /// Base units, the rest cut off.
    pub fn whole(self) -> i64 {
        self.thousandths / 1_000
    }

    /// Whether `seen` base units keep the bound, read with `default` where no operator is written.
    pub fn holds(self, default: Operator, seen: i64) -> bool {
        let operator = self.operator.unwrap_or(default);
        operator.holds(i128::from(seen) * 1_000, i128::from(self.thousandths))
    }
}

impl<U: Unit> Bound<U> {
    /// The bound as people read it, with `default` where no operator is written.
    pub fn show(self, default: Operator) -> String {
        format!("{} {}", self.operator.unwrap_or(default).sign(), U::show(self.thousandths))
    }
}

impl<U: Unit> fmt::Debug for Bound<U> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}", U::show(self.thousandths))
    }
}

impl<U: Unit> Param for Bound<U> {
    const KIND: &'static str = U::KIND;
    fn read(text: &str) -> Result<Self, String> {
        let (operator, rest) = Operator::split(text);
        let (number, unit) = number_and_unit(rest);
        let wrong = || format!("expected {}, found `{text}`", U::KIND);
        let number = thousandths(number).ok_or_else(wrong)?;
        let factor = U::factor(unit).ok_or_else(wrong)?;
        let scaled = i128::from(number) * i128::from(factor) / 1_000;
        let thousandths = i64::try_from(scaled).map_err(|_| wrong())?;
        Ok(Self { operator, thousandths, unit: std::marker::PhantomData })
    }
}

fn plain(thousandths: i64) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:03}").trim_end_matches('0').to_owned()
}

/// A count of things.
pub struct Count;
impl Unit for Count {
    const KIND: &'static str = "a number";
    fn factor(unit: &str) -> Option<i64> {
        unit.is_empty().then_some(1_000)
    }
    fn show(thousandths: i64) -> String {
        plain(thousandths)
    }
}

/// A share; the base unit is one percent. `0.8` without a sign is eighty percent.
pub struct Percent;
impl Unit for Percent {
    const KIND: &'static str = "a percentage";
    fn factor(unit: &str) -> Option<i64> {
        match unit {
            "%" => Some(1_000),
            "" => Some(100_000),
            _ => None,
        }
    }
    fn show(thousandths: i64) -> String {
        format!("{} %", plain(thousandths))
    }
}

/// A duration; the base unit is one millisecond, a bare number is seconds.
pub struct Duration;
impl Unit for Duration {
    const KIND: &'static str = "a duration";
    fn factor(unit: &str) -> Option<i64> {
        Some(match unit.to_ascii_lowercase().as_str() {
            "ms" | "millisecond" | "milliseconds" => 1_000,
            "" | "s" | "sec" | "secs" | "second" | "seconds" => 1_000_000,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000_000,
            "d" | "day" | "days" => 86_400_000_000,
            "w" | "week" | "weeks" => 604_800_000_000,
            _ => return None,
        })
    }
    fn show(thousandths: i64) -> String {
        let ms = thousandths / 1_000;
        for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")] {
            if ms >= size && ms % size == 0 {
                return format!("{} {unit}", ms / size);
            }
        }
        format!("{ms} ms")
    }
}

/// A number of days; `30d` and `30` are the same. The base unit is one day.
pub struct Days;
impl Unit for Days {
    const KIND: &'static str = "a number of days";
    fn factor(unit: &str) -> Option<i64> {
        match unit.to_ascii_lowercase().as_str() {
            "" | "d" | "day" | "days" => Some(1_000),
            "w" | "week" | "weeks" => Some(7_000),
            _ => None,
        }
    }
    fn show(thousandths: i64) -> String {
        format!("{} days", plain(thousandths))
    }
}

fn bytes_factor(unit: &str, big: i64) -> Option<i64> {
    let lower = unit.to_ascii_lowercase();
    let (letter, base) = match lower.as_str() {
        "" | "b" | "byte" | "bytes" => return Some(1_000),
        it => match it.strip_suffix("ib").or_else(|| it.strip_suffix('i')) {
            Some(letter) => (letter.to_owned(), 1_024),
            None => (it.strip_suffix('b').unwrap_or(it).to_owned(), big),
        },
    };
    let power = match letter.as_str() {
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    base.checked_pow(power)?.checked_mul(1_000)
}

fn show_bytes(thousandths: i64, big: i64, names: [&str; 4]) -> String {
    let bytes = thousandths / 1_000;
    for (power, name) in [1_u32, 2, 3, 4].into_iter().zip(names).rev() {
        let size = big.pow(power);
        if bytes >= size {
            return format!("{} {name}", plain(bytes.saturating_mul(100) / size * 10));
        }
    }
    format!("{bytes} B")
}

/// Memory; the base unit is one byte, and `GB` is what vendors sell: 2^30.
pub struct Memory;
impl Unit for Memory {
    const KIND: &'static str = "an amount of memory";
    fn factor(unit: &str) -> Option<i64> {
        bytes_factor(unit, 1_024)
    }
    fn show(thousandths: i64) -> String {
        show_bytes(thousandths, 1_024, ["KiB", "MiB", "GiB", "TiB"])
    }
}

/// Room on a disk or the size of a file; the base unit is one byte, and `GB` is 10^9.
pub struct Disk;
impl Unit for Disk {
    const KIND: &'static str = "a size";
    fn factor(unit: &str) -> Option<i64> {
        bytes_factor(unit, 1_000)
    }
    fn show(thousandths: i64) -> String {
        show_bytes(thousandths, 1_000, ["KB", "MB", "GB", "TB"])
    }
}

impl Param for String {
    const KIND: &'static str = "text";
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.strip_prefix('=').unwrap_or(text).trim().to_owned())
    }
}

impl Param for bool {
    const KIND: &'static str = "true or false";
    fn read(text: &str) -> Result<Self, String> {
        match text.trim_start_matches('=').trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(format!("expected true or false, found `{text}`")),
        }
    }
}

/// A TCP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(pub u16);
impl Param for Port {
    const KIND: &'static str = "a port";
    fn read(text: &str) -> Result<Self, String> {
        let number = text.trim_start_matches('=').trim().parse().ok();
        let port = number.filter(|port| 0 < *port);
        port.map(Self).ok_or_else(|| format!("expected a port from 1 to 65535, found `{text}`"))
    }
}

/// Several texts separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);
impl Param for Texts {
    const KIND: &'static str = "a list, separated by commas";
    fn read(text: &str) -> Result<Self, String> {
        let items = text.trim_start_matches('=').split(',').map(str::trim);
        let items: Vec<String> = items.filter(|it| !it.is_empty()).map(str::to_owned).collect();
        if items.is_empty() {
            Err(format!("expected a list, found `{text}`"))
        } else {
            Ok(Self(items))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bounds() {
        let size = |text: &str| Bound::<Memory>::read(text).map(Bound::whole);
        assert_eq!(size("8GB"), Ok(8 << 30));
        assert_eq!(size(">= 7.5 GiB"), Ok(15 << 29));
        assert_eq!(size("512 MiB"), Ok(512 << 20));
        assert_eq!(Bound::<Disk>::read("50GB").map(Bound::whole), Ok(50_000_000_000));
        assert_eq!(Bound::<Disk>::read("1KB").map(Bound::whole), Ok(1_000));
        assert_eq!(Bound::<Duration>::read("500ms").map(Bound::whole), Ok(500));
        assert_eq!(Bound::<Duration>::read("2m").map(Bound::whole), Ok(120_000));
        assert_eq!(Bound::<Percent>::read("0.1%").map(|it| it.thousandths), Ok(100));
        assert_eq!(Bound::<Percent>::read("0.8").map(|it| it.thousandths), Ok(80_000));
        for wrong in ["", "GB", "8 apples", "1.2.3", "-1", "8GB8", "9999999999999TB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bounds_are_kept_as_written() {
        let strict = Bound::<Count>::read("> 80").unwrap();
        assert!(!strict.holds(Operator::AtLeast, 80));
        let plain = Bound::<Count>::read("80").unwrap();
        assert!(plain.holds(Operator::AtLeast, 80));
        assert_eq!(plain.show(Operator::AtLeast), ">= 80");
    }

    #[test]
    fn shows_what_people_read() {
        assert_eq!(Memory::show(7_600_000_000_000 / 1_000 * 1_000), "7.07 GiB");
        assert_eq!(Duration::show(90_000_000), "90 s");
        assert_eq!(Days::show(30_000), "30 days");
    }
}
