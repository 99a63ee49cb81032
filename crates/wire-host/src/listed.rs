//! Values that everybody knows: common passwords, and the defaults of services and frameworks.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use sha2::{Digest, Sha256};

use crate::kinds;

/// Sections begin with `[name]`; then one value a line.
const TEXT: &str = include_str!("listed.txt");

/// Characters of the longest listed word that is looked for inside other values.
pub(crate) const WORD_CHARS_MAX: usize = 24;
/// Characters of the shortest.
const WORD_CHARS_MIN: usize = 4;

/// Section by value in lower case.
static LIST: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let mut list = BTreeMap::new();
    let mut section = "";
    for line in TEXT.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if !line.is_empty() {
            list.entry(line.to_lowercase()).or_insert(section);
        }
    }
    list
});

/// The values that are looked for inside others.
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let fits = |word: &str| (WORD_CHARS_MIN..=WORD_CHARS_MAX).contains(&word.chars().count());
    LIST.keys().map(String::as_str).filter(|word| fits(word)).collect()
});

/// First digits of the MD5 and SHA-1 of each listed value and of nothing.
const DIGESTS: &str = include_str!("digests.txt");
const DIGEST_CHARS: usize = 20;

/// First digits of the digests that are known for listed values.
static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let nothing = String::new();
    let sha256 = LIST.keys().chain([&nothing]).map(|word| {
        let digest = Sha256::digest(word.as_bytes());
        digest.iter().take(DIGEST_CHARS / 2).map(|byte| format!("{byte:02x}")).collect()
    });
    DIGESTS.lines().map(str::to_owned).chain(sha256).collect()
});

/// How the token begins that the pages about JWT show.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
    eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIi";

/// The list that holds a value, or what the value repeats, digests or packs.
pub(crate) fn list_of(value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.starts_with(TOKEN) {
        return Some("published examples");
    }
    let direct = |value: &str| {
        let lower = value.to_lowercase();
        LIST.get(&lower).copied().or_else(|| repeated(&lower))
    };
    let packed = || unpacked(value).iter().find_map(|inner| direct(inner.trim()));
    direct(value).or_else(|| digest(value)).or_else(packed)
}

/// A digest of a listed value, in hex or base64.
fn digest(value: &str) -> Option<&'static str> {
    let forms = [kinds::unhex(value), kinds::unbase64(value)];
    forms.into_iter().flatten().filter(|bytes| matches!(bytes.len(), 16 | 20 | 32)).find_map(
        |bytes| {
            let digits: String =
                bytes.iter().take(DIGEST_CHARS / 2).map(|byte| format!("{byte:02x}")).collect();
            KNOWN.contains(&digits).then_some("digests of known values")
        },
    )
}

/// Times that a text may be packed in another and still be looked for.
const LAYERS_MAX: usize = 2;

/// The texts that a value packs in hex or base64, one in another.
pub(crate) fn unpacked(value: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut layer = vec![value.trim().to_owned()];
    for _ in 0..LAYERS_MAX {
        let inner = layer.iter().flat_map(|text| [kinds::unhex(text), kinds::unbase64(text)]);
        let texts = inner.flatten().filter_map(|bytes| String::from_utf8(bytes).ok());
        let plain = |text: &String| {
            WORD_CHARS_MIN <= text.len() && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        };
        layer = texts.map(|text| text.trim().to_owned()).filter(plain).collect();
        found.extend(layer.iter().cloned());
    }
    found
}

/// A listed value written several times, with or without a sign between, cut off or not.
fn repeated(value: &str) -> Option<&'static str> {
    let chars: Vec<char> = value.chars().collect();
    let longest = (chars.len() / 2).min(WORD_CHARS_MAX * 2);
    (1..=longest).find_map(|period| {
        let unit: String = chars.iter().take(period).collect();
        let listed = LIST.get(unit.trim_end_matches(['-', '_', '.', ' ', '/', ':']))?;
        let periodic = chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b);
        periodic.then_some(*listed)
    })
}

/// Characters of each listed word that a text begins with.
pub(crate) fn words_at(text: &str) -> Vec<usize> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.enumerate()
        .filter(|(count, end)| {
            WORD_CHARS_MIN <= *count && text.get(..*end).is_some_and(|word| WORDS.contains(word))
        })
        .map(|(count, _)| count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for value in ["redis", "Password", "minioadmin", "changeit", "postgres", "CHANGEME"] {
            assert!(list_of(value).is_some(), "{value}");
        }
        for value in ["passwordpassword", "redis-redis-redis", "changeme-changeme-cha"] {
            assert!(list_of(value).is_some(), "{value}");
        }
        for value in ["", "production", "kX9-unlikely-value", "redis://cache"] {
            assert_eq!(list_of(value), None, "{value}");
        }
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(300 <= LIST.len(), "{}", LIST.len());
        let sections: BTreeSet<&str> = LIST.values().copied().collect();
        assert_eq!(
            sections.into_iter().collect::<Vec<_>>(),
            ["common passwords", "framework defaults", "service defaults"]
        );
    }

    #[test]
    fn known_values_in_disguise() {
        for value in [
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
            "21232F297A57A5A743894A0E4A801FC3",
            "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "d41d8cd98f00b204e9800998ecf8427e",
            "cGFzc3dvcmQ=",
            "Y0dGemMzZHZjbVE9",
            "70617373776f7264",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.x",
        ] {
            assert!(list_of(value).is_some(), "{value}");
        }
        // The file of digests was made of the list: whoever adds a word makes it anew.
        assert_eq!(DIGESTS.lines().count(), 2 * (LIST.len() + 1));
    }

    #[test]
    fn words_inside() {
        assert_eq!(words_at("password1x"), [4, 8, 9]);
    }
}
