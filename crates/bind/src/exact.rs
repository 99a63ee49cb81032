//! The command of a line: what would be executed, exactly as the document has it.

use holdpoint_document::{Form, Line};
use holdpoint_model::line::Kind;

/// The command of a line, where it is one: a line of a fence that is no comment and no assignment,
/// or the one piece of code in an item that is to be carried out.
pub(crate) fn command(line: &Line, kind: Kind) -> Option<String> {
    match (&line.form, kind) {
        (Form::Command { .. }, _) => Some(joined(&line.text)),
        (Form::Box(_) | Form::Item, Kind::Command | Kind::Procedure) => only_code(&line.repaired),
        (
            Form::Box(_)
            | Form::Item
            | Form::Assignment { .. }
            | Form::Comment { .. }
            | Form::Row { .. }
            | Form::Field { .. }
            | Form::Choice { .. }
            | Form::Rule
            | Form::Title,
            _,
        ) => None,
    }
}

/// Lines that end in a backslash go on in the next one.
fn joined(text: &str) -> String {
    let mut command = String::new();
    for line in text.trim().lines() {
        let line = if command.is_empty() { line.trim_end() } else { line.trim() };
        match line.strip_suffix('\\') {
            Some(part) => {
                command.push_str(part.trim_end());
                command.push(' ');
            }
            None => {
                command.push_str(line);
                command.push('\n');
            }
        }
    }
    command.trim_end().to_owned()
}

/// The text between backquotes, when there is one such piece and it is more than a name.
fn only_code(text: &str) -> Option<String> {
    let mut pieces = text.split('`');
    let (_, code, _) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let code = code.trim();
    let runs = code.contains(char::is_whitespace) || code.contains('/') || code.ends_with(".sh");
    (pieces.next().is_none() && runs).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_lines_and_finds_code() {
        assert_eq!(joined("docker run \\\n    --rm \\\n    app"), "docker run --rm app");
        assert_eq!(joined("echo \"a  b\""), "echo \"a  b\"");
        assert_eq!(only_code("Run `./deploy.sh production`").unwrap(), "./deploy.sh production");
        assert_eq!(only_code("Set `SECRET_KEY`"), None);
        assert_eq!(only_code("Run `a b` then `c d`"), None);
        assert_eq!(only_code("no code"), None);
    }
}
