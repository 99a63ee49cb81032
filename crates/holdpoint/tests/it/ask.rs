//! `plan --ask` from outside: questions, answers line by line, and what they leave behind.

use std::io::Write as _;

use serde_json::Value;

use crate::common::{Place, Said, said};

/// Two lines whose target is not to be told, one of them twice.
const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Port 443 open\n\n\
                    ## Post-Deployment Verification\n\n- [ ] Port 80 open\n";
const SETTINGS: &str = "# ours\nschema = 1\n\n[target.shop]\nurl = \"https://shop.test\" # the shop\n\n\
                        [target.admin]\nurl = \"https://admin.test\"\n";

fn asked(place: &Place, args: &[&str], answers: &str) -> Said {
    let mut command = place.command(args);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    // Whoever refuses to ask at all may be gone before it is answered.
    drop(child.stdin.take().unwrap().write_all(answers.as_bytes()));
    said(child.wait_with_output().unwrap())
}

fn line(place: &Place, number: u64) -> Value {
    let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    let lines = plan["lines"].as_array().unwrap();
    lines.iter().find(|it| it["line"] == number).unwrap().clone()
}

#[test]
fn answers_are_kept_in_the_settings_and_change_the_plan() {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("holdpoint.toml", SETTINGS);
    assert_eq!(line(&place, 5)["state"], "choice");
    let said = asked(&place, &["plan", "list.md", "--ask"], "2\nnonsense\n1\n2\n");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    for part in ["1 of 3", "list.md:5", "Port 80 open", "[target.admin]", "answer 1 to 2, s, q"] {
        assert!(said.err.contains(part), "{part}:\n{}", said.err);
    }
    assert!(said.out.contains("3 answers in holdpoint.toml"), "{}", said.out);
    // A text that stands there twice is named by its number; the others by what they say.
    let text = place.read("holdpoint.toml");
    assert!(text.starts_with(SETTINGS), "{text}");
    assert!(text.contains("[line.5]\ntext = \"Port 80 open\"\ntarget = \"shop\"\n"), "{text}");
    assert!(text.contains("[line.\"Port 443 open\"]\ntarget = \"admin\"\n"), "{text}");
    assert!(text.contains("[line.10]\n"), "{text}");
    assert_eq!(line(&place, 5)["state"], "bound");
    assert_eq!(line(&place, 5)["checks"][0]["target"], "shop");
    assert_eq!(line(&place, 6)["checks"][0]["target"], "admin");
    let said = asked(&place, &["plan", "list.md", "--ask"], "");
    assert_eq!((said.code, said.out.as_str()), (Some(0), "nothing to ask\n"));
}

#[test]
fn an_answer_that_is_no_text_is_asked_for_again() {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("holdpoint.toml", SETTINGS);
    let mut command = place.command(&["plan", "list.md", "--ask"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdin.take().unwrap().write_all(b"\xff\xfe1\n2\nq\n"));
    let said = said(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("answer 1 to 2, s, q"), "{}", said.err);
    assert!(said.out.contains("1 answer in holdpoint.toml"), "{}", said.out);
}

#[test]
fn an_asked_line_says_what_a_check_would_leave_to_nobody() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] No `console.sol` imports in `src/`\n");
    assert_eq!(line(&place, 3)["state"], "asked");
    let said = asked(&place, &["plan", "list.md", "--ask"], "s\n");
    assert_eq!(said.code, Some(0), "{}", said.err);
    let text = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("a check looks at a part of the line"), "{text}");
    assert!(text.contains("left to people: `imports`"), "{text}");
}

#[test]
fn each_answer_is_kept_at_once() {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("holdpoint.toml", SETTINGS);
    // Whoever goes away in the middle loses nothing, and is told what is left.
    let said = asked(&place, &["plan", "list.md", "--ask"], "1\n");
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.err.contains("line 6  Port 443 open  (admin or shop)"), "{}", said.err);
    assert!(said.err.contains("2 lines are unclear"), "{}", said.err);
    assert!(place.read("holdpoint.toml").contains("[line.5]"));
    // Nobody there at all.
    let said = place.run(&["plan", "list.md", "--ask"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    // To skip, or to have enough, is an answer too, and is kept nowhere.
    let before = place.read("holdpoint.toml");
    let said = asked(&place, &["plan", "list.md", "--ask"], "s\nq\n");
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("0 answers in holdpoint.toml, 2 still open"), "{}", said.out);
    assert_eq!(place.read("holdpoint.toml"), before);
}

