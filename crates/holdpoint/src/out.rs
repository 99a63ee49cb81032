//! The only place that prints: results to standard output, everything else to standard error.

use std::{
    io::{self, IsTerminal, Write},
    sync::LazyLock,
};

use holdpoint_report::{annotations::harmless, style::Style};

use crate::args::{Color, Common};

/// Writes a result. A reader that went away is no error: it has seen what it wanted.
pub(crate) fn result(text: &str) {
    write(&mut io::stdout().lock(), text);
}

/// Writes progress or a complaint.
pub(crate) fn progress(text: &str) {
    write(&mut io::stderr().lock(), text);
}

/// Writes a command to the CI that reads what is printed.
pub(crate) fn command(text: &str) {
    let mut to = io::stderr().lock();
    drop(writeln!(to, "{text}").and_then(|()| to.flush()));
}

/// Streams a result.
pub(crate) fn stream(make: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut to = io::BufWriter::new(io::stdout().lock());
    if *OBEYED {
        let mut bytes = Vec::new();
        let done = make(&mut bytes).map(|()| harmless(&String::from_utf8_lossy(&bytes)));
        drop(done.and_then(|text| to.write_all(text.as_bytes())).and_then(|()| to.flush()));
    } else {
        drop(make(&mut to).and_then(|()| to.flush()));
    }
}

/// Whether something obeys commands in what is printed, so that a document or a system that was
/// looked at could give it some: it could set the output that says GO.
static OBEYED: LazyLock<bool> = LazyLock::new(|| {
    let obeys = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"];
    obeys.into_iter().any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()))
});

fn write(to: &mut dyn Write, text: &str) {
    let done = if *OBEYED {
        to.write_all(harmless(text).as_bytes())
    } else {
        to.write_all(text.as_bytes())
    };
    drop(done.and_then(|()| to.flush()));
}

/// What the reader's screen can show.
pub(crate) fn style(common: &Common, terminal: bool) -> Style {
    let var = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match common.color {
        Color::Always => !common.no_color,
        Color::Never => false,
        Color::Auto if common.no_color || var("NO_COLOR") => false,
        Color::Auto if var("CLICOLOR_FORCE") => true,
        Color::Auto => terminal && !dumb,
    };
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_none_or(|locale| !matches!(locale.as_str(), "C" | "POSIX"));
    Style { color, ascii: common.ascii || (terminal && !utf8), width: width() }
}

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let asked = || {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| 0 < *columns)
    };
    let width: usize = columns.or_else(asked).unwrap_or(100);
    width.clamp(40, 160)
}

/// A message of one line in the width of the terminal; elsewhere it stays in one line, for those
/// who search for it.
pub(crate) fn fitted(message: &str) -> String {
    if message.contains('\n') || !stderr_is_terminal() {
        return message.to_owned();
    }
    let style = Style { color: false, ascii: false, width: width() };
    style.wrap(message, 7, style.width)
}

/// Whether results go to a terminal.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether progress goes to a terminal.
pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}
