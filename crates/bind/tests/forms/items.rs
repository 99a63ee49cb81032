//! Items: boxes, bullets and numbers, and what stands in their text.

use holdpoint_document::{Form, LineId};
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::support::{forms, page};

forms! {
    "Dash box, open" => dash_box_open,
    "Dash box, ticked" => dash_box_ticked,
    "Star box" => star_box,
    "Ordered box" => ordered_box,
    "Two spaces after the box" => two_spaces_after_the_box,
    "Box nested under a box (2, 3 or 4 columns)" => box_nested_under_a_box,
    "Box with plain child bullets" => box_with_plain_child_bullets,
    "Box ending in a colon" => box_ending_in_a_colon,
    "Box with bold lead" => box_with_bold_lead,
    "Bold group box with child boxes" => bold_group_box_with_child_boxes,
    "Item with identifier" => item_with_identifier,
    "Item that is only code" => item_that_is_only_code,
    "Variable with wanted value" => variable_with_wanted_value,
    "Variable with description" => variable_with_description,
    "Text, colon, command in code" => text_colon_command_in_code,
    "Item that is only a link" => item_that_is_only_a_link,
    "Item as a question" => item_as_a_question,
    "Item with condition" => item_with_condition,
    "Item with evidence or progress in the text" => item_with_evidence_in_the_text,
    "Ticked although the text says partly" => ticked_although_the_text_says_partly,
    "Open box with ✅ in its text" => open_box_with_a_check_mark_in_its_text,
    "Struck-out item" => struck_out_item,
    "Item with inline choice" => item_with_inline_choice,
    "Choice field line outside lists" => choice_field_line_outside_lists,
    "Wrapped item (indented continuation line)" => wrapped_item,
    "Plain bullets as checks, no box" => plain_bullets_as_checks,
    "Numbered lines as checks" => numbered_lines_as_checks,
    "Repeated list number" => repeated_list_number,
    "Underscore as bullet" => underscore_as_bullet,
    "Emoji bullet as status" => emoji_bullet_as_status,
    "Emoji-led line without bullet" => emoji_led_line_without_bullet,
    "Conditions as boxes" => conditions_as_boxes,
    "Sign-off role as box" => signoff_role_as_box,
    "Same item text twice" => same_item_text_twice,
}

fn dash_box_open() {
    let page = page("# Launch\n\n## Edge\n\n- [ ] HSTS header enabled\nsome prose\n");
    page.has(&["5 box ^0 HSTS header enabled some prose"]).is(5, Phase::Pre, Kind::Probe);
    assert_eq!(page.section(5), Some("Edge"));
}

fn dash_box_ticked() {
    let page = page("- [x] Nightly backups are scheduled\n- [ ] Backups scheduled\n");
    page.has(&["1 ticked ^0 Nightly backups are scheduled", "2 box ^0 Backups scheduled"]);
    // A tick is somebody's word: the line is looked at like any other.
    page.binds(1, "backup.schedule", &[]).binds(2, "backup.schedule", &[]);
}

fn star_box() {
    let page = page("* [ ] Redis reachable\n* [x] Clocks agree\n");
    page.has(&["1 box ^0 Redis reachable", "2 ticked ^0 Clocks agree"]);
    page.binds(1, "redis.reachable", &[]);
}

fn ordered_box() {
    let page = page(
        "# Launch\n## Rollback\n1. [ ] Drain: `kubectl scale deployment/shop --replicas=0`\n2. [ ] Take it back: `kubectl rollout undo deployment/shop`\n",
    );
    assert_eq!((page.line(3).ordinal, page.line(4).ordinal), (Some(1), Some(2)));
    assert!(matches!(page.line(4).form, Form::Box(mark) if !mark.ticked));
    page.is(3, Phase::Rollback, Kind::Procedure).is(4, Phase::Rollback, Kind::Procedure);
    page.binds(4, "rollback.execute", &[("cmd", "kubectl rollout undo deployment/shop")]);
}

