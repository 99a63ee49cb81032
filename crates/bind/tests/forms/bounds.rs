//! Bounds, times, people and places in the text of items.

use holdpoint_document::Form;
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::support::{forms, page};

forms! {
    "Comparison sign" => comparison_sign,
    "Bound in words" => bound_in_words,
    "Bound in other scripts" => bound_in_other_scripts,
    "Bound with duration" => bound_with_duration,
    "Bound with population" => bound_with_population,
    "Range and approximation" => range_and_approximation,
    "Version floor" => version_floor,
    "Zero written as “no”" => zero_written_as_no,
    "HTTP code as the bound" => http_code_as_the_bound,
    "Relative time as item" => relative_time_as_item,
    "Deadline and assignee" => deadline_and_assignee,
    "Click path" => click_path,
    "Placeholder host" => placeholder_host,
    "Bracket placeholder" => bracket_placeholder,
    "Decision step" => decision_step,
}

fn comparison_sign() {
    let page = page(
        "- [ ] Response time < 300ms (p95)\n- [ ] Test coverage ≥ 85%\n- [ ] Test coverage > 80%\n",
    );
    page.binds(1, "load.latency", &[("p95", "<300ms")]);
    page.binds(2, "test.coverage", &[("coverage", ">=85%")]);
    page.binds(3, "test.coverage", &[("coverage", ">80%")]);
}

fn bound_in_words() {
    let page = page(
        "- [ ] Response times under 1.5s for the 99th percentile\n- [ ] At least 8 CPU cores\n- [ ] Disk usage below 80%\n",
    );
    page.binds(1, "load.latency", &[("p99", "<1.5s")]);
    page.binds(2, "host.cpu-cores", &[("cores", ">=8")]);
    page.binds(3, "resource.utilization", &[("usage", "<80%")]);
}

fn bound_in_other_scripts() {
    let page = page(
        "- [ ] テストカバレッジ 80% 以上\n- [ ] 테스트 커버리지 80% 이상\n- [ ] エラー率 1% 未満\n",
    );
    page.binds(1, "test.coverage", &[("coverage", ">=80%")]);
    page.binds(2, "test.coverage", &[("coverage", ">=80%")]);
    page.binds(3, "slo.error-rate", &[("rate", "<1%")]);
}

fn bound_with_duration() {
    let page = page("# L\n## Rollback Triggers\n- [ ] CPU usage > 90% for > 5 minutes\n");
    let wanted = [("op", ">"), ("threshold", "90%"), ("for", ">5m")];
    page.binds(3, "rollback.trigger", &wanted);
}

fn bound_with_population() {
    let page = page("- [ ] 500 concurrent users: error rate < 0.5%\n");
    page.binds(1, "load.concurrency", &[("users", "500"), ("error-rate", "<0.5%")]);
}

fn range_and_approximation() {
    let page = page(
        "# L\n## Post-Deployment\n- [ ] Watch error rate for 30-60 min\n- [ ] Restart takes ~5 minutes\n",
    );
    page.is(3, Phase::Post, Kind::Watch)
        .has(&["3 box ^0 Watch error rate for 30-60 min", "4 box ^0 Restart takes ~5 minutes"]);
    // Neither of them is a bound.
    let all = page.document.lines.iter().flat_map(|line| &page.means(line.number).checks);
    assert!(all.flat_map(|it| it.params.values()).all(|it| !it.contains(['<', '>'])));
}

fn version_floor() {
    let page = page(
        "- [ ] Docker 24.0+ installed\n- [ ] Python 3.11 or later\n- [ ] Ubuntu 22.04 LTS or newer\n",
    );
    page.binds(1, "host.tool-version", &[("version", ">=24.0")]);
    page.binds(2, "host.tool-version", &[("tool", "python3"), ("version", ">=3.11")]);
    page.binds(3, "host.os-version", &[("any-of", "ubuntu>=22.04(lts)")]);
}

fn zero_written_as_no() {
    page("- [ ] No errors in the logs\n").binds(1, "log.no-errors", &[]);
}

fn http_code_as_the_bound() {
    let page = page("- [ ] Home page returns HTTP 200\n- Expected result: HTTP 301\n");
    page.has(&["1 box ^0 Home page returns HTTP 200", "2 item ^0 Expected result: HTTP 301"]);
    page.binds(1, "http.smoke", &[]);
}

fn relative_time_as_item() {
    let page = page(
        "# L\n## Timeline\n- [ ] T-2h: Freeze the main branch\n- [ ] Every 2 hours: look around\n",
    );
    page.has(&["3 box ^0 T-2h: Freeze the main branch", "4 box ^0 Every 2 hours: look around"]);
    page.free(4);
}

fn deadline_and_assignee() {
    let page = page("- [ ] [Rotate the keys] - Assigned to: [Name] - Due: [Date]\n");
    assert!(matches!(page.line(1).form, Form::Box(mark) if !mark.ticked));
    page.free(1);
}

fn click_path() {
    let page = page("# L\n**Settings → Domains → Add**\n\n- Settings → Pages: pick the branch\n");
    page.headed(&["1 1 L", "2 7 Settings → Domains → Add"]);
    page.has(&["4 item ^0 Settings → Pages: pick the branch"]).free(4);
}

fn placeholder_host() {
    let page = page("- [ ] Home page loads (`https://your-app.example.com`)\n");
    // It is kept as written: nobody guesses what was meant.
    page.binds(1, "http.smoke", &[("url", "https://your-app.example.com")]);
}

fn bracket_placeholder() {
    let page = page("# L\n## Emergency Contacts\n- On-call: [Phone/Chat]\n- [Name]\n");
    page.has(&["3 item ^0 On-call: [Phone/Chat]", "4 item ^0 [Name]"]);
    page.is(4, Phase::Meta, Kind::Contact);
    page.asks(3, "contact.complete", &[("role", "On-call")]);
}

fn decision_step() {
    let page = page(
        "# L\n## Incident Response\n1. Look at the charts\n2. If unresolved, call the database owner\n",
    );
    page.is(4, Phase::Emergency, Kind::Procedure);
    assert_ne!(page.means(4).state, Binding::Bound);
}
