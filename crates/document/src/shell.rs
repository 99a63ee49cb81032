//! Where a command that takes several lines ends.

use crate::document::Language;

/// Lines looked ahead for the end of a quote or a compound command.
const AHEAD_MAX: usize = 48;

/// A command and how many lines it takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) lines: usize,
    /// The command with its continuation lines joined.
    pub(crate) joined: String,
    /// The comment behind it, without `#`.
    pub(crate) comment: Option<String>,
}

/// The command that starts with the first of `lines`.
pub(crate) fn command(lines: &[&str], language: Language) -> Command {
    match language {
        Language::Sql => sql(lines),
        Language::Shell => {
            let whole = shell(lines, Wanted::Whole);
            whole.or_else(|| shell(lines, Wanted::Joined)).unwrap_or_else(|| single(lines))
        }
        Language::PowerShell => joined_by(lines, '`'),
        Language::Redis | Language::Unknown => single(lines),
    }
}

fn single(lines: &[&str]) -> Command {
    let first = lines.first().copied().unwrap_or_default();
    Command { lines: 1, joined: first.trim().to_owned(), comment: None }
}

/// A statement up to its semicolon, a blank line or a comment.
fn sql(lines: &[&str]) -> Command {
    let mut joined = String::new();
    let mut count = 0;
    for line in lines {
        let line = line.trim();
        let note = line.starts_with("--") || line.starts_with('#');
        if 0 < count && (line.is_empty() || note) {
            break;
        }
        if 0 < count {
            joined.push(' ');
        }
        joined.push_str(line);
        count += 1;
        // What a client is told with a backslash ends with its line.
        if line.ends_with(';') || line.starts_with('\\') {
            break;
        }
    }
    Command { lines: count.max(1), joined, comment: None }
}

fn joined_by(lines: &[&str], mark: char) -> Command {
    let mut joined = String::new();
    let mut count = 0;
    for line in lines {
        count += 1;
        let line = line.trim();
        match line.strip_suffix(mark) {
            Some(before) => {
                joined.push_str(before.trim_end());
                joined.push(' ');
            }
            None => {
                joined.push_str(line);
                break;
            }
        }
    }
    Command { lines: count.max(1), joined: joined.trim_end().to_owned(), comment: None }
}

/// How much of the shell's grammar to believe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Quotes, compound commands and here-documents too; fails when one does not end.
    Whole,
    /// Backslashes and operators at the line's end alone: an apostrophe may be an apostrophe.
    Joined,
}

fn shell(lines: &[&str], wanted: Wanted) -> Option<Command> {
    let mut state = State::default();
    let mut out = Command { lines: 0, joined: String::new(), comment: None };
    for (at, line) in lines.iter().enumerate() {
        if AHEAD_MAX <= at && state.here.is_empty() {
            return None;
        }
        out.lines = at + 1;
        if let Some(mark) = state.here.first() {
            out.joined.push('\n');
            out.joined.push_str(line.trim_end());
            if mark == line.trim() {
                state.here.remove(0);
            }
        } else {
            let follows = lines.get(at + 1).is_some_and(|next| !next.trim().is_empty());
            state.add(line, follows, wanted, &mut out);
        }
        if state.here.is_empty() && !state.joins && (wanted == Wanted::Joined || state.is_done()) {
            return Some(out);
        }
    }
    // A here-document without its end takes the rest, as it does in a shell; a last backslash
    // has nothing to continue with.
    let ended = !state.here.is_empty() || wanted == Wanted::Joined || state.is_done();
    ended.then_some(out)
}

/// What is open at the end of a line.
#[derive(Default)]
struct State {
    quote: Option<char>,
    /// `if`, `for`, `case` and braces that have not ended.
    depth: usize,
    /// Ends of here-documents to come.
    here: Vec<String>,
    backslash: bool,
    /// The next line goes on with this one.
    joins: bool,
}

impl State {
    fn is_done(&self) -> bool {
        self.quote.is_none() && self.depth == 0 && self.here.is_empty()
    }

    /// Adds a line to the command; `follows` tells whether a line with text stands below.
    fn add(&mut self, line: &str, follows: bool, wanted: Wanted, out: &mut Command) {
        let inside = self.quote.is_some();
        let joined = std::mem::take(&mut self.joins);
        if !out.joined.is_empty() {
            out.joined.push(if joined { ' ' } else { '\n' });
        }
        let note = self.read(line);
        let mut text = note.and_then(|note| line.get(..note)).unwrap_or(line).trim_end();
        if let Some(note) = note.and_then(|note| line.get(note..)) {
            out.comment = Some(note.trim_start_matches('#').trim().to_owned());
        }
        if wanted == Wanted::Joined {
            self.quote = None;
            self.depth = 0;
            self.here.clear();
        }
        let operator = text.ends_with('|') || text.ends_with("&&");
        if self.backslash && self.quote.is_none() {
            text = text.strip_suffix('\\').unwrap_or(text).trim_end();
            self.joins = true;
        } else if operator && follows && self.quote.is_none() {
            self.joins = true;
        }
        let trimmed = out.joined.is_empty() || (joined && !inside);
        out.joined.push_str(if trimmed { text.trim_start() } else { text });
    }

