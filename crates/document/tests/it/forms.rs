//! Every form that a checklist takes, each in a few lines.

use holdpoint_document::{Document, Form, Language, LineId, parse};

fn word(form: &Form) -> &'static str {
    match form {
        Form::Box(mark) if mark.ticked => "ticked",
        Form::Box(_) => "box",
        Form::Item => "item",
        Form::Command { .. } => "command",
        Form::Assignment { .. } => "assignment",
        Form::Comment { .. } => "comment",
        Form::Row { .. } => "row",
        Form::Field { .. } => "field",
        Form::Choice { .. } => "choice",
        Form::Rule => "rule",
        Form::Title => "title",
    }
}

/// Physical line, form, parent's physical line (0 when none) and text of each line.
fn shape(text: &str) -> Vec<String> {
    let document = parse(text.as_bytes());
    let number = |id: LineId| document.line(id).map_or(0, |line| line.number);
    let rows = document.lines.iter().map(|line| {
        let parent = line.parent.map_or(0, number);
        format!("{} {} ^{parent} {}", line.number, word(&line.form), line.repaired)
    });
    rows.collect()
}

fn headings(document: &Document) -> Vec<String> {
    let all = document.headings.iter();
    all.map(|it| format!("{} {} {}", it.number, it.level, it.repaired)).collect()
}

#[track_caller]
fn check(text: &str, wanted: &[&str]) {
    assert_eq!(shape(text), wanted, "{text}");
}

#[test]
fn marks_and_boxes() {
    check(
        "- [ ] a\n* [x] b\n+ [X] c\n- [ ]d\n3. [ ] e\n\n-[ ] f\n- [ ]  g\n- [] h\n",
        &[
            "1 box ^0 a",
            "2 ticked ^0 b",
            "3 ticked ^0 c",
            "4 box ^0 d",
            "5 box ^0 e",
            "7 box ^0 f",
            "8 box ^0 g",
            "9 box ^0 h",
        ],
    );
    check("_ update changelog.txt\n_ tag\n", &["1 item ^0 update changelog.txt", "2 item ^0 tag"]);
    check("- ［ ］ a\n- ［x］b\n- 【　】c\n", &["1 box ^0 a", "2 ticked ^0 b", "3 box ^0 c"]);
    check("- ☐ a\n- ☑ b\n☐ c\n", &["1 box ^0 a", "2 ticked ^0 b", "3 box ^0 c"]);
    check("- ✅ done\n- ❌ never\n", &["1 item ^0 ✅ done", "2 item ^0 ❌ never"]);
    check("Do:\n[ ] a\n[x] b\n", &["2 box ^0 a", "3 ticked ^0 b"]);
    check(
        "- [Name]\n- [x](u)\n- [Docs](d.md)\n",
        &["1 item ^0 [Name]", "2 item ^0 [x](u)", "3 item ^0 [Docs](d.md)"],
    );
    check("\t- [ ] a\n\t\t- [ ] b\n", &["1 box ^0 a", "2 box ^1 b"]);
    check("- # a\n- ## [ ] b\n  c\n", &["1 item ^0 a", "2 box ^0 b"]);
    check("- [ ]\n- \n- a\n", &["1 box ^0 ", "3 item ^0 a"]);
}

#[test]
fn numbers_are_kept_as_printed() {
    let document = parse(b"1. a\n2. b\n2. c\n\n10) d\n");
    let ordinals: Vec<_> = document.lines.iter().map(|line| line.ordinal).collect();
    assert_eq!(ordinals, [Some(1), Some(2), Some(2), Some(10)]);
}

#[test]
fn nesting_survives_blanks_and_odd_indents() {
    check(
        "- [ ] a:\n  - [ ] b\n  \n\n  - [ ] c\n    - d\n- [ ] e\n",
        &["1 box ^0 a:", "2 box ^1 b", "5 box ^1 c", "6 item ^5 d", "7 box ^0 e"],
    );
    check(
        "1. a\n  - b\n  - c\n2. d\n",
        &["1 item ^0 a", "2 item ^1 b", "3 item ^1 c", "4 item ^0 d"],
    );
    check("- a\n       - b\n", &["1 item ^0 a", "2 item ^1 b"]);
    check(
        "4. **Notify**\n- post\n- tell\n\n- other\n",
        &["1 item ^0 **Notify**", "2 item ^1 post", "3 item ^1 tell", "5 item ^1 other"],
    );
    check("1. a\n\n- b\n", &["1 item ^0 a", "3 item ^0 b"]);
}

