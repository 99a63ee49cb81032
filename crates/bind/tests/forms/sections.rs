//! Headings, and what stands for one.

use holdpoint_document::Form;
use holdpoint_model::line::{Kind, Phase};

use crate::support::{forms, page};

forms! {
    "Box in a heading" => box_in_a_heading,
    "Numbered heading" => numbered_heading,
    "Letter heading" => letter_heading,
    "Emoji in heading" => emoji_in_heading,
    "Status emoji in heading" => status_emoji_in_heading,
    "Bold inside heading" => bold_inside_heading,
    "Time in heading" => time_in_heading,
    "Heading ends with colon" => heading_ends_with_colon,
    "Heading without space" => heading_without_space,
    "Bold line as heading" => bold_line_as_heading,
    "Two top headings, bilingual title" => two_top_headings,
    "No heading before the first item" => no_heading_before_the_first_item,
    "Go/no-go block" => go_no_go_block,
    "Ready claimed on top, boxes open" => ready_claimed_on_top,
    "Stub that moved" => stub_that_moved,
}

fn box_in_a_heading() {
    let page = page(
        "# L\n### [ ] Storage Ready\n- Volumes mounted\n- Snapshots on\n### [x] Mail\n- SPF set\n",
    );
    page.headed(&["1 1 L", "2 3 Storage Ready", "5 3 Mail"]).has(&[
        "2 box ^0 Storage Ready",
        "3 item ^2 Volumes mounted",
        "4 item ^2 Snapshots on",
        "5 ticked ^0 Mail",
        "6 item ^5 SPF set",
    ]);
    assert_eq!(page.section(3), Some("Storage Ready"));
}

fn numbered_heading() {
    let page = page(
        "# Go live\n## Phase 2: Deployment Steps\n### 1. Build\n- [ ] Image built\n## Step 3: Post-Deployment\n- [ ] Home page answers\n## 第四步 部署后\n- [ ] Login works\n",
    );
    page.is(4, Phase::Deploy, Kind::Probe);
    assert_eq!((page.means(6).phase, page.means(8).phase), (Phase::Post, Phase::Post));
    // The number of a heading numbers no line.
    assert!(page.document.lines.iter().all(|line| line.ordinal.is_none()));
}

fn letter_heading() {
    let page =
        page("# L\n## A. Sofort\n- [ ] Impressum\n## B. Nach dem Deployment\n- [ ] Protokolle\n");
    assert_eq!(
        (page.section(3), page.section(5)),
        (Some("A. Sofort"), Some("B. Nach dem Deployment"))
    );
    assert_eq!((page.means(3).phase, page.means(5).phase), (Phase::Pre, Phase::Post));
}

fn emoji_in_heading() {
    let page =
        page("# L\n## 🔙 Rollback\n- [ ] Old image kept\n## 2️⃣ Cache\n- [ ] Redis reachable\n");
    page.headed(&["1 1 L", "2 2 🔙 Rollback", "4 2 2️⃣ Cache"]);
    page.is(3, Phase::Rollback, Kind::Procedure).binds(5, "redis.reachable", &[]);
    assert_eq!(page.line(5).ordinal, None);
}

fn status_emoji_in_heading() {
    let page = page("# ✅ Launch of the booking site\n## ✅ Edge\n- [ ] TLS certificate valid\n");
    assert!(matches!(page.line(3).form, Form::Box(mark) if !mark.ticked));
    page.has(&["3 box ^0 TLS certificate valid"]).binds(3, "tls.certificate-served", &[]);
}

fn bold_inside_heading() {
    let page = page(
        "# L\n### **5. Rollback**\n- [ ] Old image kept\n### **Edge**\n- [ ] HSTS header enabled\n",
    );
    page.headed(&["1 1 L", "2 3 5. Rollback", "4 3 Edge"]);
    page.is(3, Phase::Rollback, Kind::Procedure).is(5, Phase::Pre, Kind::Probe);
}

fn time_in_heading() {
    let page = page(
        "# L\n## Phase 3: Post-Deployment (0 - 30 minutes)\n- [ ] Error rate below 1%\n## Within 1 Week\n- [ ] Talk it over\n",
    );
    page.is(3, Phase::Post, Kind::Watch).binds(3, "slo.error-rate", &[("rate", "<1%")]);
    page.is(5, Phase::Followup, Kind::Schedule);
}

fn heading_ends_with_colon() {
    let page = page(
        "# L\n### After deployment:\n- [ ] Home page answers\n### Rollback：\n- [ ] Old image\n",
    );
    page.headed(&["1 1 L", "2 3 After deployment:", "4 3 Rollback："]);
    assert_eq!((page.means(3).phase, page.means(5).phase), (Phase::Post, Phase::Rollback));
}

fn heading_without_space() {
    let page =
        page("###Launch Checklist\n- [ ] TLS certificate valid\n\n#general is our channel\n");
    page.headed(&["1 3 Launch Checklist"]).has(&["2 box ^0 TLS certificate valid"]);
}

fn bold_line_as_heading() {
    let page = page(
        "# L\n**After deployment**\n- [ ] Home page answers\n\n**What this page is for, in short.**\n\n- [ ] Done\n",
    );
    page.headed(&["1 1 L", "2 7 After deployment", "5 7 What this page is for, in short."]);
    page.has(&["3 box ^0 Home page answers", "7 box ^0 Done"]);
    assert_eq!(page.means(3).phase, Phase::Post);
}

