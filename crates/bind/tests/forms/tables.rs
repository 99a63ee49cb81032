//! Tables of checks, people and results.

use holdpoint_document::Form;
use holdpoint_model::line::{Kind, Phase};

use crate::support::{forms, page};

forms! {
    "Check table with status column" => check_table_with_status_column,
    "Check table with ☐ cells" => check_table_with_box_cells,
    "Check table with command column" => check_table_with_command_column,
    "Check table with empty answer columns" => check_table_with_empty_answer_columns,
    "Requirement levels per column" => requirement_levels_per_column,
    "Test result table" => test_result_table,
    "Contact table with blanks" => contact_table_with_blanks,
    "Sign-off table, empty cells" => signoff_table_empty_cells,
    "Table without header pipes or with long padding" => table_without_pipes_or_with_padding,
}

fn cells(form: &Form) -> Vec<&str> {
    let Form::Row { cells, .. } = form else { panic!("no row: {form:?}") };
    cells.iter().map(String::as_str).collect()
}

fn check_table_with_status_column() {
    let page = page(
        "# L\n| No | Check | Status |\n|----|-------|--------|\n| 1 | TLS certificate valid | ✅ |\n| 2 | Redis reachable | ❌ |\n",
    );
    assert_eq!(cells(&page.line(4).form), ["1", "TLS certificate valid", "✅"]);
    assert_eq!(page.document.lines.len(), 2);
    // The sign is what somebody claims of it: the row is looked at all the same.
    page.is(4, Phase::Pre, Kind::Probe).binds(4, "tls.certificate-served", &[]);
    page.is(5, Phase::Pre, Kind::Probe).binds(5, "redis.reachable", &[]);
}

fn check_table_with_box_cells() {
    let page = page(
        "| No | 項目 | 担当 | 結果 |\n|--|--|--|--|\n| 1.1 | 監視 |  | ☐ |\n| 1.2 | 通知 | | ☑ |\n",
    );
    assert_eq!(cells(&page.line(3).form), ["1.1", "監視", "", "☐"]);
    assert_eq!(cells(&page.line(4).form), ["1.2", "通知", "", "☑"]);
}

fn check_table_with_command_column() {
    let page = page(
        "# L\n| # | Check | Owner | Status | Command |\n|--|--|--|--|--|\n| 1 | Health | DEV | ⏳ | `curl -f https://shop.acme.dev/health` |\n",
    );
    assert_eq!(cells(&page.line(4).form)[4], "`curl -f https://shop.acme.dev/health`");
    page.binds(4, "http.health", &[("url", "https://shop.acme.dev/health")]);
}

fn check_table_with_empty_answer_columns() {
    let page = page(
        "# L\n| # | Area | Question | Not | Partly | Fully | N/A |\n|--|--|--|--|--|--|--|\n| 1 | Edge | Is the TLS certificate valid? | | | | |\n\n| Nr | Thema | Ja | Nein |\n|--|--|--|--|\n| 1 | Sicherungen | | |\n",
    );
    let empty = ["1", "Edge", "Is the TLS certificate valid?", "", "", "", ""];
    assert_eq!(cells(&page.line(4).form), empty);
    page.is(4, Phase::Pre, Kind::Probe).is(8, Phase::Pre, Kind::Probe);
}

fn requirement_levels_per_column() {
    let page = page(
        "# L\n| Item | Description | Level A | Level B |\n|--|--|--|--|\n| [Canary](canary.md) | A few see it first. | :white_check_mark: | |\n| [Backups](b.md) | Backups are scheduled. | | |\n",
    );
    assert_eq!(cells(&page.line(4).form)[2..], [":white_check_mark:", ""]);
    let Form::Row { header, .. } = &page.line(5).form else { panic!("no row") };
    assert_eq!(header[2..], ["Level A", "Level B"]);
}

fn test_result_table() {
    page("| Suite | Total | Passed | Failed | Coverage |\n|--|--|--|--|--|\n| Web | 212 | 212 | 0 | ~88% |\n")
        .has(&[]);
    page("| Test | Passed | Failed |\n|--|--|--|\n| Web | 95 | 1 |\n").has(&[]);
}

fn contact_table_with_blanks() {
    let page = page(
        "# L\n## Emergency Contacts\n| Role | Name | Contact | Availability |\n|--|--|--|--|\n| Database owner | [Name] | [Phone] | Office hours |\n",
    );
    page.is(5, Phase::Meta, Kind::Contact);
    let wanted = [("role", "Database owner"), ("availability", "Office hours")];
    page.asks(5, "contact.complete", &wanted);
}

fn signoff_table_empty_cells() {
    let page = page(
        "# L\n## Sign-Off\n| Role | Name | Date | Signature |\n|------|------|------|------|\n| QA Lead | | | |\n| | | | |\n",
    );
    assert_eq!(page.document.lines.len(), 1);
    page.is(5, Phase::Signoff, Kind::Signoff);
    page.asks(5, "signoff.approval", &[("role", "QA Lead")]);
}

fn table_without_pipes_or_with_padding() {
    let wide = " ".repeat(160);
    let page = page(&format!(
        "# L\nCheck | Status\n--- | ---\nTLS certificate valid | ☐\n\n| Check{wide}| Status{wide}|\n|:-{}:|---|\n| Redis reachable{wide}| ☐{wide}|\n",
        "-".repeat(160)
    ));
    assert_eq!(cells(&page.line(4).form), ["TLS certificate valid", "☐"]);
    assert_eq!(cells(&page.line(8).form), ["Redis reachable", "☐"]);
    page.binds(4, "tls.certificate-served", &[]).binds(8, "redis.reachable", &[]);
}
