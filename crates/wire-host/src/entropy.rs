//! Estimates the entropy of a value, rather too low than too high; whole numbers only, so that
//! every machine comes to the same figure.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::{kinds, listed};

/// Characters that are looked at; what a longer value adds is not counted.
const CHARS_MAX: usize = 1_024;
/// Thousandths of a bit for naming an earlier place and a length.
const REPEAT: u64 = 10_000;
/// Thousandths of a bit for a word of the list.
const WORD: u64 = 10_000;
/// Thousandths of a bit for a stretch of a keyboard's row.
const ROW: u64 = 10_000;
/// Thousandths of a bit for the length and direction of a sequence.
const SEQUENCE: u64 = 6_000;
/// Thousandths of a bit for a letter of a text in a human language.
const LETTER: u64 = 2_300;
/// Thousandths of a bit that a pattern must save: smaller ones turn up in random values too.
const SAVING_MIN: u64 = 8_000;

const ROWS: [&str; 10] = [
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1234567890-=",
    "!@#$%^&*()_+",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qwertzuiop",
    "azertyuiop",
];

/// The commonest pairs of letters of English text.
const PAIRS: &str = "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha \
    as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho \
    pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na \
    ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty \
    op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn";

/// Estimates of values that were met before, by the digest of the value: every line about a
/// variable reads the whole file, and an estimate costs far more than a digest.
static MET: LazyLock<Mutex<BTreeMap<[u8; 32], u32>>> = LazyLock::new(Mutex::default);
/// How many are kept.
const MET_MAX: usize = 20_000;

/// Bits of the whole value.
pub(crate) fn bits(value: &str) -> u32 {
    let digest: [u8; 32] = Sha256::digest(value.as_bytes()).into();
    let met = || MET.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bits) = met().get(&digest) {
        return *bits;
    }
    let bits = estimated(value);
    let mut met = met();
    if met.len() < MET_MAX {
        met.insert(digest, bits);
    }
    bits
}

fn estimated(value: &str) -> u32 {
    let direct = estimate(value).min(cap(value)) / 1_000;
    // A text that was only packed has no more entropy than the text.
    let inner = listed::unpacked(value).into_iter().filter(|text| 6 <= text.len());
    let whole = inner.map(|text| estimate(&text) / 1_000).fold(direct, u64::min);
    u32::try_from(whole).unwrap_or(u32::MAX)
}

/// Thousandths of a bit that a value of a known making has at most.
fn cap(value: &str) -> u64 {
    let lower: Vec<char> = value.trim().to_lowercase().chars().take(CHARS_MAX).collect();
    let bytes = [kinds::unhex(value), kinds::unbase64(value)];
    let counted = bytes.iter().flatten().any(|bytes| is_counted(bytes));
    if counted || is_interleaved(&lower) { SEQUENCE * 4 } else { uuid(&lower) }
}

/// Thousandths of a bit of a UUID; its version says how it was made.
fn uuid(lower: &[char]) -> u64 {
    let hyphens = [8, 13, 18, 23];
    let formed = lower.len() == 36
        && lower.iter().enumerate().all(|(at, letter)| {
            if hyphens.contains(&at) { *letter == '-' } else { letter.is_ascii_hexdigit() }
        });
    match lower.get(14).filter(|_| formed) {
        Some('4') => 122_000,
        Some('7') => 74_000,
        Some('1' | '2' | '3' | '5' | '6') => 60_000,
        Some(_) | None => u64::MAX,
    }
}

/// Bytes that count up or down in steps of one size.
fn is_counted(bytes: &[u8]) -> bool {
    let mut steps = bytes.windows(2).filter_map(|pair| match pair {
        [a, b] => Some(b.wrapping_sub(*a)),
        _ => None,
    });
    let first = steps.next();
    8 <= bytes.len() && steps.all(|step| Some(step) == first)
}

/// Two or three sequences whose letters take turns: `aAbBcC`, `a1b2c3`.
fn is_interleaved(lower: &[char]) -> bool {
    (2..=3).any(|stride| {
        4 * stride <= lower.len()
            && (0..stride).all(|start| {
                let turn: Vec<char> = lower.iter().skip(start).step_by(stride).copied().collect();
                let constant = turn.iter().all(|letter| Some(letter) == turn.first());
                constant || sequence(&turn) == turn.len()
            })
    })
}

