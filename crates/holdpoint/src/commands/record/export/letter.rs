//! `VERIFY.md`: what a bundle holds, how to verify it, and what that rests on.

use std::fmt::Write as _;

use holdpoint_model::event::Release;
use holdpoint_report::{dossier::Dossier, when::rfc3339};

use super::{KEY, SUMS};

/// Everything that the letter speaks of.
pub(super) struct Letter<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) record: &'a str,
    pub(super) key: &'a str,
    pub(super) files: &'a [&'a str],
    pub(super) rests_on: &'a [String],
    pub(super) judged: usize,
}

impl Letter<'_> {
    /// The letter as Markdown.
    pub(super) fn text(&self) -> String {
        [self.head(), self.contents(), self.with_holdpoint(), self.by_hand(), self.rests()].concat()
    }

    fn head(&self) -> String {
        let view = &self.dossier.view;
        let word = match view.verdict {
            Release::Go => "GO",
            Release::Hold => "HOLD",
            Release::NoGo => "NO-GO",
        };
        let mut text = format!("# Run {}: {word}\n\n", view.run);
        let rows = [
            ("checklist", format!("`{}`", plain(&view.document.path))),
            (
                "environment",
                view.environment.as_deref().map_or_else(|| String::from("none"), plain),
            ),
            ("gate", view.gate.word().to_owned()),
            ("began", rfc3339(view.started)),
            ("ended", view.ended.map_or_else(|| String::from("not"), rfc3339)),
            ("looked with", format!("holdpoint {}", plain(&self.dossier.version))),
        ];
        for (name, value) in rows {
            writeln!(text, "* {name}: {value}").expect("strings take text");
        }
        text
    }

    fn contents(&self) -> String {
        let mut text = String::from("\n## What is in here\n\n");
        let says = |name: &str| match name {
            "checklist.md" => "the checklist, byte for byte as it was looked at",
            "run.json" => "every line with its state, for programs (`holdpoint.run/1`)",
            "report.html" => "the checklist with its verdicts and evidence, to be read",
            KEY => "the public key of the seal",
            _ => "the record: journal, evidence, checklist, plan and seal, in one SQLite file",
        };
        for name in self.files {
            writeln!(text, "* `{name}`: {}", says(name)).expect("strings take text");
        }
        writeln!(
            text,
            "* `{SUMS}`: of all these files and this one; `sha256sum -c {SUMS}` compares them"
        )
        .expect("strings take text");
        text.push_str(
            "\nOnly the record proves anything. The other files were made from it, and can be made \
             from it again.\n",
        );
        text
    }

    fn with_holdpoint(&self) -> String {
        let (show, shows) = match self.dossier.judgements.keys().next() {
            None => (String::new(), String::new()),
            Some(line) => (
                format!("holdpoint record show {line} --run ./{}\n", self.record),
                format!(" The third shows the evidence behind a line, here of line {line}."),
            ),
        };
        format!(
            "\n## Verify it with holdpoint\n\n```sh\nholdpoint record verify {record} --key {KEY}\n\
             holdpoint record verify {record} --key {KEY} --explain\n{show}```\n\nThe first works offline and judges all {judged} verdicts again, from \
             what was seen alone; a stored verdict is read only to compare. It ends with 0 when the \
             record holds and 1 when anything was changed, with its place. The second lists what \
             that rests on.{shows}\n\nA key that came with the record vouches for nothing: whoever forged the one \
             could have made the other. Ask whoever ran it for the key another way, and compare:\n\n\
             ```text\n{key}\n```\n",
            record = self.record,
            judged = self.judged,
            key = self.key,
        )
    }

    fn by_hand(&self) -> String {
        let script = SCRIPT.replace("RECORD", self.record).replace("KEY", KEY);
        format!(
            "\n## Verify the seal by hand\n\nThe record is a SQLite file, in any reader. `event` \
             holds the journal: `body` is JSON, and `hash` is the SHA-256 of the hash before, the \
             number as eight bytes (the highest first) and the body; before the first stands the \
             SHA-256 of `holdpoint journal 1`, a line feed and the number of the run. `evidence` \
             holds what was seen, each piece by its SHA-256, some packed with Zstandard. `seal` \
             holds the seal as JSON and two Ed25519 signatures. `chain` is over `holdpoint chain 1`, \
             a line feed and that JSON, which names the last hash and the number of events. `file` \
             is over `holdpoint file 1`, a line feed and the SHA-256 of the whole file with the 64 \
             bytes of this signature as zero and the bytes 18 and 19 as one.\n\nThis does all of it \
             with Python and OpenSSL, but for unpacking; read it before it is run:\n\n```python\n{script}```\n\nThat \
             shows that nothing was changed since the seal. Whether each verdict follows from what \
             was seen is what holdpoint judges again.\n"
        )
    }

    fn rests(&self) -> String {
        let mut text = String::from(
            "\n## What this rests on\n\nNo seal can say that the looks happened as they are told, \
             that there was no other run, or that a clock was right. Verification believes:\n\n",
        );
        for it in self.rests_on {
            writeln!(text, "* {}", plain(it)).expect("strings take text");
        }
        text.push_str(
            "\nValues of secrets are not in here: of them the record keeps facts alone, computed \
             where the secret was read.\n",
        );
        text
    }
}

/// Text of a record within Markdown: one line, nothing that marks anything up.
fn plain(text: &str) -> String {
    let keep = |c: char| match c {
        '`' | '<' | '>' | '[' | ']' | '*' | '|' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(keep).collect()
}

const SCRIPT: &str = r#"import hashlib, json, os, sqlite3, subprocess, tempfile

raw = open("RECORD", "rb").read()
record = sqlite3.connect("file:RECORD?mode=ro&immutable=1", uri=True)
sha256 = lambda data: hashlib.sha256(data).digest()

def signed(message, signature):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("message", "signature")]
        for path, data in zip(paths, (message, signature)):
            open(path, "wb").write(data)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "KEY", "-rawin",
                        "-in", paths[0], "-sigfile", paths[1]], check=True, stdout=subprocess.DEVNULL)

(run,) = record.execute("SELECT run FROM meta").fetchone()
head, count = sha256(b"holdpoint journal 1\n" + run.encode()), 0
for number, body, link in record.execute("SELECT seq, body, hash FROM event ORDER BY seq"):
    count += 1
    head = sha256(head + count.to_bytes(8, "big") + body)
    assert number == count and link == head, f"event {count} was changed"
for digest, codec, data in record.execute("SELECT digest, codec, bytes FROM evidence"):
    if codec == "plain":
        assert sha256(data) == digest, f"evidence {digest.hex()} was changed"
body, chain, file = record.execute("SELECT body, chain, file FROM seal").fetchone()
seal = json.loads(body)
assert (seal["head"], seal["events"]) == (head.hex(), count), "the seal is of another journal"
at = raw.index(file)
assert raw.count(file) == 1
zeroed = bytearray(raw)
zeroed[at:at + 64] = bytes(64)
zeroed[18:20] = b"\1\1"
signed(b"holdpoint chain 1\n" + body, chain)
signed(b"holdpoint file 1\n" + sha256(zeroed), file)
print(f"run {run}: {count} events, sealed with {seal['key']}")
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_record_marks_nothing_up() {
        assert_eq!(plain("a`b\n# c <script>"), "a b # c  script ");
    }
}
