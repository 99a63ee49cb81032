// Drives a browser over plain WebDriver: pictures of a page, a walk over it with the keyboard, and
// what must hold of it there. No library: a driver, `fetch`, and axe-core as text.
//
//   node pictures.mjs PAGE OUT AXE WALK
//
// PAGE is an HTML file, OUT a folder for pictures or `-`, AXE the path of axe.min.js or `-`,
// WALK `demo` for a page with failures behind it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page, out, axe] = process.argv.slice(2);
const address = pathToFileURL(resolve(page)).href;
const wrong = [];
const must = (holds, words) => { if (!holds) wrong.push(words); };

const profile = mkdtempSync(join(tmpdir(), "holdpoint-pictures-"));
const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
const port = await new Promise((done, fail) => {
  let said = "";
  driver.stdout.on("data", (bytes) => {
    said += bytes;
    const found = /started successfully on port (\d+)/.exec(said);
    if (found) done(Number(found[1]));
  });
  driver.on("error", fail);
  driver.on("exit", () => fail(new Error(`the driver ended: ${said}`)));
});

async function call(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}

const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--hide-scrollbars", "--force-color-profile=srgb", `--user-data-dir=${profile}`];
const { sessionId } = await call("POST", "/session", {
  capabilities: { alwaysMatch: {
    browserName: "chrome",
    "goog:chromeOptions": { args },
    "goog:loggingPrefs": { browser: "ALL", performance: "ALL" },
  } },
});
const at = `/session/${sessionId}`;
const cdp = (cmd, params = {}) => call("POST", `${at}/goog/cdp/execute`, { cmd, params });
const run = (script, ...args) => call("POST", `${at}/execute/sync`, { script, args });
const later = (script, ...args) => call("POST", `${at}/execute/async`, { script, args });
const press = (...keys) => call("POST", `${at}/actions`, { actions: [{
  type: "key", id: "keys",
  actions: keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]),
}] });
const TAB = "\uE004", ENTER = "\uE007", SPACE = " ";

async function open({ width, height, scheme = "light", media = "", phone = false, hash = "" }) {
  await cdp("Emulation.setDeviceMetricsOverride",
    { width, height, deviceScaleFactor: phone ? 2 : 1, mobile: phone });
  await cdp("Emulation.setEmulatedMedia",
    { media, features: [{ name: "prefers-color-scheme", value: scheme }] });
  await call("POST", `${at}/url`, { url: "about:blank" });
  await call("POST", `${at}/url`, { url: address + hash });
}

async function picture(name) {
  if (out === "-") return;
  const { data } = await cdp("Page.captureScreenshot", { format: "png", captureBeyondViewport: false });
  writeFileSync(join(out, `${name}.png`), Buffer.from(data, "base64"));
}

const top = (selector) => run("document.querySelector(arguments[0]).scrollIntoView({block:'start',behavior:'instant'})", selector);

async function fits(name) {
  const wide = await run(`
    const room = document.documentElement.clientWidth;
    const inside = (it) => it.closest('.scroll, .sprite, .sr, .skip');
    return Array.from(document.querySelectorAll('body *')).filter((it) =>
      !inside(it) && it.getClientRects().length && it.getBoundingClientRect().right > room + 1)
      .slice(0, 5).map((it) => it.outerHTML.slice(0, 120))
      .concat(document.documentElement.scrollWidth > room ? ['the page itself'] : []);`);
  must(wide.length === 0, `${name}: wider than the screen: ${wide.join(" | ")}`);
}

async function accessible(name) {
  if (axe === "-") return;
  await run(readFileSync(axe, "utf8") + "\n;window.axe = axe;");
  const found = await later(`
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
      (it) => done(it.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '))),
      (error) => done([String(error)]));`);
  must(found.length === 0, `${name}: axe: ${found.join("\n    ")}`);
}

const focused = () => run("const it = document.activeElement; return it.matches('summary') ? 'summary' : it.id || it.className || it.tagName");

// Tab from the top reaches the way past everything, the filters, and what is behind a line.
async function keyboard() {
  await open({ width: 1280, height: 800 });
  await press(TAB);
  must((await focused()) === "skip", `the first Tab reaches ${await focused()}, not the way past`);
  await press(ENTER);
  const passed = await run("return location.hash");
  must(passed === "#checklist", `the way past leads to ${passed}`);
  const reached = new Set();
  let summary = false;
  for (let n = 0; n < 40 && !summary; n += 1) {
    await press(TAB);
    reached.add(await run("const it = document.activeElement; return it.type || it.className || it.tagName"));
    summary = await run("return document.activeElement.matches('.document summary')");
  }
  must(reached.has("checkbox") && reached.has("search"), `Tab does not reach the filters: ${[...reached].join(" ")}`);
  must(summary, "Tab does not reach what is behind a line");
  await press(ENTER);
  must(await run("return document.activeElement.parentElement.open"), "Enter does not open it");
  const ring = await run("const it = getComputedStyle(document.activeElement); return it.outlineStyle + ' ' + it.outlineWidth");
  must(ring !== "none 0px" && !ring.startsWith("none"), `the focus cannot be seen: ${ring}`);
}