/// Thousandths of a bit: the cheapest way to spell the value with literals and patterns.
fn estimate(value: &str) -> u64 {
    let chars: Vec<char> = value.trim_end_matches('=').chars().take(CHARS_MAX).collect();
    let literal = literal(&chars);
    let lower: Vec<char> = chars.iter().map(char::to_ascii_lowercase).collect();
    let repeats = repeats(&lower);
    let mut costs = vec![u64::MAX; chars.len() + 1];
    if let Some(first) = costs.first_mut() {
        *first = 0;
    }
    for at in 0..chars.len() {
        let base = costs.get(at).copied().unwrap_or(u64::MAX);
        let mut relax = |length: usize, price: u64| {
            if let Some(cost) = costs.get_mut(at + length) {
                *cost = (*cost).min(base.saturating_add(price));
            }
        };
        relax(1, literal);
        for (length, price) in patterns(at, &chars, &lower, literal, &repeats) {
            let spelled = literal.saturating_mul(u64::try_from(length).unwrap_or(u64::MAX));
            if price.saturating_add(SAVING_MIN) <= spelled {
                relax(length, price);
            }
        }
    }
    costs.last().copied().unwrap_or(0)
}

/// Every pattern that begins at a place, with its length and price.
fn patterns(
    at: usize,
    chars: &[char],
    lower: &[char],
    literal: u64,
    repeats: &[usize],
) -> Vec<(usize, u64)> {
    let here = lower.get(at..).unwrap_or_default();
    let mut found = Vec::new();
    found.push((repeats.get(at).copied().unwrap_or(0), REPEAT));
    found.push((sequence(here), literal.saturating_add(SEQUENCE)));
    found.push((row(here), ROW));
    found.extend(words(here).map(|length| (length, WORD)));
    if let Some(length) = text(at, chars, lower) {
        let price = LETTER.saturating_mul(u64::try_from(length).unwrap_or(u64::MAX));
        let price = price.max(WORD);
        found.push((length, price));
        // The sign between two words says nothing.
        if lower.get(at + length).is_some_and(|sign| !sign.is_ascii_alphanumeric()) {
            found.push((length + 1, price));
        }
    }
    found
}

/// Thousandths of a bit of one character: by the alphabet that the value seems to be drawn from,
/// or less when its characters are less evenly spread than a draw would make them.
fn literal(chars: &[char]) -> u64 {
    let mut counts: BTreeMap<char, u64> = BTreeMap::new();
    for letter in chars {
        *counts.entry(*letter).or_default() += 1;
    }
    let total = u64::try_from(chars.len()).unwrap_or(u64::MAX);
    if total == 0 {
        return 0;
    }
    let different = u64::try_from(counts.len()).unwrap_or(u64::MAX);
    let spread = counts.values().map(|count| count * log2(*count)).sum::<u64>();
    let shannon = (total * log2(total)).saturating_sub(spread);
    // A small sample looks less even than what it was drawn from (Miller and Madow), and varies.
    let corrected = shannon + different.saturating_sub(1) * 721;
    let measured = corrected * 5 / (total * 4);
    let alphabet = alphabet(&counts);
    log2(alphabet).min(measured.max(collisions(&counts, total, alphabet)))
}

/// The same by the pairs of equal characters, which says more of short values from large
/// alphabets. Four standard deviations more pairs than expected are forgiven.
fn collisions(counts: &BTreeMap<char, u64>, total: u64, alphabet: u64) -> u64 {
    let pairs = total * (total - 1) / 2;
    let equal = counts.values().map(|count| count * (count - 1) / 2).sum::<u64>();
    let forgiven = (16 * pairs / alphabet).isqrt() + 2;
    log2(pairs).saturating_sub(log2(equal.saturating_sub(forgiven)))
}

/// Size of the smallest usual alphabet that holds these characters.
fn alphabet(counts: &BTreeMap<char, u64>) -> u64 {
    let any = |test: fn(&char) -> bool| counts.keys().any(test);
    let hex = counts.keys().all(char::is_ascii_hexdigit);
    if hex && any(char::is_ascii_digit) {
        return if any(char::is_ascii_alphabetic) { 16 } else { 10 };
    }
    let mut size = 0;
    // A key in both cases may lack digits by chance.
    let mixed = any(char::is_ascii_lowercase) && any(char::is_ascii_uppercase);
    for (found, letters) in [
        (mixed || any(char::is_ascii_digit), 10),
        (any(char::is_ascii_lowercase), 26),
        (any(char::is_ascii_uppercase), 26),
    ] {
        if found {
            size += letters;
        }
    }
    let others = counts.keys().filter(|letter| !letter.is_ascii_alphanumeric()).count();
    (size + u64::try_from(others).unwrap_or(0)).max(1)
}