fn two_spaces_after_the_box() {
    let page = page("- [ ]  TLS certificate valid\n- [x]   Error pages carry the brand\n");
    page.has(&["1 box ^0 TLS certificate valid", "2 ticked ^0 Error pages carry the brand"]);
    assert_eq!(page.line(1).text, "TLS certificate valid");
}

fn box_nested_under_a_box() {
    let page = page(
        "- [ ] Host prepared\n  - [ ] Debian 12 or later\n- [ ] Memory\n   - [ ] 16GB RAM minimum\n- [ ] Cache\n    - [ ] Redis reachable\n",
    );
    page.has(&[
        "1 box ^0 Host prepared",
        "2 box ^1 Debian 12 or later",
        "3 box ^0 Memory",
        "4 box ^3 16GB RAM minimum",
        "5 box ^0 Cache",
        "6 box ^5 Redis reachable",
    ]);
    page.binds(2, "host.os-version", &[("any-of", "debian>=12")]);
    page.binds(4, "host.memory", &[("memory", ">=16GB")]);
}

fn box_with_plain_child_bullets() {
    let page = page("- [ ] Public pages answer\n  - Storefront\n  - Console (staff)\n- [ ] Done\n");
    page.has(&[
        "1 box ^0 Public pages answer",
        "2 item ^1 Storefront",
        "3 item ^1 Console (staff)",
        "4 box ^0 Done",
    ]);
    assert_eq!(page.line(3).depth, 1);
}

fn box_ending_in_a_colon() {
    let page = page(
        "- [ ] Build machine is prepared:\n  - [ ] Docker 24.0+ installed\n- [ ] Warm the cache:\n  ```bash\n  curl -s https://shop.acme.dev/warm\n  ```\n",
    );
    page.binds(1, "meta.rollup", &[]);
    assert_eq!(page.line(2).parent, Some(LineId(0)));
    assert_eq!(page.fence(3), Some("curl -s https://shop.acme.dev/warm"));
}

fn box_with_bold_lead() {
    let page = page(
        "- [ ] **Rate limiting**: 100 requests per minute\n- [ ] **Backups scheduled** (nightly, to another region)\n",
    );
    page.has(&[
        "1 box ^0 **Rate limiting**: 100 requests per minute",
        "2 box ^0 **Backups scheduled** (nightly, to another region)",
    ]);
    assert!(!page.line(1).bold && !page.line(2).bold);
    page.binds(1, "http.rate-limit", &[("limit", "100"), ("window", "1m")]);
}

fn bold_group_box_with_child_boxes() {
    let page = page(
        "# Launch\n## Pre-Deployment\n- [ ] **Machine Ready**\n  - [ ] At least 4 CPU cores\n  - [ ] TLS certificate valid\n",
    );
    assert!(page.line(3).bold);
    page.is(3, Phase::Pre, Kind::Group).binds(3, "meta.rollup", &[]);
    page.binds(4, "host.cpu-cores", &[("cores", ">=4")]);
    page.binds(5, "tls.certificate-served", &[]);
}

fn item_with_identifier() {
    let page = page("- [ ] **4.7** The new tariff is shown\n- [ ] SEC-12: HSTS header enabled\n");
    page.has(&["1 box ^0 **4.7** The new tariff is shown", "2 box ^0 SEC-12: HSTS header enabled"]);
    // The identifier is a part of the text, not a printed number of the list.
    assert_eq!(page.line(1).ordinal, None);
    page.binds(2, "http.security-headers", &[("header", "Strict-Transport-Security")]);
}

fn item_that_is_only_code() {
    let page = page("- [ ] `./bin/warm-up.sh --all`\n- [ ] `STRIPE_WEBHOOK_SECRET`\n");
    page.binds(1, "step.shell", &[("cmd", "./bin/warm-up.sh --all")]);
    page.binds(2, "env.required", &[("name", "STRIPE_WEBHOOK_SECRET")]);
}

fn variable_with_wanted_value() {
    let page = page("- [ ] `APP_REGION=eu-1` (mandatory)\n- [ ] QUEUE_NAME=orders\n");
    page.binds(1, "env.required", &[("name", "APP_REGION"), ("equals", "eu-1")]);
    page.binds(2, "env.required", &[("name", "QUEUE_NAME"), ("equals", "orders")]);
}

