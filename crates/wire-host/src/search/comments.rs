//! Where the comments of a source file are, as far as its language is known. In doubt more is taken
//! for a comment than less: what only a comment says is never counted as code.

use std::ops::Range;

/// How a language marks comments and texts.
struct Language {
    /// Begin comments to the end of the line.
    line: &'static [&'static str],
    /// Begin and end comments over lines.
    block: &'static [(&'static str, &'static str)],
    /// Texts that end on their line.
    quotes: &'static [char],
    /// Texts that may go on over lines.
    long: &'static [&'static str],
    /// Whether a long text at the beginning of a line is a comment.
    doc_texts: bool,
}

const C: Language =
    Language { line: &["//"], block: &[("/*", "*/")], quotes: &['"'], long: &[], doc_texts: false };
const SCRIPT: Language = Language { quotes: &['"', '\''], long: &["`"], ..C };
const HASH: Language =
    Language { line: &["#"], block: &[], quotes: &['"', '\''], long: &[], doc_texts: false };

fn language(path: &str) -> Option<Language> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let end = name.rsplit_once('.').map_or(name.as_str(), |(_, end)| end);
    Some(match end {
        "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "dart" | "groovy"
        | "gradle" | "go" => SCRIPT,
        "c" | "h" | "cc" | "cpp" | "hpp" | "cxx" | "m" | "mm" | "java" | "kt" | "kts" | "rs"
        | "cs" | "swift" | "scala" | "sol" | "proto" | "scss" | "less" | "jsonc" | "json5"
        | "zig" => C,
        "css" => Language { line: &[], quotes: &['"', '\''], ..C },
        "php" => Language { line: &["//", "#"], quotes: &['"', '\''], ..C },
        "tf" | "hcl" | "tfvars" => Language { line: &["#", "//"], ..C },
        "py" | "pyi" => Language { long: &["\"\"\"", "'''"], doc_texts: true, ..HASH },
        "rb" => Language { block: &[("\n=begin", "\n=end")], ..HASH },
        "sh" | "bash" | "zsh" | "yml" | "yaml" | "toml" | "pl" | "r" | "ex" | "exs" | "nix"
        | "properties" | "conf" | "cfg" | "dockerfile" | "makefile" | "mk" | "env" | "cmake"
        | "gitignore" | "dockerignore" | "ps1" => HASH,
        "sql" => Language { line: &["--"], quotes: &['\''], ..C },
        "lua" => Language { line: &["--"], block: &[("--[[", "]]")], ..HASH },
        "hs" => Language { line: &["--"], block: &[("{-", "-}")], ..C },
        "html" | "htm" | "vue" | "svelte" | "astro" | "xml" | "svg" | "jsp" | "erb" | "ejs"
        | "plist" | "xaml" | "csproj" => Language {
            line: &["\n//", " //", "\t//"],
            block: &[("<!--", "-->"), ("/*", "*/"), ("<%--", "--%>"), ("{/*", "*/}")],
            quotes: &[],
            long: &[],
            doc_texts: false,
        },
        "ini" => Language { line: &[";", "#"], quotes: &[], ..HASH },
        "json" | "webmanifest" => Language { line: &[], quotes: &['"'], ..HASH },
        "clj" | "lisp" | "el" => Language { line: &[";"], quotes: &['"'], ..HASH },
        "erl" | "tex" => Language { line: &["%"], quotes: &['"'], ..HASH },
        "vb" => Language { line: &["'"], quotes: &['"'], ..HASH },
        "bat" | "cmd" => Language { line: &["\nrem ", "\nREM ", "::"], quotes: &[], ..HASH },
        _ if name.starts_with("dockerfile") || name.starts_with(".env") => HASH,
        _ => return None,
    })
}

/// The comments of a file, in order; `None` where nobody here knows its language.
pub(crate) fn comments(path: &str, text: &[u8]) -> Option<Vec<Range<usize>>> {
    let language = language(path)?;
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (end, comment) = token(&language, text, at);
        if comment {
            found.push(at..end);
        }
        at = end.max(at + 1);
    }
    Some(found)
}

