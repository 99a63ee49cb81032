(function () {
  "use strict";
  var form = document.getElementById("filters");
  var article = document.querySelector("article.document");
  if (!form || !article) return;
  var boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
  var find = document.getElementById("find");
  var button = document.getElementById("open");
  var shown = document.getElementById("shown");
  var lines = Array.from(article.querySelectorAll(".line"));
  var words = null;
  form.hidden = false;

  function textOf(line) {
    var own = line.textContent;
    var row = line.tagName === "TR" ? article.querySelector("tr.of[data-of='" + line.dataset.line + "']") : null;
    return (own + (row ? " " + row.textContent : "")).toLowerCase();
  }

  function filter() {
    var states = boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    var text = find.value.trim().toLowerCase();
    var active = states.length > 0 || text !== "";
    Array.from(article.querySelectorAll(".out")).forEach(function (it) { it.classList.remove("out"); });
    if (!active) { shown.textContent = ""; return; }
    if (text !== "" && !words) words = lines.map(textOf);
    var kept = new Set();
    var count = 0;
    lines.forEach(function (line, nth) {
      var fits = (states.length === 0 || states.indexOf(line.dataset.state) !== -1) &&
        (text === "" || words[nth].indexOf(text) !== -1);
      if (!fits) return;
      count += 1;
      var at = line;
      while (at && at !== article) { kept.add(at); at = at.parentElement; }
      if (line.tagName === "TR") {
        var row = line.nextElementSibling;
        if (row && row.dataset.of) kept.add(row);
      }
    });
    hide(article, kept);
    headings(kept);
    shown.textContent = count + " of " + lines.length + (lines.length === 1 ? " line" : " lines");
  }

  // What holds no line that is kept goes; a kept line stays with its words, not with its children.
  function hide(parent, kept) {
    Array.from(parent.children).forEach(function (it) {
      if (/^H[2-6]$/.test(it.tagName) || it.tagName === "THEAD" || it.tagName === "CAPTION") return;
      if (!kept.has(it)) { it.classList.add("out"); return; }
      if (it.classList.contains("line")) {
        Array.from(it.children).forEach(function (list) {
          if (list.tagName === "UL" || list.tagName === "OL") {
            if (kept.has(list)) hide(list, kept); else list.classList.add("out");
          }
        });
      } else if (it.tagName !== "TR" && it.tagName !== "DETAILS") {
        hide(it, kept);
      }
    });
  }

  function headings(kept) {
    var open = [];
    Array.from(article.children).forEach(function (it) {
      var own = /^H[2-6]$/.test(it.tagName) ? it : null;
      if (own) {
        var level = Number(own.className.slice(1)) || 6;
        open = open.filter(function (other) { return other.level < level; });
        open.push({ level: level, at: own });
        own.classList.add("out");
      } else if (kept.has(it)) {
        open.forEach(function (other) { other.at.classList.remove("out"); });
      }
    });
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); });
  boxes.forEach(function (box) { box.addEventListener("change", filter); });
  find.addEventListener("input", filter);
  button.addEventListener("click", function () {
    var open = button.textContent === "Open all";
    Array.from(article.querySelectorAll("details.more")).forEach(function (it) { it.open = open; });
    button.textContent = open ? "Close all" : "Open all";
  });

  // A link to a line opens what is behind it.
  function arrive() {
    var id = decodeURIComponent(location.hash.slice(1));
    var line = /^L\d+$/.test(id) ? document.getElementById(id) : null;
    if (!line) return;
    var at = line;
    while (at && at !== article) { at.classList.remove("out"); at = at.parentElement; }
    var next = line.tagName === "TR" ? line.nextElementSibling : line;
    var more = next && next.querySelector("details.more");
    if (more) more.open = true;
  }
  window.addEventListener("hashchange", arrive);
  arrive();

  // j and k go to the next and the last line that needs a look.
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    if (event.key === "/") { event.preventDefault(); find.focus(); return; }
    if (event.key !== "j" && event.key !== "k") return;
    var stops = lines.filter(function (line) {
      return line.offsetParent !== null && /^(fail|unknown|owed)$/.test(line.dataset.state);
    });
    var now = document.activeElement ? document.activeElement.closest(".line") : null;
    var here = now ? Number(now.dataset.line) : 0;
    var go = event.key === "j"
      ? stops.find(function (line) { return Number(line.dataset.line) > here; })
      : stops.reverse().find(function (line) { return Number(line.dataset.line) < here || here === 0; });
    if (go) { go.querySelector("a.no").focus(); go.scrollIntoView({ block: "center" }); }
  });

  // On paper everything is open but the single looks of what passed.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])")).filter(function (it) {
      return !(it.classList.contains("look") && it.closest(".line[data-state=pass]"));
    });
    closed.forEach(function (it) { it.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (it) { it.open = false; });
  });
})();