#[test]
fn wrapped_text_is_one_line() {
    let text = "- [ ] **The interval** must\n  exceed the time\n  it takes\n- b\nlazy\n";
    check(text, &["1 box ^0 **The interval** must exceed the time it takes", "4 item ^0 b lazy"]);
    let document = parse(text.as_bytes());
    assert_eq!(document.lines[0].text, "**The interval** must\n  exceed the time\n  it takes");
}

#[test]
fn quotes_and_details_hold_items() {
    check("> - [ ] a\n>   - b\n> text\n", &["1 box ^0 a", "2 item ^1 b text"]);
    check(
        "<details>\n<summary>More</summary>\n- [ ] a\n\n- [ ] b\n</details>\n",
        &["3 box ^0 a", "5 box ^0 b"],
    );
    check(
        "> [!IMPORTANT]\n> Complete all steps in order.\n",
        &["1 rule ^0 [!IMPORTANT] Complete all steps in order."],
    );
}

#[test]
fn comments_and_definitions_are_no_lines() {
    check("<!--\n- [ ] a\n-->\n- [ ] b\n", &["4 box ^0 b"]);
    check("[a]: https://a.example\n[b]: c\n", &[]);
    check("- [Lead]: somebody\n", &["1 item ^0 [Lead]: somebody"]);
    check("- a <!-- why --> b\n", &["1 item ^0 a  b"]);
    check("- <!-- c --> a\n", &["1 item ^0 a"]);
}

#[test]
fn overrides_are_taken_off() {
    let document =
        parse(b"- [ ] Port 80 <!-- holdpoint: check=net.port-open -->\n| Role | Name |\n|--|--|\n");
    let line = &document.lines[0];
    assert_eq!((line.text.as_str(), line.repaired.as_str()), ("Port 80", "Port 80"));
    assert_eq!(line.override_comment.as_deref(), Some("check=net.port-open"));
    let document = parse(b"| Role | Name |\n|--|--|\n| QA | |  <!-- holdpoint: skip -->\n");
    let line = &document.lines[0];
    assert_eq!(line.text, "| QA | |");
    assert_eq!(line.override_comment.as_deref(), Some("skip"));
}

#[test]
fn front_matter_is_skipped() {
    check("---\nname: a\nlabels:\n- release\n---\n- [ ] b\n", &["6 box ^0 b"]);
}

#[test]
fn headings_of_every_kind() {
    let document = parse(
        "# A #\nB\n===\n##C\n**Bold (P0)**\n- x\n\nD\n---\n### **E**\n**Steps**:\n1. y\n#incidents\n"
            .as_bytes(),
    );
    assert_eq!(
        headings(&document),
        ["1 1 A", "2 1 B", "4 2 C", "5 7 Bold (P0)", "8 2 D", "10 3 E", "11 7 Steps:"]
    );
    assert_eq!(document.lines.len(), 2);
}

#[test]
fn a_box_in_a_heading_is_a_line_above_its_items() {
    check(
        "## Gate\n### [ ] Database\n- migrated\n  - and read\n### [x] Cache\n## Other\n- free\n",
        &[
            "2 box ^0 Database",
            "3 item ^2 migrated",
            "4 item ^3 and read",
            "5 ticked ^0 Cache",
            "7 item ^0 free",
        ],
    );
    let document = parse(b"### [ ] Database\n");
    assert_eq!(headings(&document), ["1 3 Database"]);
}

#[test]
fn titles_carry_a_version_before_anything_else() {
    check(
        "# Checklist\n## Shop v1.2.0\n- a\n## Old v1.1.0\n",
        &["2 title ^0 Shop v1.2.0", "3 item ^0 a"],
    );
    check("### Shop v1.2.0\n", &[]);
}

#[test]
fn breaks_are_told_apart_from_blanks() {
    let document = parse(b"# A\n- a\n\n---\n\n**V:** 1\n\n## B\n- b\n***\n## C\n_______\n- c\n");
    let breaks: Vec<bool> = document.lines.iter().map(|line| line.after_break).collect();
    assert_eq!(breaks, [false, true, false, false]);
    let breaks: Vec<bool> = document.headings.iter().map(|it| it.after_break).collect();
    assert_eq!(breaks, [false, true, true]);
    check("**V:** 1\n---\n- a\n---\n", &["1 field ^0 **V:** 1", "3 item ^0 a"]);
}

