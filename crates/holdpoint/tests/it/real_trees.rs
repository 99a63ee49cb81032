//! Work trees as people keep them: named files, configuration, and what stands in the source.

use std::process::{Command, Stdio};

use crate::{
    common::{self, Place},
    looked::{Want, all, case, case_of, expect_line, line, needs},
};

use Want::{Fail, Pass, PassBut, Unknown, Usage};

/// Runs a line of shell in a place.
fn sh(place: &Place, script: &str) {
    let done = Command::new("sh")
        .args(["-c", &format!("set -e\n{script}")])
        .current_dir(place.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.status.success(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn named_files() {
    if !needs("file.exists", &["git"]) {
        return;
    }
    let place = Place::new();
    sh(
        &place,
        "mkdir -p docs dist/deep empty src/conf.d build.txt 'with space' hidden
        echo hello > docs/RUNBOOK.md; : > docs/EMPTY.md; printf ' \\n\\n' > docs/BLANK.md
        echo 1 > dist/a.js; echo 2 > dist/deep/b.js; : > src/__init__.py; echo x > src/conf.d/a
        : > hidden/.gitkeep; echo 3 > 'with space/ü.txt'; echo secret > .env; echo .env > .gitignore
        ln -s RUNBOOK.md docs/LINK.md; ln -s gone docs/DANGLING.md; ln -s /etc/passwd docs/AWAY.md
        ln -s ../.. docs/up; ln -s \"$PWD/docs/RUNBOOK.md\" docs/FAR.md; mkfifo docs/pipe.txt; echo new > docs/NEW.md
        git init -q; git add .gitignore docs/RUNBOOK.md docs/LINK.md dist src
        git -c user.name=a -c user.email=a@b.test commit -qm one",
    );
    let cases = [
        case("there", "path=docs/RUNBOOK.md", Pass),
        case("with a dot before it", "path=./docs//RUNBOOK.md", Pass),
        case("in other letters", "path=docs/runbook.md", Fail(&["docs/RUNBOOK.md"])),
        case("a folder in other letters", "path=Docs/RUNBOOK.md", Fail(&["`docs`"])),
        case("not there", "path=docs/RUNBOOKS.md", Fail(&["not there"])),
        case("no such folder", "path=doc/RUNBOOK.md", Fail(&["not there"])),
        case("below a file", "path=docs/RUNBOOK.md/x", Fail(&["not there"])),
        case("empty", "path=docs/EMPTY.md", Fail(&["is empty"])),
        case("white space", "path=docs/BLANK.md", Fail(&["white space"])),
        case("may be empty", "path=src/__init__.py", Pass),
        case("empty, and that is fine", "path=docs/EMPTY.md min-size=0", Pass),
        case("a link", "path=docs/LINK.md", Pass),
        case("a link to nowhere", "path=docs/DANGLING.md", Fail(&["leads nowhere", "gone"])),
        case("a link out of the tree", "path=docs/AWAY.md", Unknown(&["out of the repository"])),
        case("a folder by way of a link out", "path=docs/up", Unknown(&["out of the repository"])),
        case("a pipe", "path=docs/pipe.txt", Fail(&["is no file"])),
        case("a folder called like a file", "path=build.txt", Fail(&["is a folder"])),
        case("a folder with an ending", "path=src/conf.d", Pass),
        case("a folder", "path=dist/", Pass),
        case("a file, not a folder", "path=docs/RUNBOOK.md kind=folder", Fail(&["is a file"])),
        case("a folder, not a file", "path=dist kind=file", Fail(&["is a folder"])),
        case("a link that only this machine has", "path=docs/FAR.md", PassBut(&["other machines"])),
        case("an empty folder", "path=empty", PassBut(&["it is empty"])),
        case("the tree itself", "path=.", Pass),
        case("a pattern", "path=dist/*.js", Pass),
        case("a pattern of nothing", "path=dist/*.ts", Fail(&["nothing fits"])),
        case("a pattern over folders", "path=**/b.js", Pass),
        case("only hidden files", "path=hidden/*", Fail(&["nothing fits"])),
        case("all", "path=docs/RUNBOOK.md,dist/a.js", Pass),
        case("not all", "path=docs/RUNBOOK.md,dist/c.js", Fail(&["dist/c.js"])),
        case("any", "path=docs/GONE.md|dist/a.js", Pass),
        case("none of them", "path=docs/GONE.md|dist/c.js", Fail(&["GONE", "c.js"])),
        case("ignored by git", "path=.env", PassBut(&["ignore"])),
        case("not tracked by git", "path=docs/NEW.md", PassBut(&["track"])),
        case("as large as asked", "path=docs/RUNBOOK.md min-size=6B", Pass),
        case("smaller", "path=docs/RUNBOOK.md min-size=1KB", Fail(&["6 B"])),
        case_of("white space in the name", &["path=with space/ü.txt"], Pass),
        case("out of the tree", "path=../x", Unknown(&["leads out"])),
        case("back into the tree", "path=docs/../docs/RUNBOOK.md", Unknown(&["leads out"])),
        case("of a person", "path=~/x", Unknown(&["only a shell"])),
        case("an address", "path=https://a.test/x", Unknown(&["address"])),
        case("from the root", "path=/etc/passwd", Pass),
        case("from the root, not there", "path=/etc/passwdd", Fail(&["not there"])),
        case("what the kernel makes up", "path=/proc/sys/kernel/ostype", Pass),
        case("nothing said", "kind=file", Unknown(&["path"])),
        case("no such kind", "path=dist kind=pipe", Usage(&["kind"])),
        case("nearest", "path=dist min_size=1", Usage(&["min-size"])),
    ];
    all(&place, "file.exists", &cases);
}

/// A path from the root is one of the server, which somebody has to declare.
#[test]
fn a_path_from_the_root_is_of_the_server() {
    common::real("file.exists: a server", None);
    let place = Place::new();
    place.write("image/etc/shop.conf", "a\n");
    let said = |settings: &str, name: &str| {
        place.write("holdpoint.toml", format!("schema = 1\n{settings}"));
        line(&place, &format!("It is there <!-- holdpoint: file.exists path={name} -->"))
    };
    let image = "[target.host]\nroot = \"image\"\n";
    let wrong: Vec<String> = [
        expect_line("undeclared", &said("", "/etc/passwd"), "unknown", &["target.host"]),
        expect_line("in an image", &said(image, "/etc/shop.conf"), "pass", &[]),
        expect_line("not in the image", &said(image, "/etc/shop.cnf"), "fail", &["not there"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn values_of_configuration() {
    common::real("config.value", None);
    let place = Place::new();
    let tsconfig = "{\n  // \"strict\": true\n  \"compilerOptions\": {\"target\": \"ES2022\", \"lib\": [\"dom.iterable\", \"es2022\"], \"noEmit\": \"true\",},\n}\n";
    place.write("tsconfig.json", tsconfig);
    place.write(
        "vercel.json",
        "{\"regions\": [\"fra1\"], \"functions\": {\"api/*.js\": {\"maxDuration\": 30}}}",
    );
    place.write("package.json", "{\"private\": true, // x\n \"type\": \"module\"}");
    place.write("twice.json", "{\"debug\": true, \"debug\": false, \"n\": 1, \"n\": 1}");
    place.write("base.json", "{\"extends\": \"./other.json\", \"a\": null, \"b\": \"\"}");
    place.write("app.yml", "debug: off\nmode: 0755\nlevel: \"info\"\nenv: ${APP_ENV}\nproduction:\n  level: debug\nlist: [A=1]\nanswer: !vault x\n");
    place.write("many.yml", "kind: A\nreplicas: 3\n---\nkind: B\nreplicas: 2\n---\nname: c\n");
    place.write("broken.yml", "a: [1\n");
    place.write("pyproject.toml", "[tool.ruff]\nline-length = 100\nselect = [\"E\", \"F\"]\n");
    place.write("php.ini", "[PHP]\ndisplay_errors = Off ; not here\nmemory_limit = 256M\n");
    place.write("a.properties", "spring.jpa.show-sql=false\n");
    place.write(".env", "DEBUG=false\nSECRET_KEY=Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0\n");
    place.write("Info.plist", "<plist><dict><key>ITSAppUsesNonExemptEncryption</key><false/><key>V</key><string>$(V)</string></dict></plist>");
    place.write("nginx.conf", "worker_processes 4;\n");
    place.write("none.json", "");
    let cases = [
        case("as asked", "path=tsconfig.json key=compilerOptions.target equals=ES2022", Pass),
        case(
            "otherwise",
            "path=tsconfig.json key=compilerOptions.target equals=ES2020",
            Fail(&["ES2022"]),
        ),
        case(
            "in a comment",
            "path=tsconfig.json key=compilerOptions.strict equals=true",
            Fail(&["not there", "grep"]),
        ),
        case(
            "a text, not a truth",
            "path=tsconfig.json key=compilerOptions.noEmit equals=true",
            Unknown(&["word of a truth"]),
        ),
        case("an item", "path=tsconfig.json key=compilerOptions.lib contains=es2022", Pass),
        case(
            "a part of an item",
            "path=tsconfig.json key=compilerOptions.lib contains=dom",
            Unknown(&["part"]),
        ),
        case("no item", "path=tsconfig.json key=compilerOptions.lib contains=esnext", Fail(&[])),
        case("by its place", "path=vercel.json key=regions[0] equals=fra1", Pass),
        case("beyond the list", "path=vercel.json key=regions[1] equals=fra1", Fail(&[])),
        case_of(
            "a name with dots",
            &["path=vercel.json", "key=functions.\"api/*.js\".maxDuration", "max=60"],
            Pass,
        ),
        case(
            "too much",
            "path=vercel.json key=functions.api/*.js.maxDuration max<30",
            Fail(&["30"]),
        ),
        case(
            "comments in strict JSON",
            "path=package.json key=type equals=module",
            Unknown(&["comments"]),
        ),
        case(
            "twice, and they differ",
            "path=twice.json key=debug equals=false",
            Unknown(&["agree"]),
        ),
        case("twice, and they agree", "path=twice.json key=n equals=1", PassBut(&["2 values"])),
        case("of another file", "path=base.json key=c equals=1", Unknown(&["extends"])),
        case("null", "path=base.json key=a", Fail(&["null"])),
        case("empty", "path=base.json key=b", Fail(&["empty"])),
        case(
            "a word that versions disagree on",
            "path=app.yml key=debug equals=false",
            Unknown(&["disagree"]),
        ),
        case("off is not on", "path=app.yml key=debug equals=true", Fail(&[])),
        case("octal or not", "path=app.yml key=mode equals=755", Unknown(&["written otherwise"])),
        case(
            "a section says otherwise",
            "path=app.yml key=level equals=info",
            Unknown(&["production.level"]),
        ),
        case("the section itself", "path=app.yml key=production.level equals=debug", Pass),
        case("a reference", "path=app.yml key=env equals=production", Unknown(&["elsewhere"])),
        case("a name into a list", "path=app.yml key=list.A equals=1", Unknown(&["list"])),
        case("a tag", "path=app.yml key=answer equals=x", Unknown(&["tag"])),
        case("documents that differ", "path=many.yml key=replicas equals=3", Unknown(&["agree"])),
        case(
            "documents with and without",
            "path=many.yml key=replicas min=2",
            PassBut(&["1 document"]),
        ),
        case("broken", "path=broken.yml key=a equals=1", Unknown(&["line"])),
        case("TOML", "path=pyproject.toml key=tool.ruff.line-length max=100", Pass),
        case("a list as written", "path=pyproject.toml key=tool.ruff.select equals=E,F", Pass),
        case(
            "a comment behind it",
            "path=php.ini key=PHP.display_errors equals=Off",
            Unknown(&["comment"]),
        ),
        case(
            "with a unit",
            "path=php.ini key=PHP.memory_limit min=128",
            Unknown(&["no plain number"]),
        ),
        case("properties", "path=a.properties key=spring.jpa.show-sql equals=false", Pass),
        case("dotenv", "path=.env key=DEBUG equals=false", Pass),
        case("a secret is there", "path=.env key=SECRET_KEY", Pass),
        case(
            "a property list",
            "path=Info.plist key=ITSAppUsesNonExemptEncryption equals=false",
            Pass,
        ),
        case("set by the build", "path=Info.plist key=V equals=2", Unknown(&["elsewhere"])),
        case("forbidden", "path=.env key=DEBUG forbid=false", Fail(&[])),
        case("not the forbidden", "path=.env key=DEBUG forbid=true", Pass),
        case(
            "forbidden, and not there",
            "path=.env key=TRACE forbid=true",
            Unknown(&["not known"]),
        ),
        case("must not be there", "path=.env key=TRACE forbid=*", Pass),
        case("must not be there, and is", "path=.env key=DEBUG forbid=*", Fail(&[])),
        case(
            "no format",
            "path=nginx.conf key=worker_processes equals=4",
            Unknown(&["nginx.conf"]),
        ),
        case("an empty file", "path=none.json key=a equals=1", Unknown(&["empty"])),
        case("no file", "path=gone.json key=a equals=1", Fail(&["gone.json"])),
        case(
            "no file, nothing forbidden",
            "path=gone.json key=a forbid=1",
            Unknown(&["gone.json"]),
        ),
        case("a pattern", "path=*.json key=a equals=1", Unknown(&["pattern"])),
        case("null, and forbidden", "path=base.json key=a forbid=1", Unknown(&["null"])),
        case("a folder", "path=. key=a format=json", Unknown(&["folder"])),
        case("no key", "path=.env", Unknown(&["key"])),
        case("no key that can be read", "path=.env key=a..b", Unknown(&["a..b"])),
        case("no number", "path=.env key=DEBUG min=few", Usage(&["min"])),
        case("no such format", "path=.env key=DEBUG format=xml", Usage(&["format"])),
    ];
    all(&place, "config.value", &cases);
    let said = place.run(&[
        "check",
        "config.value",
        "path=.env",
        "key=SECRET_KEY",
        "equals=x",
        "--format",
        "json",
    ]);
    assert!(said.code == Some(1) && !said.out.contains("Zt2Rm5"), "{}", said.out);
}

#[test]
fn texts_of_the_source() {
    if !needs("code.pattern", &["git"]) {
        return;
    }
    let place = Place::new();
    let app = "// helmet() comes first\nimport helmet from 'helmet';\napp.use(helmet());\n";
    place.write("src/app.ts", app);
    place.write("src/log.ts", "// console.log(1)\nexport const url = 'https://a.test/console';\n");
    place.write("src/bad.ts", "debugger;\n");
    place.write("test/app.test.ts", "console.warn(1);\nonlyInTests();\n");
    place.write("docs/guide.md", "csrf()\n");
    place.write("checklist.md", "- [ ] rateLimit() is used\n");
    place.write("vendor/x.js", "eval(1)\n");
    place.write("bin/wide.ts", "e\0v\0a\0l\0");
    place.write("crlf.js", "eval(2)\r\n");
    place.write("src/todo.py", "# TODO: later\n");
    place.write("links/readme", "x");
    sh(
        &place,
        "ln -s ../src links/src; git init -q; git add .
        git -c user.name=a -c user.email=a@b.test commit -qm one
        mkdir -p new only/vendor; echo 'untracked()' > new/a.ts; echo 1 > only/vendor/a.js",
    );
    let cases = [
        case("there", "pattern=app.use(helmet())", Pass),
        case("letter by letter", "pattern=app.use(Helmet())", Fail(&["nowhere"])),
        case("only in a comment", "pattern=comes", Unknown(&["only in comments", "src/app.ts:1"])),
        case("only in tests", "pattern=onlyInTests", Unknown(&["only in tests"])),
        case("in tests, as asked", "pattern=onlyInTests path=test", Pass),
        case("only in a document", "pattern=csrf(", Fail(&["nowhere"])),
        case("only in the checklist", "pattern=rateLimit(", Fail(&["nowhere"])),
        case("an expression", "pattern=re:app\\.use\\(\\w+", Pass),
        case(
            "not there",
            "forbid=console.error",
            PassBut(&["vendored", "binary", "documentation"]),
        ),
        case("there, and forbidden", "forbid=debugger", Fail(&["src/bad.ts:1"])),
        case(
            "forbidden in a comment",
            "forbid=console.log",
            Unknown(&["in comments", "src/log.ts:1"]),
        ),
        case("forbidden in tests", "forbid=console.warn", Unknown(&["in tests"])),
        case("forbidden in tests, not asked", "forbid=console.warn path=src", Pass),
        case("what stands in comments", "forbid=TODO", Fail(&["src/todo.py:1"])),
        case("vendored, and asked for", "forbid=eval( path=vendor", Fail(&["vendor/x.js"])),
        case("no such folder", "forbid=x path=lib", Unknown(&["no source file"])),
        case("one of two folders", "forbid=nothing path=src,lib", Unknown(&["lib"])),
        case("a pattern of nothing", "forbid=x path=src/*.rs", Unknown(&["no source file"])),
        case("only left out", "forbid=x path=only", Unknown(&["no source file", "vendored"])),
        case("only binary", "forbid=eval path=bin", Unknown(&["no source file", "binary"])),
        case("a link to a folder", "forbid=debugger path=links/src", Unknown(&["no source file"])),
        case("not tracked", "pattern=untracked( path=new", Unknown(&["git does not track"])),
        case("nobody knows it", "pattern=untracked(", Fail(&["nowhere"])),
        case("where there is another", "pattern=app.use(helmet()) when=helmet", Pass),
        case_of(
            "each that has another",
            &["pattern=csrf(", "when=export const"],
            Fail(&["src/log.ts"]),
        ),
        case("where nothing has it", "pattern=x when=nothing-of-this", Unknown(&["no file"])),
        case("both", "pattern=helmet forbid=debugger path=src/app.ts", Pass),
        case("out of the tree", "forbid=x path=../y", Unknown(&["not below"])),
        case("nothing said", "path=src", Unknown(&["pattern"])),
        case("the end of a line of Windows", "forbid=re:eval(2)$ path=src", Pass),
        case(
            "the end of a line of Windows",
            "forbid=re:eval\\(2\\)$ path=crlf.js",
            Fail(&["crlf.js:1"]),
        ),
        case("no expression", "forbid=re:(", Usage(&["forbid"])),
        case("everything", "forbid=re:x*", Usage(&["forbid"])),
    ];
    all(&place, "code.pattern", &cases);
    sh(&place, "echo 'changed();' >> src/app.ts");
    let changed =
        case("not committed", "pattern=helmet( path=src/app.ts", PassBut(&["not committed"]));
    all(&place, "code.pattern", &[changed]);
}