#[test]
fn questions_about_checks_offer_what_the_words_say() {
    let place = Place::new();
    place
        .write("list.md", "# T\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Health is good\n");
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    // A lock as a catalog that was not sure would have written it.
    let lock = place.read("holdpoint.lock");
    let (front, line) = lock.split_once("text = \"Port 80 open\"").unwrap();
    let (line, rest) = line.split_once("\n[[line]]").unwrap();
    assert!(line.contains("net.port-open"), "{line}");
    let open = "checks = [\n  { id = \"net.port-open\", params = { port = \"80\" }, because = [\"Port 80\"] },\n  \
                { id = \"net.local-listener\", params = { port = \"80\" }, because = [\"Port 80\"] },\n]\n";
    let (meaning, _) = line.split_once("checks = [").unwrap();
    let meaning = meaning.replace("state = \"bound\"", "state = \"choice\"");
    let unsure = format!("{front}text = \"Port 80 open\"{meaning}{open}\n[[line]]{rest}");
    for (answer, check, state) in [
        ("2", "net.local-listener", "bound"),
        ("1", "net.port-open", "bound"),
        ("p", "attest.statement", "asked"),
        ("n", "none", "unbound"),
    ] {
        place.write("holdpoint.lock", &unsure);
        drop(std::fs::remove_file(place.path().join("holdpoint.toml")));
        let said = asked(&place, &["plan", "list.md", "--ask"], &format!("{answer}\nq\n"));
        assert_eq!(said.code, Some(0), "{}", said.err);
        for part in ["1  net.port-open", "2  net.local-listener", "port=80", "because of `Port 80`"]
        {
            assert!(said.err.contains(part), "{part}:\n{}", said.err);
        }
        let kept = format!("schema = 1\n\n[line.\"Port 80 open\"]\ncheck = \"{check}\"\n");
        assert_eq!(place.read("holdpoint.toml"), kept);
        let line = self::line(&place, 5);
        assert_eq!(line["state"], state, "{line:#}");
        if state == "bound" {
            assert_eq!(line["checks"][0]["params"]["port"], "80", "what the text says is kept");
        }
        // It is not asked again.
        let again = asked(&place, &["plan", "list.md", "--ask"], "");
        assert!(!again.err.contains("list.md:5"), "{}", again.err);
    }
}

#[test]
fn what_is_not_understood_is_asked_about_where_it_reminds_of_something() {
    let place = Place::new();
    let list = "# T\n\n## Monitoring\n\n- [ ] Metrics reach the wall screen\n\n## Odd\n\n\
                - [ ] Wibble the frobnicator\n";
    place.write("list.md", list);
    assert_eq!(line(&place, 5)["state"], "unbound");
    let said = asked(&place, &["plan", "list.md", "--ask"], "1\n");
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.err.contains("not understood; perhaps one of these:"), "{}", said.err);
    assert!(!said.err.contains("Wibble"), "nothing comes near it: {}", said.err);
    // The plan guesses nothing; what the person said is bound.
    let bound = line(&place, 5);
    assert_ne!(bound["state"], "unbound", "{bound:#}");
    assert!(place.read("holdpoint.toml").contains("[line.\"Metrics reach the wall screen\"]"));
}

#[test]
fn questions_are_for_people() {
    let place = Place::new();
    place.write("list.md", LIST);
    assert_eq!(place.run(&["plan", "list.md", "--ask", "--format", "json"]).code, Some(2));
    assert_eq!(place.run(&["plan", "list.md", "--ask", "--no-lock"]).code, Some(2));
    place.write("broken.toml", "schema = 1\n[line.\"Port 443 open\"]\nchekc = 1\n");
    let args = ["plan", "list.md", "--ask", "--config", "broken.toml"];
    assert_eq!(asked(&place, &args, "1\n").code, Some(2));
    assert!(place.read("broken.toml").ends_with("chekc = 1\n"));
}
