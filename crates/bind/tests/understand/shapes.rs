//! What lines of our own wording are understood to mean.

use holdpoint_bind::understand::{Understood, understand};
use holdpoint_document::parse;
use holdpoint_model::line::{Binding, Kind, Phase};

/// What the last line of a document means.
fn last(text: &str) -> Understood {
    understand(&parse(text.as_bytes())).pop().unwrap()
}

fn bound(text: &str) -> String {
    let found = last(text);
    assert_eq!(found.state, Binding::Bound, "{text}: {found:?}");
    found.checks[0].id.clone()
}

#[test]
fn the_same_claim_in_other_words_and_languages() {
    for text in [
        "- [ ] Rate limiting configured",
        "- [ ] Verify that rate limits are enforced",
        "- [ ] API throttling is enabled",
        "- [ ] 限流已启用",
        "- [ ] レート制限が有効",
        "- [ ] 속도 제한 활성화",
    ] {
        assert_eq!(bound(text), "http.rate-limit", "{text}");
    }
    for text in [
        "- [ ] Restore from backup tested",
        "- [ ] Backup restoration has been tested",
        "- [ ] 백업 복원 테스트 완료",
    ] {
        assert_eq!(bound(text), "backup.restore-drill", "{text}");
    }
}

#[test]
fn people_are_never_bound_to_a_machine() {
    for text in [
        "- [ ] Rate limiting design approved",
        "- [ ] Backup procedure reviewed by the team",
        "- [ ] Support trained on monitoring dashboards",
        "- [ ] Team briefed on the rollback",
    ] {
        let found = last(text);
        assert_ne!(found.state, Binding::Bound, "{text}: {found:?}");
        assert!(found.checks.iter().all(|it| it.id.starts_with("attest.")), "{text}: {found:?}");
    }
}

#[test]
fn a_familiar_noun_alone_binds_nothing() {
    for text in [
        "- [ ] Legal wording of the certificate programme",
        "- [ ] Marketing page about our backup product is translated",
        "- [ ] Everything validated",
        "- [ ] Choose a hosting provider",
        "- [ ] The new pricing table loads the right currency",
    ] {
        let found = last(text);
        assert_ne!(found.state, Binding::Bound, "{text}: {found:?}");
    }
}

#[test]
fn place_decides_what_a_number_means() {
    let trigger = last("# X\n\n## Rollback Triggers\n\n- [ ] Memory usage > 90% for > 5 minutes\n");
    assert_eq!((trigger.phase, trigger.kind), (Phase::Watch, Kind::Watch));
    assert_eq!(trigger.checks[0].id, "rollback.trigger");
    assert_eq!(trigger.checks[0].params["for"], ">5m");
    let alert = last("# X\n\n## Alerts to Configure\n\n- [ ] Memory usage > 85%\n");
    assert_eq!(alert.checks[0].id, "alert.rule");
    assert_eq!(alert.checks[0].params["threshold"], "85%");
    let watched = last("# X\n\n## Post-Deployment Verification\n\n- [ ] Memory usage < 80%\n");
    assert_eq!(watched.checks[0].id, "resource.utilization");
    assert_eq!(watched.checks[0].params["usage"], "<80%");
}

#[test]
fn commands_decide_whatever_the_language_of_their_title() {
    let text = "- [ ] \u{627}\u{644}\u{62d}\u{627}\u{644}\u{629}:\n  ```bash\n  curl https://shop.example/health\n  ```\n";
    let found = understand(&parse(text.as_bytes())).swap_remove(0);
    assert_eq!(found.checks[0].id, "http.health");
    assert_eq!(bound("- [ ] Roll out: `kubectl apply -f k8s/app.yaml`"), "deploy.apply");
    assert_eq!(bound("- [ ] `./tools/frobnicate.sh now`"), "step.shell");
    // What is to be run is never taken for a look at what it should bring about.
    for text in [
        "- [ ] Run `./renew.sh` so that the TLS certificate is valid",
        "- [ ] Health check passes after `./switch.sh`",
        "- [ ] All environment variables are set by `./push-env.sh`",
        "- [ ] Database is reachable (`./db-open.sh`)",
    ] {
        assert_eq!(bound(text), "step.shell", "{text}");
    }
}

#[test]
fn what_came_about_is_claimed_and_the_command_only_shows_how() {
    assert_eq!(bound("- [ ] Code formatted: `black app/ tests/`"), "code.lint");
    assert_eq!(bound("- [ ] Uptime monitoring configured"), "monitoring.uptime");
    // A step of a deployment stays one, whatever it brings about.
    for line in
        ["Code formatted: `black app/ tests/`", "Superuser created: `./manage.py createsuperuser`"]
    {
        let step = last(&format!("# X\n\n## Deployment Steps\n\n- [ ] {line}\n"));
        assert_eq!(step.kind, Kind::Command, "{line}");
        assert!(step.checks.iter().any(|it| it.id == "step.shell"), "{step:?}");
    }
    // The shortest lines of whole checklists keep what their rules say.
    assert_eq!(bound("- [ ] Monitoring active"), "prometheus.targets-up");
}

#[test]
fn every_program_that_is_asked_for_is_a_check_of_its_own() {
    let tools = |text: &str| -> Vec<String> {
        let found = last(text);
        let shown = |name: &str, it: &holdpoint_bind::understand::Meaning| {
            it.params.get(name).cloned().unwrap_or_default()
        };
        found
            .checks
            .iter()
            .map(|it| format!("{} {}", shown("tool", it), shown("version", it)))
            .collect()
    };
    assert_eq!(tools("- [ ] Node.js 18+ and npm installed"), ["node >=18", "npm "]);
    assert_eq!(
        tools("- [ ] Docker 24+ and Docker Compose 2.20+ installed"),
        ["docker-engine >=24", "docker-compose >=2.20"]
    );
    // One of them is enough.
    assert_eq!(tools("- [ ] npm or yarn installed"), ["npm|yarn "]);
}

#[test]
fn conditions_are_kept_and_decide_nothing() {
    let found = last("- [ ] CDN configured (if using S3 backups)");
    assert_eq!(found.condition.as_deref(), Some("if using S3 backups"));
    assert_eq!(found.checks[0].id, "cdn.assets");
}