#[test]
fn fields_choices_and_prose() {
    check(
        "**Project**: X  \n**By:** ____ **Date:** ___\n\n**Status**: [ ] Good [x] Bad\n\nSign: ____\n",
        &[
            "1 field ^0 **Project**: X",
            "2 field ^0 **By:** ____ **Date:** ___",
            "4 choice ^0 **Status**: [ ] Good [x] Bad",
            "6 field ^0 Sign: ____",
        ],
    );
    check("**Remember**: Take your time.\n\nSome prose, all of it.\n\n✅ All good\n", &[]);
    check("**Note**: this goes on\nin the next line, and says quite a lot.\n", &[]);
    check(
        "- [ ] Better than before? ☐ Yes ☐ No\n- [ ] Yes [ ] No\n- [ ] use `[ ]` here\n",
        &[
            "1 choice ^0 Better than before? ☐ Yes ☐ No",
            "2 choice ^0 Yes [ ] No",
            "3 box ^0 use `[ ]` here",
        ],
    );
    check("- a\n**By**: me\n- b\n", &["1 item ^0 a", "2 field ^0 **By**: me", "3 item ^0 b"]);
}

#[test]
fn tables_by_their_headers_and_cells() {
    check("| Role | Name |\n|---|---|\n| QA | [Name] |\n| | |\n", &["3 row ^0 | QA | [Name] |"]);
    check("| File | Purpose |\n|---|---|\n| a | b |\n", &[]);
    check(
        "| No | Thing | OK |\n|--|--|--|\n| 1 | up | ☐ |\n| 2 | on | ✅ |\n| 3 | x | y |\n",
        &["3 row ^0 | 1 | up | ☐ |", "4 row ^0 | 2 | on | ✅ |"],
    );
    check(
        "| No | Check | OK |\n|--|--|--|\n| 1 | up | |\n\n| Area | Yes | No |\n|--|--|--|\n| Logs | | |\n",
        &["3 row ^0 | 1 | up | |", "7 row ^0 | Logs | | |"],
    );
    check("| Test | Passed | Failed |\n|--|--|--|\n| Web | 9 | 0 |\n", &[]);
    check("Metric | Target\n--- | ---\nErrors | < 1%\nProse below.\n", &["3 row ^0 Errors | < 1%"]);
    let document = parse(b"| Role | Name | Date |\n|--|--|--|\n| QA | a \\| b |\n");
    let Form::Row { header, cells } = &document.lines[0].form else { panic!("no row") };
    assert_eq!(header, &["Role", "Name", "Date"]);
    assert_eq!(cells, &["QA", "a | b", ""]);
}

#[test]
fn fences_belong_to_the_item_above() {
    let text = "1. **A**\n```bash\nls\n```\n\n2. B:\n\n```sh\nps\n```\n- c\n\n```sh\nid\n```\n- d\n  ~~~sh\n  df\n  ~~~\n";
    check(
        text,
        &[
            "1 item ^0 **A**",
            "3 command ^1 ls",
            "6 item ^0 B:",
            "9 command ^6 ps",
            "11 item ^0 c",
            "14 command ^0 id",
            "16 item ^0 d",
            "18 command ^16 df",
        ],
    );
    let document = parse(text.as_bytes());
    assert_eq!(document.lines[0].fence, Some(0));
    assert_eq!(document.fences[3].body, "df");
    assert_eq!(document.fences[3].owner, Some(LineId(6)));
}

#[test]
fn a_form_in_a_fence_is_one() {
    check(
        "```\nLead: ____ Date: ___\n- QA: ______\nby hand\n```\n",
        &["2 field ^0 Lead: ____ Date: ___", "3 field ^0 QA: ______"],
    );
    check("```json\nLead: ____\n```\n", &[]);
}

#[test]
fn a_report_goes_on_with_no_item() {
    check("- [ ] a\n\u{2705} b\n- c\n  \u{2705} d\n", &["1 box ^0 a", "3 item ^0 c \u{2705} d"]);
}

#[test]
fn a_stray_fence_ends_with_its_item() {
    check(
        "- a\n  ```\n  x\n  ```\n  ```\n- b\n- c\n",
        &["1 item ^0 a", "6 item ^0 b", "7 item ^0 c"],
    );
}