fn variable_with_description() {
    let page = page("- [ ] `MAPBOX_TOKEN` - Key of the map tiles\n");
    page.binds(1, "env.required", &[("name", "MAPBOX_TOKEN")]);
    // What stands behind the dash is no value.
    assert!(!page.means(1).checks[0].params.contains_key("equals"));
}

fn text_colon_command_in_code() {
    let page = page("# Launch\n## Deployment Steps\n- [ ] Switch over: `./bin/switch.sh green`\n");
    page.is(3, Phase::Deploy, Kind::Command);
    page.binds(3, "step.shell", &[("cmd", "./bin/switch.sh green")]);
}

fn item_that_is_only_a_link() {
    let page = page(
        "- [ ] [Have the threats been thought through?](docs/threats.md)\n- [Handbook](docs/handbook.md)\n",
    );
    page.has(&[
        "1 box ^0 [Have the threats been thought through?](docs/threats.md)",
        "2 item ^0 [Handbook](docs/handbook.md)",
    ]);
    // A box asks for something, a bullet only leads elsewhere.
    page.free(1).is(1, Phase::Pre, Kind::Probe).is(2, Phase::Meta, Kind::Config);
}

fn item_as_a_question() {
    let page =
        page("- [ ] Is gzip compression switched on?\n- [ ] Is the TLS certificate valid?\n");
    page.binds(1, "http.compression", &[]).binds(2, "tls.certificate-served", &[]);
}

fn item_with_condition() {
    let page = page("- [ ] CDN configured (if applicable)\n- [ ] Scale the workers if needed\n");
    assert_eq!(page.means(1).condition.as_deref(), Some("if applicable"));
    assert_eq!(page.means(2).condition.as_deref(), Some("if needed"));
    page.binds(1, "cdn.assets", &[]);
}

fn item_with_evidence_in_the_text() {
    let page = page("- [ ] Unit tests passing (Coverage: 91.3% ✓)\n");
    page.has(&["1 box ^0 Unit tests passing (Coverage: 91.3% ✓)"]).binds(1, "test.suite", &[]);
    // The sign in the text ticks nothing.
    assert!(matches!(page.line(1).form, Form::Box(mark) if !mark.ticked));
}

fn ticked_although_the_text_says_partly() {
    let page = page("- [x] **Order import** - ✅ 6/7 feeds read (one is empty, as expected)\n");
    assert!(matches!(page.line(1).form, Form::Box(mark) if mark.ticked));
    assert!(page.line(1).repaired.contains("6/7"));
    page.free(1);
}

fn open_box_with_a_check_mark_in_its_text() {
    let page = page("- [ ] ✅ HTTPS redirect enabled\n");
    assert!(matches!(page.line(1).form, Form::Box(mark) if !mark.ticked));
    page.binds(1, "http.https-enforced", &[]);
}

fn struck_out_item() {
    let page =
        page("- [ ] ~~Publish to the old registry~~: later, the token is missing\n- [ ] Done\n");
    page.has(&[
        "1 box ^0 ~~Publish to the old registry~~: later, the token is missing",
        "2 box ^0 Done",
    ]);
    page.free(1);
}

fn item_with_inline_choice() {
    let page = page("- [ ] Is checkout faster than last week? ☐ Yes ☐ No ☐ Same\n");
    let Form::Choice { label, options } = &page.line(1).form else { panic!("no choice") };
    assert_eq!(label, "Is checkout faster than last week?");
    assert_eq!(options.len(), 3);
    page.is(1, Phase::Meta, Kind::Choice);
    page.asks(1, "choice.outcome", &[("options", "Yes,No,Same")]);
    assert_eq!(page.document.lines.len(), 1);
}

