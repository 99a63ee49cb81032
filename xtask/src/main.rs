//! Everything a developer runs: `cargo xtask <command>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks")]

mod generate;
mod new_check;
mod pictures;
mod run;
mod site;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  quick            format, check, tests of the pure crates
  test             install what the tests need (Debian packages, as root), then run every test
  install          only install what the tests need: Debian packages, and validators of others
  ci               everything, stops at the first red
  gen [--check]    write (or compare) the generated reference pages
  tidy             imports, sizes, links, words
  new-check ID     write the file and the list line of a new check
  try-new-check    the same on a throw-away copy, compiled and put before the laws
  accuracy [--set DIR] [--labels FILE] [--notes]
                   how well lines are understood, over labelled documents; red below what is asked
  learn            learn the weights of words from the example lines again
  pictures [--check]
                   the page in a real browser: what must hold of it, and pictures for docs/pictures
  site [--check]   the documentation as HTML in target/site; or only whether its pages are listed
                   and its links lead somewhere (the HTML too, where mdBook is there)
  bench            measure start, planning, looks and memory; print the table
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["quick"] => quick(),
        ["test"] => test::all(),
        ["install"] => {
            test::needed();
            Ok(())
        }
        ["ci"] => ci(),
        ["gen"] => generate::write(),
        ["gen", "--check"] => generate::check(),
        ["tidy"] => tidy::all(),
        ["new-check", id] => new_check::write(id),
        ["try-new-check"] => new_check::attempt(),
        ["accuracy", rest @ ..] => accuracy(rest),
        ["learn"] => run::cargo(&["run", "-q", "--release", "-p", "holdpoint-accuracy", "learn"]),
        ["pictures"] => pictures::make(),
        ["pictures", "--check"] => pictures::check(),
        ["site"] => site::make(),
        ["site", "--check"] => site::check(),
        ["bench"] => run::cargo(&["bench", "-p", "holdpoint"]),
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

fn accuracy(rest: &[&str]) -> Result<(), String> {
    let mut args = vec!["run", "-q", "--release", "-p", "holdpoint-accuracy", "figures"];
    args.extend(rest);
    run::cargo(&args)
}

/// Crates that do no input or output.
const PURE: [&str; 6] = ["model", "document", "checks", "bind", "engine", "report"];

fn quick() -> Result<(), String> {
    format(&[])?;
    run::cargo(&["check", "--workspace", "--all-targets"])?;
    let names: Vec<String> = PURE.iter().map(|name| format!("holdpoint-{name}")).collect();
    let mut args = vec!["test", "-q"];
    for name in &names {
        args.extend(["-p", name]);
    }
    run::cargo(&args)
}

/// `cargo fmt` does not reach modules that a macro declares, as the list of checks does.
fn format(flags: &[&str]) -> Result<(), String> {
    let mut args = vec!["fmt", "--all"];
    if !flags.is_empty() {
        args.push("--");
        args.extend(flags);
    }
    run::cargo(&args)?;
    let root = run::root();
    let files = run::files(&root.join("crates/checks/src"), &[".rs"]);
    let files: Vec<String> = files.iter().map(|it| it.display().to_string()).collect();
    let mut args = vec!["--edition", "2024"];
    args.extend(flags);
    args.extend(files.iter().map(String::as_str));
    run::program("rustfmt", &args, &root)
}

fn documentation() -> Result<(), String> {
    let words = ["RUSTDOCFLAGS=-D warnings", "cargo", "doc", "--workspace", "--no-deps", "-q"];
    run::program("env", &words, &run::root())
}

type Step = fn() -> Result<(), String>;

fn ci() -> Result<(), String> {
    let began = std::time::Instant::now();
    let steps: [(&str, Step); 8] = [
        ("format", || format(&["--check"])),
        ("tidy", || tidy::all().and_then(|()| site::check())),
        ("lints", || {
            run::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
        }),
        ("tests", test::all),
        ("accuracy", || accuracy(&[])),
        ("generated pages", generate::check),
        ("documentation", documentation),
        ("a new check", new_check::attempt),
    ];
    for (name, step) in steps {
        let at = std::time::Instant::now();
        println!("== {name}");
        step().map_err(|why| format!("== {name}: red\n{why}"))?;
        println!("== {name}: green, {} s", at.elapsed().as_secs());
    }
    println!("== all green, {} s", began.elapsed().as_secs());
    Ok(())
}
