//! Fences: what they belong to, and what their lines are.

use holdpoint_document::{Form, Language};
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::support::{complaints, forms, page};

forms! {
    "Fence indented in an item" => fence_indented_in_an_item,
    "Fence flush left after an item" => fence_flush_left_after_an_item,
    "Fence under a heading" => fence_under_a_heading,
    "Fence under a bold label" => fence_under_a_bold_label,
    "Fence in a numbered step" => fence_in_a_numbered_step,
    "Numbered step broken by a flush fence" => numbered_step_broken_by_a_flush_fence,
    "Comment as item title inside a fence" => comment_as_title,
    "Expected result as comment" => expected_result_as_comment,
    "Expected result as prose or own fence" => expected_result_as_prose,
    "Expected list as comments" => expected_list_as_comments,
    "Alternatives in a fence" => alternatives_in_a_fence,
    "Fence with variables" => fence_with_variables,
    "Fence with sample output, tree or message" => fence_with_sample_output,
    "Sign-off blanks in a fence" => signoff_blanks_in_a_fence,
    "SQL or PromQL in a shell fence" => sql_in_a_shell_fence,
    "Cron line in a shell fence" => cron_line_in_a_shell_fence,
    "Continuation lines" => continuation_lines,
    "Here-document" => here_document,
    "Prompt or comment that is a command" => comment_that_is_a_command,
    "PowerShell" => powershell,
    "Fence without language" => fence_without_language,
    "Stray closing fence" => stray_closing_fence,
    "Tilde fence" => tilde_fence,
    "Heading-like comment in a fence" => heading_like_comment,
    "Endless command" => endless_command,
    "Interactive command" => interactive_command,
    "State carried between lines" => state_carried_between_lines,
    "Secret shown by the check itself" => secret_shown_by_the_check,
    "Destructive line in a guide" => destructive_line,
}

fn title(form: &Form) -> Option<&str> {
    let Form::Command { title, .. } = form else { panic!("no command: {form:?}") };
    title.as_deref()
}

fn language(form: &Form) -> Language {
    let Form::Command { language, .. } = form else { panic!("no command: {form:?}") };
    *language
}

fn fence_indented_in_an_item() {
    let page = page(
        "- [ ] Fetch the release:\n  ```bash\n  git fetch --tags\n    npm ci\n  ```\n- [ ] Done\n",
    );
    assert_eq!(page.fence(1), Some("git fetch --tags\n  npm ci"));
    page.has(&[
        "1 box ^0 Fetch the release:",
        "3 command ^1 git fetch --tags",
        "4 command ^1 npm ci",
        "6 box ^0 Done",
    ]);
}

fn fence_flush_left_after_an_item() {
    let page = page("- [ ] Fetch the release:\n```bash\ngit fetch --tags\n```\n- [ ] Done\n");
    assert_eq!(page.fence(1), Some("git fetch --tags"));
    page.has(&["1 box ^0 Fetch the release:", "3 command ^1 git fetch --tags", "5 box ^0 Done"]);
}

fn fence_under_a_heading() {
    let page = page("# L\n- [ ] Done\n## Build\n\n```bash\nnpm run build\n```\n");
    page.has(&["2 box ^0 Done", "6 command ^0 npm run build"]);
    assert_eq!((page.section(6), page.document.fences[0].owner), (Some("Build"), None));
    page.is(6, Phase::Pre, Kind::Command);
}

fn fence_under_a_bold_label() {
    let page = page("# L\n## Build\n\n**Pack the assets**\n\n```bash\nnpm run assets\n```\n");
    page.has(&["7 command ^0 npm run assets"]);
    assert_eq!(page.section(7), Some("Pack the assets"));
}

fn fence_in_a_numbered_step() {
    let page = page(
        "# L\n## Deployment Steps\n1. Pull the image\n\n   ```bash\n   docker pull shop:2.4.0\n   ```\n2. Start it\n",
    );
    assert_eq!(page.fence(3), Some("docker pull shop:2.4.0"));
    page.has(&[
        "3 item ^0 Pull the image",
        "6 command ^3 docker pull shop:2.4.0",
        "8 item ^0 Start it",
    ]);
    assert_eq!(page.line(8).ordinal, Some(2));
}

fn numbered_step_broken_by_a_flush_fence() {
    let page = page(
        "# L\n## Rollback\n1. **Stop writes**\n```bash\n./bin/readonly.sh on\n```\n\n2. **Old image** (if needed)\n```bash\nkubectl rollout undo deployment/shop\n```\n",
    );
    assert_eq!(page.fence(3), Some("./bin/readonly.sh on"));
    assert_eq!(page.fence(8), Some("kubectl rollout undo deployment/shop"));
    assert_eq!((page.line(3).ordinal, page.line(8).ordinal), (Some(1), Some(2)));
    page.is(8, Phase::Rollback, Kind::Procedure);
}

