// Starts the real server with a demo shop in a temporary folder and runs the storefront's tests in Chromium.
//   node run.mjs [--server BINARY] [--demo BINARY] [words of a test's name]
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { tests } from "./storefront.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const options = process.argv.slice(2);
const option = (name, otherwise) => { const at = options.indexOf(name); return at < 0 ? otherwise : options.splice(at, 2)[1]; };
const target = process.env.CARGO_TARGET_DIR || join(here, "../../target");
const server = option("--server", join(target, "debug/tradepost-server"));
const demo = option("--demo", join(target, "debug/examples/demo_shop"));
const words = options.join(" ");

const data = mkdtempSync(join(tmpdir(), "tradepost-browser-"));
const made = spawnSync(demo, [data], { encoding: "utf8" });
if (made.status !== 0) throw new Error(`the demo shop could not be made: ${made.error || made.stderr}`);
const serving = spawn(server, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "inherit", "pipe"] });
let log = "";
await new Promise((resolve, reject) => {
  serving.stderr.on("data", (text) => { log += text; if (log.includes("serving")) resolve(); });
  serving.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
});
serving.removeAllListeners("exit");
const base = `http://${readFileSync(join(data, "address"), "utf8").trim()}`;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (words && !name.includes(words)) continue;
  const contexts = [];
  const context = async (settings) => {
    const made = await browser.newContext(settings);
    made.setDefaultTimeout(60_000);
    contexts.push(made);
    return made;
  };
  const started = performance.now();
  try {
    await test({ context, base });
    console.log(`ok    ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack || error}`);
  } finally {
    await Promise.all(contexts.map((made) => made.close()));
  }
}
await browser.close();
const ended = new Promise((resolve) => { serving.on("exit", resolve); });
serving.kill("SIGTERM");
await ended;
rmSync(data, { recursive: true, force: true });
console.log(failed ? `${failed} failed` : "all passed");
process.exit(failed ? 1 : 0);