/// Where what begins here ends, and whether it is a comment.
fn token(language: &Language, text: &[u8], at: usize) -> (usize, bool) {
    let here = text.get(at..).unwrap_or_default();
    let begins = |sign: &str| match sign.strip_prefix('\n') {
        // A sign that counts only where a line begins.
        Some(sign) => {
            let start = at == 0 || text.get(at - 1) == Some(&b'\n');
            start && here.starts_with(sign.as_bytes())
        }
        None => here.starts_with(sign.as_bytes()),
    };
    for (begin, end) in language.block {
        if begins(begin) {
            return (after(here, end.as_bytes(), begin.trim_start().len(), at), true);
        }
    }
    for sign in language.long {
        if begins(sign) {
            let first = text.get(..at).unwrap_or_default().iter().rev();
            let blank = first.take_while(|byte| **byte != b'\n').all(u8::is_ascii_whitespace);
            let end = after_text(here, sign.as_bytes(), sign.len(), at, true);
            return (end, language.doc_texts && blank);
        }
    }
    if language.line.iter().any(|sign| begins(sign) && is_comment(sign, text, at)) {
        let length = here.iter().position(|byte| *byte == b'\n').unwrap_or(here.len());
        return (at + length.max(1), true);
    }
    let quote = here.first().map(|byte| char::from(*byte));
    match quote.filter(|quote| language.quotes.contains(quote)) {
        Some(quote) => {
            let mut sign = [0; 4];
            let sign = quote.encode_utf8(&mut sign).as_bytes();
            (after_text(here, sign, 1, at, false), false)
        }
        None => (at + 1, false),
    }
}

/// `#` inside a word is none (`$#`, `a#b`), and `//` behind a colon is that of an address.
fn is_comment(sign: &str, text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
    match sign {
        "#" => before.is_none_or(|byte| byte.is_ascii_whitespace() || b";({[,".contains(&byte)),
        "//" => before != Some(b':'),
        _ => true,
    }
}

fn after(here: &[u8], end: &[u8], from: usize, at: usize) -> usize {
    let rest = here.get(from..).unwrap_or_default();
    let found = rest.windows(end.len()).position(|window| window == end);
    found.map_or(at + here.len(), |found| at + from + found + end.len())
}

/// The end of a text; of one that does not close on its line, where it may not go on, its sign.
fn after_text(here: &[u8], sign: &[u8], from: usize, at: usize, long: bool) -> usize {
    let mut position = from;
    while let Some(byte) = here.get(position) {
        match byte {
            b'\\' => position += 2,
            // An apostrophe of a sentence, or a quote in an expression: no text begins here.
            b'\n' if !long => return at + 1,
            _ if here.get(position..).is_some_and(|rest| rest.starts_with(sign)) => {
                return at + position + sign.len();
            }
            _ => position += 1,
        }
    }
    if long { at + here.len() } else { at + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the letter X, which is there once, stands in a comment.
    #[track_caller]
    fn check(path: &str, text: &str, want: Option<bool>) {
        let at = text.find('X').unwrap();
        let found = comments(path, text.as_bytes());
        let got = found.map(|all| all.iter().any(|range| range.contains(&at)));
        assert_eq!(got, want, "{path}: {text}");
    }

    #[test]
    fn knows_comments_of_many_languages() {
        for (path, text, want) in [
            ("a.js", "X()", false),
            ("a.js", "a(); // X", true),
            ("a.js", "'//'; X()", false),
            ("a.js", "`\n// ${a}\n`; X()", false),
            ("a.js", "/* a\n X */", true),
            ("a.js", "/* a */ X", false),
            ("a.js", "fetch('https://a.test'); X()", false),
            ("a.js", "\"\\\"// \" + X", false),
            ("a.jsx", "<p>It's</p> // X", true),
            ("a.js", "const r = /\"/; X()", false),
            ("a.js", "'it is // X'", false),
            ("a.rs", "fn a<'a>() {} // X", true),
            ("a.rs", "let a = 'b'; X", false),
            ("a.go", "x := `//` + X", false),
            ("a.py", "# X", true),
            ("a.py", "def f():\n    \"\"\"Says X.\"\"\"\n", true),
            ("a.py", "q = \"\"\"SELECT X\"\"\"\n", false),
            ("a.sh", "echo $# X", false),
            ("a.sh", "a=1 # X", true),
            ("a.yml", "a: b#X", false),
            ("a.sql", "-- X\n", true),
            ("a.sql", "SELECT '--', X", false),
            ("a.css", "a { b: url(//c.test/X) }", false),
            ("a.html", "<!-- <script>X</script> -->", true),
            ("a.html", "<a href=\"https://a.test\">X</a>", false),
            ("a.vue", "<script>\n// X\n</script>", true),
            ("a.ini", "; X", true),
            ("a.json", "{\"a\": \"// X\"}", false),
            ("Dockerfile.prod", "# X", true),
            ("Makefile", "# X", true),
            ("a.rb", "=begin\nX\n=end\n", true),
            ("a.lua", "--[[ a\nX ]]", true),
            ("a.php", "# X", true),
        ] {
            check(path, text, Some(want));
        }
        check("a.cobol", "* X", None);
    }

    #[test]
    fn any_bytes_are_survived() {
        for text in ["\\", "\"\\", "/*", "'''", "`", "é//", "\u{feff}#", ""] {
            for path in ["a.js", "a.py", "a.html", "a.sql", "a.rs", "a.bat"] {
                assert!(comments(path, text.as_bytes()).is_some());
            }
        }
    }
}