    /// Reads a line; the place of a comment in it, if there is one.
    fn read(&mut self, line: &str) -> Option<usize> {
        self.backslash = false;
        let mut word = String::new();
        // Words such as `if` and `done` count only where a command may start.
        let mut starts = self.quote.is_none();
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match (self.quote, c) {
                (None | Some('"'), '\\') => {
                    self.backslash = chars.peek().is_none();
                    chars.next();
                    word.push(c);
                }
                (Some(quote), c) => {
                    if c == quote {
                        self.quote = None;
                    }
                }
                (None, '\'' | '"') => {
                    self.quote = Some(c);
                    word.push(c);
                }
                (None, '#') if word.is_empty() => {
                    self.end_word(&word, &mut starts);
                    return Some(at);
                }
                (None, '<') if line.get(at..).is_some_and(|rest| rest.starts_with("<<")) => {
                    self.here.extend(here_mark(line.get(at + 2..).unwrap_or_default()));
                    chars.next();
                    chars.next_if(|(_, next)| *next == '<');
                }
                (None, ' ' | '\t' | ';' | '|' | '&' | '(' | ')') => {
                    self.end_word(&word, &mut starts);
                    word.clear();
                    starts |= !matches!(c, ' ' | '\t');
                }
                (None, c) => word.push(c),
            }
        }
        self.end_word(&word, &mut starts);
        None
    }

    fn end_word(&mut self, word: &str, starts: &mut bool) {
        if word.is_empty() {
            return;
        }
        if *starts {
            match word {
                "if" | "for" | "while" | "until" | "case" | "{" => self.depth += 1,
                "fi" | "done" | "esac" | "}" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        let introduces = ["if", "then", "do", "else", "elif", "while", "until", "!", "{"];
        *starts = *starts && introduces.contains(&word);
    }
}

/// The word that ends a here-document, from what stands behind `<<`.
fn here_mark(behind: &str) -> Option<String> {
    let word = behind.strip_prefix('-').unwrap_or(behind).trim_start();
    let word = word.trim_start_matches(['\'', '"', '\\']);
    let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
    let word = word.get(..end)?;
    word.starts_with(|c: char| c.is_alphabetic() || c == '_').then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell_of(text: &str) -> (usize, String) {
        let lines: Vec<&str> = text.lines().collect();
        let found = command(&lines, Language::Shell);
        (found.lines, found.joined)
    }

    #[test]
    fn continuations_are_one_command() {
        for (text, lines, joined) in [
            ("ls -la\nls", 1, "ls -la"),
            ("kubectl exec -- \\\n  psql -c 'x'\nls", 2, "kubectl exec -- psql -c 'x'"),
            ("cat a |\n  grep b\nls", 2, "cat a | grep b"),
            ("a &&\nb", 2, "a && b"),
            ("a &&\n\nb", 1, "a &&"),
            ("a \\", 1, "a"),
            ("echo don't\nls\necho can", 1, "echo don't"),
            ("curl -d '{\n  \"a\": 1\n}' x\nls", 3, "curl -d '{\n  \"a\": 1\n}' x"),
            ("for i in 1 2; do\n  ls $i\ndone\nls", 3, "for i in 1 2; do\n  ls $i\ndone"),
            ("if true; then ls; fi\nls", 1, "if true; then ls; fi"),
            ("cat << EOF > f\n# text\n  done\nEOF\nls", 4, "cat << EOF > f\n# text\n  done\nEOF"),
            ("cat <<'EOF'\nrest", 2, "cat <<'EOF'\nrest"),
            ("wc <<< \"a\"\nls", 1, "wc <<< \"a\""),
            ("if this is prose\nls", 1, "if this is prose"),
        ] {
            assert_eq!(shell_of(text), (lines, joined.to_owned()), "{text}");
        }
    }

    #[test]
    fn comments_behind_are_split_off() {
        let found = command(&["ls -f  # Expected: files", "x"], Language::Shell);
        assert_eq!(found.joined, "ls -f");
        assert_eq!(found.comment.as_deref(), Some("Expected: files"));
        assert_eq!(shell_of("curl http://a/#b").1, "curl http://a/#b");
    }

    #[test]
    fn other_languages() {
        let sql = command(&["SELECT *", "  FROM x;", "SELECT 2;"], Language::Sql);
        assert_eq!((sql.lines, sql.joined.as_str()), (2, "SELECT * FROM x;"));
        let power = command(&["docker run `", "  -d x", "ls"], Language::PowerShell);
        assert_eq!((power.lines, power.joined.as_str()), (2, "docker run -d x"));
        let redis = command(&["INFO memory"], Language::Redis);
        assert_eq!((redis.lines, redis.joined.as_str()), (1, "INFO memory"));
    }
}