#[test]
fn comments_in_fences() {
    check(
        "```bash\n#!/bin/sh\n# Stop traffic\n# Roll back\n./deploy.sh rollback\n\n# Should include:\n# - X-Frame-Options\n# - CSP\n```\n",
        &[
            "3 comment ^0 # Stop traffic",
            "5 command ^0 ./deploy.sh rollback",
            "8 comment ^0 # - X-Frame-Options",
            "9 comment ^0 # - CSP",
        ],
    );
    let document =
        parse(b"```sh\n# List\n# Expected: two\nls # all\n# Expected: none\n# Done\n```\n");
    assert_eq!(document.lines.len(), 1);
    let Form::Command { title, notes, language, .. } = &document.lines[0].form else { panic!() };
    assert_eq!(title.as_deref(), Some("List"));
    assert_eq!(notes, &["Expected: two", "all", "Expected: none", "Done"]);
    assert_eq!(*language, Language::Shell);
}

#[test]
fn assignments_and_other_languages() {
    check(
        "```bash\n# App\nDEBUG=False\nKEY=<key>\n```\n```sh\npsql $URL\n# Rows\nSELECT 1;\n```\n",
        &[
            "3 assignment ^0 DEBUG=False",
            "4 assignment ^0 KEY=<key>",
            "7 command ^0 psql $URL",
            "9 command ^0 SELECT 1;",
        ],
    );
    check("```json\n{\"a\": 1}\n```\n```\n├── a\n```\n```yaml\nA: 1\n```\n", &[]);
    check("```powershell\nGet-Service `\n  -Name x\n```\n", &["2 command ^0 Get-Service -Name x"]);
    check("```\n$ make\nok\n$ ls\n```\n", &["2 command ^0 make", "4 command ^0 ls"]);
    check(
        "```sh\ncat << EOF\n# no comment\nEOF\nls \\\n  -a\n```\n",
        &["2 command ^0 cat << EOF\n# no comment\nEOF", "5 command ^0 ls -a"],
    );
}

#[test]
fn duplicates_are_lines_of_their_own() {
    check("- [ ] a\n- [ ] a\n", &["1 box ^0 a", "2 box ^0 a"]);
}

#[test]
fn paths_leave_the_title_out() {
    let document = parse("# Title\n## 📋 Checks\n### 1. Net\n- a\n".as_bytes());
    let line = &document.lines[0];
    assert_eq!(document.section_path(line), ["Checks", "1. Net"]);
    assert_eq!(document.path(line.section.unwrap()), ["Title", "📋 Checks", "1. Net"]);
    let document = parse(b"# A\n- a\n# B\n- b\n");
    assert_eq!(document.section_path(&document.lines[1]), ["B"]);
}

#[test]
fn a_bold_label_in_an_item_holds_only_there() {
    let document = parse(b"## S\n1. a\n\n   **Inside**\n   - b\n2. c\n");
    let sections: Vec<_> = document
        .lines
        .iter()
        .map(|line| document.headings[line.section.unwrap().0].text.clone())
        .collect();
    assert_eq!(sections, ["S", "Inside", "S"]);
}

#[test]
fn line_ends_of_every_kind() {
    check("\u{feff}# T\r\n\r\n- [ ] a\r\n  b\r\n", &["3 box ^0 a b"]);
    check("- a\r- b\r", &["1 item ^0 a", "1 item ^0 b"]);
    assert_eq!(parse(b"- a\r\n- b").physical_lines, 2);
}

#[test]
fn complaints_have_a_code_and_a_line() {
    let codes = |text: &[u8]| {
        let document = parse(text);
        let all = document.diagnostics.iter();
        all.map(|it| format!("{} {} {}", it.line, it.level.word(), it.code)).collect::<Vec<_>>()
    };
    assert_eq!(codes(b""), ["0 warning document::empty"]);
    assert_eq!(codes(b" \n"), ["0 warning document::empty"]);
    assert_eq!(codes(b"# T\n"), ["0 warning document::no-lines"]);
    assert_eq!(codes(b"- a\n- \0\n"), ["2 error document::binary"]);
    assert_eq!(codes(b"- a\n- \xff\n"), ["2 warning document::not-utf8"]);
    assert_eq!(codes(b"- a\n```sh\nls\n"), ["2 warning document::unclosed-fence"]);
    assert_eq!(codes(b"- a\n\n<!-- b\n- c\n"), ["3 warning document::unclosed-comment"]);
    assert_eq!(
        codes("## \u{201a}\u{fa}\u{d6} T\n- a\n".as_bytes()),
        ["1 note document::damaged-characters"]
    );
    assert_eq!(codes(b"- a\r- b\n"), ["1 error document::shared-line"]);
    assert_eq!(codes(b"- a\rb\n"), ["1 note document::carriage-return"]);
    assert_eq!(codes(b"- a\n"), Vec::<String>::new());
}