async function filters() {
  const lines = () => run("return Array.from(document.querySelectorAll('.document .line')).filter((it) => it.getClientRects().length).map((it) => it.dataset.state)");
  const all = await lines();
  const failing = all.filter((it) => it === "fail").length;
  if (failing === 0) return;
  await run("document.querySelector('#filters input[value=fail]').focus()");
  await press(SPACE);
  const shown = await lines();
  must(shown.filter((it) => it === "fail").length === failing, `the filter hides failures: ${shown}`);
  must(shown.length < all.length, "the filter hides nothing");
  must(/^\d+ of \d+ lines?$/.test(await run("return document.getElementById('shown').textContent")), "the filter does not say how many");
  await press(SPACE);
  must((await lines()).length === all.length, "what was hidden does not come back");
  await run("document.getElementById('find').focus()");
  await press(..."certificate");
  const found = await lines();
  must(0 < found.length && found.length < all.length, `the search finds ${found.length} of ${all.length}`);
  await run("const it = document.getElementById('find'); it.value = ''; it.dispatchEvent(new Event('input')); it.blur()");
  must((await lines()).length === all.length, "what was not found does not come back");
  await press("j");
  const state = await run("return document.activeElement.closest('.line')?.dataset.state");
  must(/fail|unknown|owed/.test(state), `j goes to ${state}`);
}

async function withoutScripts() {
  await cdp("Emulation.setScriptExecutionDisabled", { value: true });
  await open({ width: 1280, height: 800 });
  const { root } = await cdp("DOM.getDocument", { depth: 0 });
  const { nodeId } = await cdp("DOM.querySelector", { nodeId: root.nodeId, selector: "#filters" });
  const { attributes } = await cdp("DOM.getAttributes", { nodeId });
  must(attributes.includes("hidden"), "without scripts the filters do not work and are shown");
  await cdp("Emulation.setScriptExecutionDisabled", { value: false });
}

async function quiet() {
  const said = await call("POST", `${at}/se/log`, { type: "browser" });
  must(said.length === 0, `the console: ${said.map((it) => it.message).join(" | ")}`);
  const traffic = await asked();
  const others = traffic.map((it) => JSON.parse(it.message).message)
    .filter((it) => it.method === "Network.requestWillBeSent")
    .map((it) => it.params.request.url)
    .filter((url) => url.split("#")[0] !== address && url !== "about:blank");
  must(others.length === 0, `the page asks for ${others.join(" ")}`);
}

const asked = () => call("POST", `${at}/se/log`, { type: "performance" });
try {
  // What the browser shows by itself when it begins is not the page's.
  await call("POST", `${at}/url`, { url: "about:blank" });
  await new Promise((done) => { setTimeout(done, 300); });
  await asked();
  for (const scheme of ["light", "dark"]) {
    await open({ width: 1280, height: 900, scheme });
    await fits(`laptop, ${scheme}`);
    await picture(`page-laptop-${scheme}`);
    await accessible(`laptop, ${scheme}`);
    await run("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
    await accessible(`everything open, ${scheme}`);
    await fits(`everything open, ${scheme}`);
    const first = await run(`
      const shown = document.querySelector('.document .chain') ||
        document.querySelector('.document .line[data-state=fail] .claim') || document.querySelector('.document .claim');
      return shown.closest('.line').id;`);
    await open({ width: 1280, height: 900, scheme, hash: `#${first}` });
    await run(`const chain = document.querySelector('#' + arguments[0] + ' .chain');
      if (chain) chain.closest('details').open = true;`, first);
    await top(`#${first}`);
    await picture(`page-evidence-${scheme}`);
    await open({ width: 390, height: 844, scheme, phone: true });
    await fits(`phone, ${scheme}`);
    await picture(`page-phone-${scheme}`);
    await accessible(`phone, ${scheme}`);
    await run("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
    await fits(`phone, everything open, ${scheme}`);
  }
  await keyboard();
  await filters();
  await withoutScripts();
  await quiet();
  await open({ width: 1280, height: 800 });
  const pdf = await call("POST", `${at}/print`, { page: { width: 21, height: 29.7 }, background: true });
  if (out !== "-") writeFileSync(join(out, "page-print.pdf"), Buffer.from(pdf, "base64"));
  must(Buffer.from(pdf, "base64").length > 10_000, "the page prints nothing");
} finally {
  await call("DELETE", at).catch(() => {});
  driver.kill();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
if (wrong.length) {
  console.error(wrong.map((it) => `wrong: ${it}`).join("\n"));
  process.exit(1);
}
console.log("the page holds in the browser");