fn choice_field_line_outside_lists() {
    let page =
        page("# Launch\n\n- [ ] Shop opened\n\n**Outcome**: [ ] Shipped [x] Held [ ] Lost\n");
    let Form::Choice { label, options } = &page.line(5).form else { panic!("no choice") };
    assert_eq!(label, "Outcome");
    assert_eq!(options.iter().map(|it| it.mark.ticked).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(page.line(5).parent, None);
    page.asks(5, "choice.outcome", &[("options", "Shipped,Held,Lost")]);
}

fn wrapped_item() {
    let page = page(
        "- [ ] **The retry window MUST be longer than\n  a failover**, otherwise\n  orders are lost\n- [ ] Done\n",
    );
    page.has(&[
        "1 box ^0 **The retry window MUST be longer than a failover**, otherwise orders are lost",
        "4 box ^0 Done",
    ]);
}

fn plain_bullets_as_checks() {
    let page = page("# Rules\n## Edge\n- HSTS header enabled;\n- TLS certificate valid\n");
    page.has(&["3 item ^0 HSTS header enabled;", "4 item ^0 TLS certificate valid"]);
    page.binds(4, "tls.certificate-served", &[]).is(4, Phase::Pre, Kind::Probe);
}

fn numbered_lines_as_checks() {
    let page = page("# Rules\n## Release\n1. TLS certificate valid\n2. Tag the release\n");
    page.has(&["3 item ^0 TLS certificate valid", "4 item ^0 Tag the release"]);
    assert_eq!((page.line(3).ordinal, page.line(4).ordinal), (Some(1), Some(2)));
    page.binds(3, "tls.certificate-served", &[]).binds(4, "git.tag", &[]);
}

fn repeated_list_number() {
    let page = page("1. Login works\n2. Search finds a book\n2. Cart keeps what is in it\n");
    let numbers: Vec<_> = page.document.lines.iter().map(|line| line.ordinal).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(2)]);
    assert_eq!(page.document.lines.iter().map(|it| it.number).collect::<Vec<_>>(), [1, 2, 3]);
}

fn underscore_as_bullet() {
    page("_ bump the number\n_ tell the list\n\n_only stressed_\n")
        .has(&["1 item ^0 bump the number", "2 item ^0 tell the list"]);
}

fn emoji_bullet_as_status() {
    let page = page("- ✅ Alerts reach the pager\n- ❌ Passwords in the code\n");
    page.has(&["1 item ^0 ✅ Alerts reach the pager", "2 item ^0 ❌ Passwords in the code"]);
    // They report and forbid: there is no box, so there is nothing to tick.
    assert!(page.document.lines.iter().all(|line| line.form == Form::Item));
}

fn emoji_led_line_without_bullet() {
    let page =
        page("- [ ] TLS certificate valid\n✅ Layout fits phones\n⚠️ Dark mode is not done\n");
    page.has(&["1 box ^0 TLS certificate valid"]).binds(1, "tls.certificate-served", &[]);
}

fn conditions_as_boxes() {
    let page = page(
        "# Launch\n## Automatic Rollback Triggers\n- [ ] Error rate > 5% for > 3 minutes\n- [ ] p95 latency > 2s for > 10 minutes\n",
    );
    let wanted = [("op", ">"), ("threshold", "5%"), ("for", ">3m")];
    page.is(3, Phase::Watch, Kind::Watch).binds(3, "rollback.trigger", &wanted);
    page.binds(4, "rollback.trigger", &[("threshold", "2s"), ("for", ">10m")]);
}

fn signoff_role_as_box() {
    let page = page("# Launch\n## Sign-Off\n- [ ] Platform Lead: ______________ Date: ________\n");
    page.is(3, Phase::Signoff, Kind::Signoff);
    page.asks(3, "signoff.approval", &[("role", "Platform Lead")]);
}

fn same_item_text_twice() {
    let page = page(
        "# L\n## Web\n- [ ] TLS certificate valid\n## Worker\n- [ ] TLS certificate valid\n- [ ] TLS certificate valid\n",
    );
    page.has(&[
        "3 box ^0 TLS certificate valid",
        "5 box ^0 TLS certificate valid",
        "6 box ^0 TLS certificate valid",
    ]);
    assert_eq!((page.section(3), page.section(6)), (Some("Web"), Some("Worker")));
    assert!(page.document.lines.iter().all(|line| page.means(line.number).state == Binding::Bound));
}