fn comment_as_title() {
    let page = page(
        "```bash\n# 1. Look at the queue\nrabbitmqctl list_queues\n\n# 2. Look at the pods\nkubectl get pods\n```\n",
    );
    page.has(&["3 command ^0 rabbitmqctl list_queues", "6 command ^0 kubectl get pods"]);
    assert_eq!(title(&page.line(3).form), Some("1. Look at the queue"));
    assert_eq!(title(&page.line(6).form), Some("2. Look at the pods"));
}

fn expected_result_as_comment() {
    let page = page("```bash\nkubectl get pods\n# Expected: three pods Running\n```\n");
    page.has(&["2 command ^0 kubectl get pods"]);
    let Form::Command { notes, .. } = &page.line(2).form else { panic!("no command") };
    assert_eq!(notes, &["Expected: three pods Running"]);
}

fn expected_result_as_prose() {
    let page = page(
        "- [ ] Ask for the health\n  ```bash\n  curl -s https://shop.acme.dev/health\n  ```\n\n  **Expected Response:**\n\n  ```json\n  {\"status\": \"up\"}\n  ```\n- [ ] Done\n",
    );
    page.has(&[
        "1 box ^0 Ask for the health",
        "3 command ^1 curl -s https://shop.acme.dev/health",
        "11 box ^0 Done",
    ]);
    // What is expected is looked at by nobody, and heads nothing outside of the item.
    assert_eq!(page.section(11), None);
}

fn expected_list_as_comments() {
    let page = page(
        "```bash\n# Look at the headers\ncurl -I https://shop.acme.dev\n\n# Should include:\n# - X-Frame-Options: DENY\n# - Content-Security-Policy\n```\n",
    );
    page.has(&[
        "3 command ^0 curl -I https://shop.acme.dev",
        "6 comment ^0 # - X-Frame-Options: DENY",
        "7 comment ^0 # - Content-Security-Policy",
    ]);
    let wanted = [("header", "X-Frame-Options"), ("value", "DENY")];
    page.binds(6, "http.security-headers", &wanted);
    page.binds(7, "http.security-headers", &[("header", "Content-Security-Policy")]);
}

fn alternatives_in_a_fence() {
    let page = page(
        "```bash\n# Deploy with Helm\nhelm upgrade shop ./chart\n\n# Or use our script\n./bin/deploy.sh production\n```\n",
    );
    page.has(&[
        "3 command ^0 helm upgrade shop ./chart",
        "6 command ^0 ./bin/deploy.sh production",
    ]);
    assert_eq!(title(&page.line(6).form), Some("Or use our script"));
}

fn fence_with_variables() {
    let page = page(
        "# L\n```bash\n# Mail\nSMTP_HOST=smtp.acme.dev\nAPI_KEY=<api-key>\nNODE_ENV=production\n```\n",
    );
    page.has(&[
        "4 assignment ^0 SMTP_HOST=smtp.acme.dev",
        "5 assignment ^0 API_KEY=<api-key>",
        "6 assignment ^0 NODE_ENV=production",
    ]);
    page.is(4, Phase::Pre, Kind::Config);
    page.binds(6, "env.required", &[("name", "NODE_ENV"), ("equals", "production")]);
    // A placeholder is no wanted value.
    assert!(!page.means(5).checks[0].params.contains_key("equals"));
}

fn fence_with_sample_output() {
    page("```\nshop/\n├── bin\n│   └── deploy.sh\n└── chart\n```\n\n```\nVisitors per day   > 4,000\n```\n\n```text\nAll systems normal\n```\n")
        .has(&[]);
}

fn signoff_blanks_in_a_fence() {
    let page = page(
        "# L\n## Sign-Off\n```\nPlatform:  ___________  Date: _____\n- Security:  _________  Date: _____\n```\n",
    );
    page.has(&[
        "4 field ^0 Platform:  ___________  Date: _____",
        "5 field ^0 Security:  _________  Date: _____",
    ]);
    assert!(page.document.lines.iter().all(|line| page.means(line.number).state == Binding::Asked));
}

fn sql_in_a_shell_fence() {
    let page = page(
        "```bash\npsql \"$DATABASE_URL\"\nSELECT count(*) FROM carts;\nredis-cli -h cache\nINFO memory\n```\n",
    );
    let all: Vec<Language> = page.document.lines.iter().map(|it| language(&it.form)).collect();
    assert_eq!(all, [Language::Shell, Language::Sql, Language::Shell, Language::Redis]);
}

fn cron_line_in_a_shell_fence() {
    let page = page("```bash\n# Nightly dump\n15 3 * * * /usr/local/bin/dump-shop.sh\n```\n");
    page.has(&["3 command ^0 15 3 * * * /usr/local/bin/dump-shop.sh"]);
    assert_eq!(language(&page.line(3).form), Language::Unknown);
}