/// Line, level and code of each complaint that is about a box.
fn about_boxes(text: &str) -> Vec<String> {
    let document = parse(text.as_bytes());
    let all = document.diagnostics.iter();
    let all = all.filter(|it| it.code.contains("box"));
    all.map(|it| format!("{} {} {}", it.line, it.level.word(), it.code)).collect()
}

#[test]
fn swallowed_boxes_are_errors() {
    for (text, line) in [
        ("- [ ] a\n<!-- todo\n- [ ] b\n", 3),
        ("- [ ] a\n<!-- todo\n* [x] b\n<!-- why -->\n- [ ] c\n", 3),
        ("- [ ] a\n  <!-- todo\n  - [ ] b\n- [ ] c\n", 3),
        ("- [ ] a\n```bash\necho\n\n- [ ] b\n", 5),
        ("- [ ] a\n~~~\nx\n```\n- [ ] b\n", 5),
        ("```bash\necho\n\n- [ ] b\n\n```bash\nls\n```\n", 4),
        ("- [ ] a\n<pre>\n- [ ] b\n", 3),
    ] {
        let wanted = format!("{line} error document::swallowed-box");
        assert!(about_boxes(text).contains(&wanted), "{text}: {:?}", about_boxes(text));
    }
}

#[test]
fn what_is_left_out_on_purpose_is_no_error() {
    for (text, wanted) in [
        ("- [ ] a\n<!--\n- [ ] b\n-->\n", "3 note document::box-in-comment"),
        ("- [ ] a\n<!-- - [ ] b -->\n", "2 note document::box-in-comment"),
        ("- [ ] a\n\n```markdown\n- [ ] b\n```\n", "4 note document::box-in-fence"),
        ("- [ ] a\n<pre>\n- [ ] b\n</pre>\n", "3 warning document::box-in-html"),
        ("- [ ] a\n\n<div>\n[ ] b\n</div>\n", "4 warning document::box-in-html"),
        ("<ul>\n<li>[ ] b</li>\n</ul>\n", "2 warning document::box-in-html"),
        ("<ul>\n<li><input type=checkbox> b</li>\n", "2 warning document::box-in-html"),
    ] {
        assert_eq!(about_boxes(text), [wanted], "{text}");
    }
    for text in [
        "- [ ] a\n```bash\nls\n",
        "- [ ] Yes [ ] No\n",
        "[ ] A [ ] B\n",
        "**S**: [ ] A [x] B\n",
        "Tick `[ ]` when [x] is meant.\n",
        "- [ ] a <!-- - [ ] old -->\n",
        "- [ ] see [x](y)\n[x]: http://a\n",
        "> - [ ] a\n>   1. [ ] b\n## [ ] c\n",
    ] {
        assert_eq!(about_boxes(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn boxes_that_are_no_line_are_errors() {
    for (text, wanted) in [
        ("- [ ] a b c d - [ ] e\n", "1 error document::boxes-in-one-line"),
        ("- a * [ ] b\n", "1 error document::boxes-in-one-line"),
        ("<!-- [ ] old -->- [ ] a\n", "1 error document::lost-box"),
        ("- [ ] a\n\u{2013} [ ] b\n", "2 error document::lost-box"),
        ("a) [ ] b\n", "1 error document::lost-box"),
        ("**[ ] a**\n", "1 error document::lost-box"),
        ("[ ] Do this. [ ] Do that.\n", "1 warning document::lost-box"),
    ] {
        assert!(about_boxes(text).iter().any(|it| it == wanted), "{text}: {:?}", about_boxes(text));
    }
}

#[test]
fn blanks_of_other_keyboards_part_a_mark_from_its_box() {
    check(
        "- [ ] a\n-\u{a0}[ ] b\n- \u{3000}[x] c\n1.\u{202f}[ ] d\n",
        &["1 box ^0 a", "2 box ^0 b", "3 ticked ^0 c", "4 box ^0 d"],
    );
}