fn two_top_headings() {
    let page = page(
        "# Launch checklist\n# Чек-лист запуска\n- [ ] TLS certificate valid\n## База\n- [ ] Redis reachable\n",
    );
    page.headed(&["1 1 Launch checklist", "2 1 Чек-лист запуска", "4 2 База"]);
    assert_eq!(page.document.title, None);
    page.binds(3, "tls.certificate-served", &[]).binds(5, "redis.reachable", &[]);
}

fn no_heading_before_the_first_item() {
    let page = page("- [ ] TLS certificate valid\n\n## Rest\n\n- [ ] Tag the release\n");
    assert_eq!((page.section(1), page.section(5)), (None, Some("Rest")));
    page.is(1, Phase::Pre, Kind::Probe).binds(1, "tls.certificate-served", &[]);
}

fn go_no_go_block() {
    let page =
        page("# L\n### Must have (Go/No-Go)\n- [ ] TLS certificate valid\n- [ ] Redis reachable\n");
    page.binds(3, "tls.certificate-served", &[]).is(4, Phase::Pre, Kind::Probe);
}

fn ready_claimed_on_top() {
    let page = page(
        "# ✅ Launch - COMPLETE\n\n**Status**: READY\n\nEverything is done, 100 %!\n\n- [ ] TLS certificate valid\n",
    );
    page.has(&["3 field ^0 **Status**: READY", "7 box ^0 TLS certificate valid"]);
    page.is(3, Phase::Meta, Kind::Field).asks(3, "field.value", &[("value", "READY")]);
    assert!(matches!(page.line(7).form, Form::Box(mark) if !mark.ticked));
}

fn stub_that_moved() {
    let page = page("# Launch checklist\n\nThis page has moved to: handbook/LAUNCH.md\n");
    page.has(&[]);
    let codes: Vec<_> = page.document.diagnostics.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["document::no-lines"]);
}

#[test]
fn a_heading_says_when_in_the_words_of_its_language() {
    let wanted: &[(Phase, &str)] = &[
        (
            Phase::Post,
            "After the deployment|After deploying|Afterwards|Straight after|Once it is live|\
             After go-live|After the release|4. After|After the deployment (on call)|\
             部署之后|上线后|发布完成后|之后|デプロイの後|リリース後|その後|배포한 뒤|배포 직후|릴리스 후|\
             Después de desplegar|Tras el despliegue|Una vez en producción|Depois do deploy|\
             Após a implantação|Depois|Après la mise en production|Une fois en ligne|Juste après|\
             Nach dem Release|Nach dem Go-Live|Danach|Sobald es live ist|После релиза|\
             После выкатки|Сразу после|Post-Deployment Steps",
        ),
        (
            Phase::Rollback,
            "Rolling back|If it goes wrong|Undo|If something goes wrong|The way back|如果出错|撤销|\
             問題が発生した場合|元に戻す|문제가 생기면|되돌리기|Si algo sale mal|Deshacer|\
             Se algo der errado|Desfazer|Si ça tourne mal|En cas de problème|\
             Wenn etwas schiefgeht|Rückgängig machen|Если что-то пошло не так|Отмена",
        ),
        (
            Phase::Deploy,
            "Deploying|During the deployment|Go-live steps|3. Deploy|Step 2: Going live|部署期间|\
             执行部署|デプロイ作業|デプロイ中|배포 진행|배포하기|Durante el despliegue|Desplegar|\
             Durante o deploy|Implantar|Pendant le déploiement|Déployer|Während des Deployments|\
             Ausrollen|Во время деплоя|Выкатываем",
        ),
        (
            Phase::Pre,
            "Before you start|Before deploying|Before the deployment steps|Pre-Deployment Steps|\
             Deployment|Deploy keys|Released images|Undone work|开始之前|デプロイの前|배포하기 전|\
             Antes de desplegar|Antes da implantação|Avant de déployer|Vor dem Release|\
             Перед релизом|撤销的权限|Release|Undo / redo in the editor|Revert button|\
             Right after sign-up|Immediately after login|Juste après la connexion",
        ),
    ];
    for (phase, headings) in wanted {
        for heading in headings.split('|') {
            let text = format!("# L\n## {heading}\n- [ ] Home page answers\n## Z\n- [ ] Logo\n");
            let page = page(&text);
            assert_eq!(page.means(3).phase, *phase, "{heading}");
            assert_eq!(page.means(5).phase, Phase::Pre, "below {heading}");
        }
    }
}

#[test]
fn the_time_after_stands_below_the_time_of_the_deployment_too() {
    let below = page(
        "# L\n## Deploying\n- [ ] Tag the release\n### Before you start\n- [ ] Phones on\n\
         ### Afterwards\n- [ ] Home page answers\n### Undo\n- [ ] Old image runs\n",
    );
    let phases = [3, 5, 7, 9].map(|at| below.means(at).phase);
    // What a part of the deployment calls "before" is a part of it; its preparations are not.
    assert_eq!(phases, [Phase::Deploy, Phase::Deploy, Phase::Post, Phase::Rollback]);
    let page = page("# L\n## Go-live steps\n### Preparations\n- [ ] Home page answers\n");
    assert_eq!(page.means(4).phase, Phase::Pre);
}