fn continuation_lines() {
    page("```bash\nkubectl exec deploy/shop -- \\\n  ./bin/migrate --yes\ncat app.log |\n  grep ERROR\nmake build &&\n  make push\n```\n\n```powershell\nGet-Service `\n  -Name Shop\n```\n")
        .has(&[
            "2 command ^0 kubectl exec deploy/shop -- ./bin/migrate --yes",
            "4 command ^0 cat app.log | grep ERROR",
            "6 command ^0 make build && make push",
            "11 command ^0 Get-Service -Name Shop",
        ]);
}

fn here_document() {
    page("```bash\npython3 check.py << EOF\n# not a comment\nregion = \"eu\"\nEOF\nls\n```\n").has(
        &[
            "2 command ^0 python3 check.py << EOF\n# not a comment\nregion = \"eu\"\nEOF",
            "6 command ^0 ls",
        ],
    );
}

fn comment_that_is_a_command() {
    let page = page(
        "```bash\n# docker push registry.acme.dev/shop:2.4.0\ndocker build -t shop .\n```\n\n```console\n$ make\nok\n```\n",
    );
    page.has(&["3 command ^0 docker build -t shop .", "7 command ^0 make"]);
    // What is commented out is a title at most, and never run.
    let commands = page.document.lines.iter().flat_map(|line| &page.means(line.number).checks);
    assert!(commands.filter_map(|it| it.params.get("cmd")).all(|cmd| !cmd.contains("push")));
}

fn powershell() {
    let page = page("```powershell\nRestart-Service -Name Shop\n.\\publish.bat\n```\n");
    page.has(&["2 command ^0 Restart-Service -Name Shop", "3 command ^0 .\\publish.bat"]);
    assert!(page.document.lines.iter().all(|it| language(&it.form) == Language::PowerShell));
}

fn fence_without_language() {
    page("```\ngit pull\nnpm ci\n```\n\n```\nNODE_ENV=production\n```\n\n```\nThe build was fine.\n```\n")
        .has(&[
            "2 command ^0 git pull",
            "3 command ^0 npm ci",
            "7 assignment ^0 NODE_ENV=production",
        ]);
}

fn stray_closing_fence() {
    page("- [ ] Fetch modules\n  ```\n  git submodule update\n  ```\n  ```\n- [ ] Tests pass\n- [ ] Done\n")
        .has(&[
            "1 box ^0 Fetch modules",
            "3 command ^1 git submodule update",
            "6 box ^0 Tests pass",
            "7 box ^0 Done",
        ]);
}

fn tilde_fence() {
    let page = page("~~~bash\nnpm test\n```\n~~~\n- [ ] Done\n");
    assert_eq!(page.document.fences[0].info, "bash");
    assert_eq!(page.document.fences.len(), 1);
    assert_eq!((page.line(2).repaired.as_str(), page.line(5).number), ("npm test", 5));
}

fn heading_like_comment() {
    let page =
        page("# L\n```bash\n# Alerts\n# - Memory above 80%\nls\n```\n## After\n- [ ] Done\n");
    page.headed(&["1 1 L", "7 2 After"]);
    assert!(
        page.document.lines.iter().filter(|it| it.number < 7).all(|it| it.form.fence() == Some(0))
    );
}

fn endless_command() {
    let text = "# L\n## Deployment Steps\n- [ ] Follow: `kubectl logs -f deployment/shop`\n\n```bash\nkubectl port-forward svc/shop 8080:80\ntail -n 50 app.log\n```\n";
    let endless: Vec<usize> = complaints(text)
        .iter()
        .filter(|(_, rule)| rule == "endless-command")
        .map(|it| it.0)
        .collect();
    assert_eq!(endless, [3, 6]);
}

fn interactive_command() {
    let page = page(
        "# L\n## Deployment Steps\n```bash\nnano .env\nssh deploy@shop.acme.dev\nkubectl exec -it deploy/shop -- sh\n```\n",
    );
    assert_eq!(page.document.lines.len(), 3);
    assert!(page.document.lines.iter().all(|it| page.means(it.number).kind == Kind::Command));
}

fn state_carried_between_lines() {
    page("```bash\ncd infra\nexport REGION=eu-west-1\nsource .venv/bin/activate\nterraform apply\n```\n").has(&[
        "2 command ^0 cd infra",
        "3 command ^0 export REGION=eu-west-1",
        "4 command ^0 source .venv/bin/activate",
        "5 command ^0 terraform apply",
    ]);
}

fn secret_shown_by_the_check() {
    let text = "# L\n## Deployment Steps\n```bash\ncat .env | grep SECRET\nls -l .env\n```\n";
    assert_eq!(complaints(text), [(4, "printed-secret".to_owned())]);
}

fn destructive_line() {
    let page = page(
        "# L\n## Useful Commands\n```bash\nrm -rf /srv/shop/cache\nfind logs -name \"*.log\" -mtime +14 -delete\n```\n",
    );
    // A guide is not carried out: its commands belong to no gate.
    page.is(4, Phase::Reference, Kind::Command).is(5, Phase::Reference, Kind::Command);
}
