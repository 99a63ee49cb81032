//! Measures how well lines are understood, and learns weights of words from example lines.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks")]

mod documents;
mod examples;
mod figures;
mod learn;
mod net;
mod numbers;
mod probe;
mod reasons;
mod report;
mod seeds;
mod sure;
mod values;
mod vocabulary;

use std::process::ExitCode;

const USAGE: &str = "\
accuracy <command>

  figures [--set DIR] [--labels FILE] [--notes]
                        the figures of a labelled set; without one, of every set that is there,
                        of the written checklists every fourth, which nothing is learned from
  learn                 learn the weights from crates/bind/data/examples and from
                        the other written checklists
  lines FILE            what every line of a document means
  sure DIR LABELS …     fit how sure the weights may be of themselves, to labelled sets
  probe DIR LABELS      what the weights say of labelled lines, for study
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["figures", rest @ ..] => report::print(rest),
        ["learn"] => learn::write(),
        ["lines", path] => probe::lines(path),
        ["sure", sets @ ..] => sure::print(sets),
        ["probe", folder, labels] => probe::print(folder, labels),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
