//! Examples of every command, as its help and its manual page show them. A test runs each.

/// Examples of one command: what is typed, and what it does.
type Rows = &'static [(&'static str, &'static str)];

/// Commands by their words, each with its examples.
const EXAMPLES: &[(&str, Rows)] = &[
    (
        "",
        &[
            ("holdpoint demo", "see it work, in seconds"),
            ("holdpoint plan CHECKLIST.md", "what every line means; contacts nothing"),
            ("holdpoint run CHECKLIST.md", "look, and decide: GO, HOLD or NO-GO"),
            ("holdpoint doctor", "is it me or is it them?"),
        ],
    ),
    (
        "plan",
        &[
            ("holdpoint plan CHECKLIST.md", "every line, and what is missing"),
            ("holdpoint plan CHECKLIST.md --why 5", "why line 5 is bound as it is"),
            ("holdpoint plan CHECKLIST.md --format json --no-lock", "for scripts"),
        ],
    ),
    (
        "init",
        &[
            ("holdpoint init --dry-run", "what would be written"),
            ("holdpoint init CHECKLIST.md --dry-run", "the same for one checklist"),
        ],
    ),
    (
        "lint",
        &[
            ("holdpoint lint CHECKLIST.md", "every finding"),
            ("holdpoint lint --fail-on error", "for a hook: all checklists, errors only"),
            ("holdpoint lint --list", "the rules"),
        ],
    ),
    (
        "run",
        &[
            ("holdpoint run CHECKLIST.md", "the gate before the deployment"),
            ("holdpoint run CHECKLIST.md --gate post", "the one after it"),
            ("holdpoint run CHECKLIST.md --only 5,net.port-open", "a line, and a check"),
            ("holdpoint run CHECKLIST.md --rerun-failed", "only what did not pass"),
            ("holdpoint run CHECKLIST.md --report json=run.json", "for scripts"),
        ],
    ),
    (
        "demo",
        &[
            ("holdpoint demo", "six things are wrong"),
            ("holdpoint demo --mended", "nothing is: GO"),
            ("holdpoint demo --fault hsts", "one is"),
        ],
    ),
    (
        "answer",
        &[
            ("holdpoint answer CHECKLIST.md --line 6 --value yes", "what a person saw"),
            (
                "holdpoint answer CHECKLIST.md --line 5 --not-applicable --reason 'no port 443'",
                "not ours",
            ),
        ],
    ),
    (
        "check",
        &[
            ("holdpoint check net.port-open host=127.0.0.1 port=443", "one look, nothing is kept"),
            ("holdpoint check host.memory 'memory>=64MB'", "a bound"),
            ("holdpoint check file.exists path=CHECKLIST.md --format json", "for scripts"),
        ],
    ),
    (
        "explain",
        &[
            ("holdpoint explain tls.certificate-served", "what it proves, and what not"),
            ("holdpoint explain http.health --ascii", "for a plain terminal"),
        ],
    ),
    (
        "checks",
        &[
            ("holdpoint checks certificate", "entries that speak of it"),
            ("holdpoint checks --looks", "what this version looks with"),
            ("holdpoint checks --surface prometheus", "what is looked at there"),
        ],
    ),
    (
        "status",
        &[
            ("holdpoint status", "where the last run stands"),
            ("holdpoint status --format json", "for scripts"),
        ],
    ),
    (
        "diff",
        &[
            ("holdpoint diff", "the last two runs of a checklist"),
            ("holdpoint diff 1 2", "these two, the older one first"),
        ],
    ),
    (
        "record export",
        &[
            ("holdpoint record export --bundle evidence.zip", "one file that verifies itself"),
            ("holdpoint record export 1 --report html=run.html", "a report of an old run"),
        ],
    ),
    (
        "doctor",
        &[
            ("holdpoint doctor", "this machine, this folder; contacts nothing"),
            ("holdpoint doctor CHECKLIST.md", "and what stands between it and a run"),
            ("holdpoint doctor --contact", "reach what is declared, compare clocks"),
        ],
    ),
    (
        "record",
        &[
            ("holdpoint record verify", "judge the last run again, offline"),
            ("holdpoint record show 5", "the evidence behind line 5"),
        ],
    ),
    (
        "record verify",
        &[
            ("holdpoint record verify", "every record of this folder"),
            (
                "holdpoint record verify .holdpoint/0001.sqlite --explain",
                "one, and what it rests on",
            ),
        ],
    ),
    (
        "record show",
        &[
            ("holdpoint record show", "the runs"),
            ("holdpoint record show 5", "the evidence behind line 5"),
        ],
    ),
    (
        "record replay",
        &[
            ("holdpoint record replay", "the last run"),
            ("holdpoint record replay .holdpoint/0001.sqlite", "another"),
        ],
    ),
    (
        "completions",
        &[
            ("source <(holdpoint completions bash)", "in ~/.bashrc; zsh alike"),
            ("holdpoint completions fish | cat", "in fish: | source"),
        ],
    ),
    (
        "man",
        &[
            ("holdpoint man > holdpoint.1", "then `man ./holdpoint.1`"),
            ("holdpoint man man/man1", "write every page"),
        ],
    ),
];

/// The examples of a command.
pub(crate) fn examples(path: &str) -> Rows {
    EXAMPLES.iter().find(|(known, _)| *known == path).map_or(&[], |(_, rows)| *rows)
}