/// Binary logarithm in thousandths, of at least 1.
fn log2(of: u64) -> u64 {
    let of = of.max(1);
    let whole = of.ilog2();
    // The mantissa in 32 fractional bits; squaring it yields one binary digit after the other.
    let mut mantissa = (u128::from(of) << 32) >> whole;
    let mut fraction = 0_u64;
    for _ in 0..16 {
        mantissa = (mantissa * mantissa) >> 32;
        fraction <<= 1;
        if (2 << 32) <= mantissa {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    u64::from(whole) * 1_000 + ((fraction * 1_000) >> 16)
}

/// For each place, the longest stretch from there that also begins earlier.
fn repeats(chars: &[char]) -> Vec<usize> {
    let count = chars.len();
    let mut longest = vec![0; count];
    let mut below = vec![0_usize; count + 1];
    for (at, letter) in chars.iter().enumerate().rev() {
        let mut row = vec![0_usize; count + 1];
        for (earlier, other) in chars.iter().enumerate().take(at) {
            if letter == other {
                let more = below.get(earlier + 1).copied().unwrap_or(0) + 1;
                if let Some(cell) = row.get_mut(earlier) {
                    *cell = more;
                }
                if let Some(cell) = longest.get_mut(at) {
                    *cell = more.max(*cell);
                }
            }
        }
        // A stretch may run into itself, as in a period: its diagonal goes on at the next place.
        below = row;
    }
    longest
}

/// Length of the run up or down through the character codes; 9 and 0 are neighbours.
fn sequence(chars: &[char]) -> usize {
    let step = |pair: &[char]| match pair {
        ['9', '0'] => Some(1),
        ['0', '9'] => Some(-1),
        [a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => {
            let (a, b) = (i64::from(u32::from(*a)), i64::from(u32::from(*b)));
            Some(b - a).filter(|step| step.abs() == 1)
        }
        _ => None,
    };
    let mut steps = chars.windows(2).map(step);
    match steps.next() {
        Some(Some(first)) => 2 + steps.take_while(|step| *step == Some(first)).count(),
        Some(None) | None => 1,
    }
}

/// Length of the stretch that lies on a row of a keyboard, either way.
fn row(chars: &[char]) -> usize {
    let rows = ROWS.iter().map(|row| row.chars().collect::<Vec<char>>());
    rows.flat_map(|row| [row.iter().rev().copied().collect::<Vec<char>>(), row])
        .filter_map(|row| {
            let start = row.iter().position(|letter| Some(letter) == chars.first())?;
            let row = row.get(start..)?;
            Some(row.iter().zip(chars).take_while(|(a, b)| a == b).count())
        })
        .max()
        .unwrap_or(0)
}

/// Lengths of the listed words that begin here, also with figures in the place of letters.
fn words(chars: &[char]) -> impl Iterator<Item = usize> {
    let plain: String = chars.iter().take(listed::WORD_CHARS_MAX).collect();
    let spoken: String = plain.chars().map(unleet).collect();
    [listed::words_at(&plain), listed::words_at(&spoken)].into_iter().flatten()
}

fn unleet(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Length of the run of letters that begins here, when it reads like words.
fn text(at: usize, chars: &[char], lower: &[char]) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    if before.is_some_and(char::is_ascii_alphabetic) {
        return None;
    }
    let run = chars.get(at..)?.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
    let original = chars.get(at..at + run)?;
    let tail = original.get(1..)?;
    // Capitals in the middle are how random letters look.
    if !tail.iter().all(char::is_ascii_lowercase) && !tail.iter().all(char::is_ascii_uppercase) {
        return None;
    }
    // Random hex has runs of its few letters; they are no words.
    let hex = chars.iter().all(char::is_ascii_hexdigit) && chars.iter().any(char::is_ascii_digit);
    // Between signs a short word is one too.
    let sign = |letter: Option<&char>| letter.is_none_or(|letter| !letter.is_ascii_alphanumeric());
    let alone = sign(before) && sign(chars.get(at + run));
    if run < if alone { 3 } else { 5 } || hex {
        return None;
    }
    let letters = lower.get(at..at + run)?;
    let common = letters
        .windows(2)
        .filter(|pair| {
            let pair: String = pair.iter().collect();
            PAIRS.split_ascii_whitespace().any(|common| common == pair)
        })
        .count();
    let needed = if run < 9 { 60 } else { 45 };
    (needed * (run - 1) <= 100 * common).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values drawn evenly from an alphabet, the same ones each time.
    fn drawn(alphabet: &str, length: usize, count: usize) -> Vec<String> {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % alphabet.len()
        };
        (0..count).map(|_| (0..length).map(|_| alphabet[next()]).collect()).collect()
    }

    const HEX: &str = "0123456789abcdef";
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    #[test]
    fn logarithms() {
        for (of, expected) in
            [(1, 0), (2, 1_000), (16, 4_000), (64, 6_000), (10, 3_321), (36, 5_169)]
        {
            assert_eq!(log2(of), expected, "{of}");
        }
    }

    #[test]
    fn worthless_values_are_near_nothing() {
        for value in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "changeme-changeme-changeme-change",
            "12345678901234567890123456789012",
            "abcabcabcabcabcabcabcabcabcabcab",
            "0123456789abcdef0123456789abcdef",
            "passwordpasswordpasswordpassword",
            "qwertyuiopqwertyuiopqwertyuiop12",
            "abcdefghijklmnopqrstuvwxyzabcdef",
            "00000000000000000000000000000000",
            "redis",
            "",
            "Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU=",
            "6368616e67656d656368616e67656d656368616e67656d65",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert!(bits(value) <= 32, "{value}: {}", bits(value));
        }
    }

    #[test]
    fn values_of_a_known_making_have_no_more_than_that() {
        assert_eq!(bits("7f3a9c52-1d84-4e6b-9a07-c2f58be01d36"), 122);
        assert!(bits("2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d") <= 60);
        for value in [
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0",
            "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvV",
            "a1b2c3d4e5f6g7h8",
            "WTJoaGJtZGxiV1VnY0d4bFlYTmxJR05vWVc1blpTQnRaU0J1YjNjPQ==",
        ] {
            assert!(bits(value) <= 72, "{value}: {}", bits(value));
        }
    }

    #[test]
    fn weak_passwords_stay_below_72() {
        for value in [
            "P@ssw0rd123!",
            "Tr0ub4dor&3",
            "correct-horse-battery",
            "summer2024!",
            "admin123",
            "letmein-please",
            "MyCompanyPassword2024",
            "s3cr3t-t0k3n",
            "supersecretkey",
            "my-super-secret-jwt-key",
            "thisisaverysecretkey",
        ] {
            assert!(bits(value) < 72, "{value}: {}", bits(value));
        }
    }

    #[test]
    fn sentences_are_not_keys() {
        for value in [
            "this-is-a-very-long-secret-key-for-production",
            "thequickbrownfoxjumpsoverthelazydog",
            "please-do-not-share-this-password-with-anyone",
        ] {
            assert!(bits(value) < 128, "{value}: {}", bits(value));
        }
    }

    #[test]
    fn random_keys_of_32_bytes_are_enough() {
        for value in drawn(HEX, 64, 400).iter().chain(&drawn(BASE64, 43, 400)) {
            assert!(128 <= bits(value), "{value}: {}", bits(value));
        }
    }

    #[test]
    fn random_keys_of_16_bytes_are_just_enough() {
        let values = drawn(HEX, 32, 2_000);
        let full = values.iter().filter(|value| bits(value) == 128).count();
        assert!(values.iter().all(|value| bits(value) <= 128));
        assert!(1_990 <= full, "{full}");
        let values = drawn(BASE64, 22, 1_000);
        let full = values.iter().filter(|value| 128 <= bits(value)).count();
        assert!(980 <= full, "{full}");
    }

    #[test]
    fn random_passwords_of_16_letters_are_enough() {
        let alphabet = BASE64.trim_end_matches(['+', '/']);
        let values = drawn(alphabet, 16, 1_000);
        let enough = values.iter().filter(|value| 72 <= bits(value)).count();
        assert!(990 <= enough, "{enough}");
    }

    #[test]
    fn long_values_take_bounded_time() {
        assert!(bits(&"x".repeat(1 << 20)) <= 32);
        assert!(bits(&drawn(BASE64, 5_000, 1)[0]) < 8_000);
    }
}
