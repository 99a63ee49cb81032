//! Text around the items, characters, and ends of lines.

use holdpoint_document::Form;
use holdpoint_model::line::{Kind, Phase};

use crate::support::{forms, page};

forms! {
    "Front matter of an issue template" => front_matter,
    "Template variables" => template_variables,
    "HTML comments" => html_comments,
    "<details>" => details,
    "Reference link definitions" => reference_link_definitions,
    "Images as priority marks" => images_as_priority_marks,
    "Callout or quote" => callout_or_quote,
    "Wiki TOC macro" => wiki_toc_macro,
    "Table of contents" => table_of_contents,
    "Metadata lines with two trailing spaces" => metadata_lines,
    "Underscore blanks" => underscore_blanks,
    "Full-width punctuation" => full_width_punctuation,
    "Right-to-left text with Latin code" => right_to_left_text,
    "Two languages in one line" => two_languages_in_one_line,
    "CRLF" => crlf,
    "Mixed line endings" => mixed_line_endings,
    "BOM" => byte_order_mark,
    "UTF-8 read as Mac Roman" => read_as_mac_roman,
}

fn front_matter() {
    let page = page(
        "---\nname: Launch list\nabout: Ask for one\ntitle: \"[LAUNCH] \"\nlabels: ops\n---\n\n- [ ] TLS certificate valid\n",
    );
    page.headed(&[]).has(&["8 box ^0 TLS certificate valid"]);
}

fn template_variables() {
    let page =
        page("- [ ] Create `release-<version>`\n- [ ] Announce {{ product }} vX.Y in chat\n");
    page.has(&[
        "1 box ^0 Create `release-<version>`",
        "2 box ^0 Announce {{ product }} vX.Y in chat",
    ]);
    page.binds(2, "comms.notify", &[]);
}

fn html_comments() {
    let page = page(
        "<!-- - [ ] made by a tool -->\n- [ ] TLS certificate valid <!-- keep -->\n<!--\n- [ ] an old item\n-->\n- [ ] Done\n",
    );
    page.has(&["2 box ^0 TLS certificate valid", "6 box ^0 Done"]);
    page.binds(2, "tls.certificate-served", &[]);
}

fn details() {
    page("<details>\n<summary>More</summary>\n\n- [ ] Old queue removed\n\n</details>\n\n- [ ] Done\n")
        .has(&["4 box ^0 Old queue removed", "8 box ^0 Done"]);
}

fn reference_link_definitions() {
    page("- [ ] Run the [nightly job]\n- [ ] See [charts][1]\n\n[nightly job]: https://ci.acme.dev/n\n[1]: https://g.acme.dev\n")
        .has(&["1 box ^0 Run the [nightly job]", "2 box ^0 See [charts][1]"]);
}

fn images_as_priority_marks() {
    let page = page(
        "- [ ] ![High][high] HTTPS redirect enabled\n- ![Low][low] may wait\n\n[high]: img/high.svg\n",
    );
    page.has(&["1 box ^0 ![High][high] HTTPS redirect enabled", "2 item ^0 ![Low][low] may wait"]);
    page.is(1, Phase::Pre, Kind::Probe);
}

fn callout_or_quote() {
    let page = page(
        "> [!WARNING]\n> Never on a Friday.\n\n> Only a remark.\n\n> - [ ] TLS certificate valid\n",
    );
    page.has(&["6 box ^0 TLS certificate valid"]).binds(6, "tls.certificate-served", &[]);
}

fn wiki_toc_macro() {
    page("[[_TOC_]]\n\n# Launch\n- [ ] Done\n").headed(&["3 1 Launch"]).has(&["4 box ^0 Done"]);
}

fn table_of_contents() {
    let page = page(
        "# L\n## Contents\n- [Edge](#edge)\n- [Rollback](#rollback)\n## Edge\n- [ ] TLS certificate valid\n",
    );
    // They lead to what follows: nothing is to be done or looked at.
    page.is(3, Phase::Meta, Kind::Config).is(4, Phase::Meta, Kind::Config);
    page.is(6, Phase::Pre, Kind::Probe);
}

