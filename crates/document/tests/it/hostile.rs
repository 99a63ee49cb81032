//! Texts that make a careless parser take time that grows with the square of their size.

/// A name and what makes a text of about that many bytes.
pub(crate) type Case = (&'static str, fn(usize) -> String);

/// Ordinary texts, and those that are known to make readers of Markdown slow.
pub(crate) const CASES: [Case; 34] = [
    ("checklist", |n| "- [ ] Port 80 (HTTP) accessible, `nginx -t` says ok\n".repeat(n / 52)),
    ("one line", |n| format!("- [ ] {}", "word ".repeat(n / 5))),
    ("prose", |n| "Some words that say nothing.\n".repeat(n / 29)),
    ("commands", |n| format!("```sh\n{}```\n", "# Do\nkubectl get pods\n\n".repeat(n / 23))),
    ("fields", |n| "**Label**: value\n".repeat(n / 17)),
    ("fields one line", |n| "**Label**: value ".repeat(n / 17)),
    ("rows", |n| format!("| Role | Name |\n|---|---|\n{}", "| QA | [Name] |\n".repeat(n / 16))),
    ("brackets", |n| "[".repeat(n)),
    ("bracket pairs", |n| "[a](".repeat(n / 4)),
    ("boxes", |n| "[ ] ".repeat(n / 4)),
    ("emphasis", |n| "*a **a ".repeat(n / 7)),
    ("stars", |n| "*".repeat(n)),
    ("backquotes", |n| {
        (1..)
            .map(|i| "`".repeat(i) + " [ ] ")
            .scan(0, |sum, run| {
                *sum += run.len();
                (*sum < n).then_some(run)
            })
            .collect()
    }),
    ("definitions", |n| "[a]: u\n".repeat(n / 7)),
    ("comments", |n| "<!-- ".repeat(n / 5)),
    ("comments in items", |n| format!("- a {}", "<!-- holdpoint: ".repeat(n / 16))),
    ("closed comments", |n| format!("- a {}", "<!-- holdpoint: a --> ".repeat(n / 22))),
    ("comments bare closes", |n| format!("- a {}", "--> ".repeat(n / 4))),
    ("declarations", |n| "<!A ".repeat(n / 4)),
    ("quotes", |n| ">".repeat(n)),
    ("quotes and blanks", |n| format!("{}a\n{}", ">".repeat(n / 2), ">\n".repeat(n / 4))),
    ("lists", |n| "- ".repeat(n / 2) + "a"),
    ("lists and blanks", |n| format!("{}a{}", "- ".repeat(n / 4), "\n".repeat(n / 2))),
    ("lists and text", |n| format!("{}a\n{}", "- ".repeat(n / 4), "b\n".repeat(n / 4))),
    ("lists and wide line", |n| format!("{}a\n{}b", "- ".repeat(n / 4), " ".repeat(n / 2))),
    ("lists then dashes", |n| format!("{}a{}", "- ".repeat(n / 4), " -".repeat(n / 4))),
    ("steps", |n| "1. ".repeat(n / 3)),
    ("underscore bullets", |n| "_ ".repeat(n / 2) + "a"),
    ("nested deeper", |n| {
        (0..)
            .map(|i| " ".repeat(i) + "- a\n")
            .scan(0, |sum, row| {
                *sum += row.len();
                (*sum < n).then_some(row)
            })
            .collect()
    }),
    ("quotes in shell", |n| format!("```sh\n{}```", "echo 'a\"\n".repeat(n / 9))),
    ("heredocs", |n| format!("```sh\n{}```", "cat << EOF\n".repeat(n / 11))),
    ("ifs", |n| format!("```sh\n{}```", "if a\n".repeat(n / 5))),
    ("delimiters", |n| "a|b\n|-|-|\n".repeat(n / 10)),
    ("damaged", |n| "- \u{201a}\u{fa}\u{d6} \u{2705} \u{e9}\n".repeat(n / 18)),
];