fn metadata_lines() {
    let page = page(
        "# L\n\n**Version**: 2.4.0  \n**Owner**: Platform  \n**Updated:** 2026-03-01\n\n- [ ] Done\n",
    );
    page.has(&[
        "3 field ^0 **Version**: 2.4.0",
        "4 field ^0 **Owner**: Platform",
        "5 field ^0 **Updated:** 2026-03-01",
        "7 box ^0 Done",
    ]);
    page.is(3, Phase::Meta, Kind::Field).asks(3, "field.value", &[("value", "2.4.0")]);
}

fn underscore_blanks() {
    let page = page(
        "# L\n## Sign-Off\n**Signature:** ______________ **Date:** ________\n\nName: ____________\n",
    );
    let Form::Field { fields } = &page.line(3).form else { panic!("no field") };
    let empty = |name: &str| (name.to_owned(), String::new());
    assert_eq!(fields, &[empty("Signature"), empty("Date")]);
    page.is(3, Phase::Signoff, Kind::Signoff);
    assert!(matches!(page.line(5).form, Form::Field { .. }));
}

fn full_width_punctuation() {
    let page =
        page("# L\n## 部署前：\n- [ ] 限流：已启用\n- [x]　日志、监控\n\n**负责人**：王伟\n");
    page.has(&["3 box ^0 限流：已启用", "4 ticked ^0 日志、监控", "6 field ^0 **负责人**：王伟"]);
    page.binds(3, "http.rate-limit", &[]).asks(6, "field.value", &[("value", "王伟")]);
}

fn right_to_left_text() {
    let page = page("- [ ] تشغيل `npm test` بدون أخطاء\n- [x] مجلد `/backups` موجود\n");
    page.has(&["1 box ^0 تشغيل `npm test` بدون أخطاء", "2 ticked ^0 مجلد `/backups` موجود"]);
    page.binds(1, "test.suite", &[]);
}

fn two_languages_in_one_line() {
    let page = page("- [ ] Health check 통과 확인\n- [ ] Rate limiting включён\n");
    page.binds(1, "http.health", &[]).binds(2, "http.rate-limit", &[]);
}

fn crlf() {
    let text = "# L\r\n\r\n- [ ] TLS certificate valid\r\n\r\n```bash\r\nnpm test\r\n```\r\n";
    let page = page(text);
    page.has(&["3 box ^0 TLS certificate valid", "6 command ^0 npm test"]);
    page.binds(3, "tls.certificate-served", &[]);
    assert_eq!(page.document.raw, text.as_bytes());
}

fn mixed_line_endings() {
    let page = page("# L\r\n- [ ] TLS certificate valid\n- [ ] Redis reachable\r\n\n- [ ] Done");
    page.has(&["2 box ^0 TLS certificate valid", "3 box ^0 Redis reachable", "5 box ^0 Done"]);
    page.binds(3, "redis.reachable", &[]);
}

fn byte_order_mark() {
    let page = page("\u{feff}# Launch\n- [ ] TLS certificate valid\n");
    page.headed(&["1 1 Launch"]).has(&["2 box ^0 TLS certificate valid"]);
    self::page("\u{feff}- [ ] Done\n").has(&["1 box ^0 Done"]);
}

fn read_as_mac_roman() {
    let page = page(
        "# L\n## \u{f8ff}\u{fc}\u{f6}\u{c4} After deployment\n- [ ] Home page answers \u{201a}\u{fa}\u{ec}\n",
    );
    page.headed(&["1 1 L", "2 2 🚀 After deployment"]).has(&["3 box ^0 Home page answers ✓"]);
    assert_eq!(page.line(3).text, "Home page answers \u{201a}\u{fa}\u{ec}");
    assert_eq!(page.means(3).phase, Phase::Post);
}
