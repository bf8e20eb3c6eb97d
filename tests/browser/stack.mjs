// Starts the whole city once for a test file and opens browsers on it. Nothing here stands in for anything: chain, emulator, oracle
// and portal are the real ones, on free ports and in a folder of their own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { chromium } from "playwright-core";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const startLimitMs = 300_000;
const stopLimitMs = 40_000;
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

function program() {
  const built = ["Release", "Debug"]
    .map((kind) => path.join(root, "src/SmartCity.Cli/bin", kind, "net10.0/smartcity.dll"))
    .find(existsSync);
  if (!built)
    throw new Error("The program is not built: run `dotnet build src/SmartCity.Cli` first (scripts/test does).");
  return built;
}

/**
 * Starts the city, or uses the one that SMARTCITY_READY_FILE describes. With a speed its clock runs faster, from the end of the last
 * full month; the plan is the demo's unless a file is given.
 */
export async function startStack({ speed = 1, plan } = {}) {
  const given = process.env.SMARTCITY_READY_FILE;
  if (given) return openStack(given, async () => {});

  const folder = await mkdtemp(path.join(tmpdir(), "smartcity-browser-"));
  const readyFile = path.join(folder, "ready.json");
  const args = ["up", "--state", path.join(folder, "state"), "--ports", "auto", "--ready-file", readyFile];
  args.push("--speed", String(speed), ...(plan ? ["--plan", plan] : []));
  const child = spawn("dotnet", [program(), ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => (output = (output + text).slice(-4000)));
  const ended = new Promise((resolve) => child.once("exit", resolve));

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGINT");
      await Promise.race([ended, delay(stopLimitMs, undefined, { ref: false })]);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
    await rm(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + startLimitMs;
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const why = child.exitCode === null ? "was not ready in time" : `ended with exit code ${child.exitCode}`;
      await stop();
      throw new Error(`smartcity up ${why}. It said last:\n${output}`);
    }
    await delay(250);
  }
  return openStack(readyFile, stop);
}

async function openStack(readyFile, stop) {
  const ready = JSON.parse(await readFile(readyFile, "utf8"));
  const accounts = JSON.parse(await readFile(ready.accounts, "utf8"));
  const password = (await readFile(ready.sourcePasswordFile, "utf8")).trim();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: flags,
  });
  const authorization = `Basic ${Buffer.from(`${ready.sourceLogin}:${password}`).toString("base64")}`;

  async function control(method, body) {
    const answer = await fetch(new URL("control/faults", ready.emulator), {
      method,
      headers: { authorization, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`The emulator refused with ${answer.status}: ${await answer.text()}`);
  }

  return {
    url: ready.portal.replace(/\/$/, ""),
    account: (login) => accounts.find((account) => account.login === login),
    breakAt: (kind, target) => control("POST", { kind, target }),
    mend: () => control("DELETE"),
    /** A browser of its own: no cookie of another test is in it. */
    context: (options = {}) => browser.newContext({ viewport: { width: 1280, height: 860 }, ...options }),
    async close() {
      await browser.close();
      await stop();
    },
  };
}

/**
 * A way to a server that can be cut: open connections break and new ones are refused. Chromium's own "offline" leaves a stream that is
 * open as it is, so it breaks nothing that matters here.
 */
export async function openRelay(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let isCut = false;
  const server = net.createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = net.connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      isCut = true;
      drop();
    },
    mend() {
      isCut = false;
    },
    close() {
      drop();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Signs in and returns the page. Every error of a script fails the test that finds it in `page.problems`. */
export async function signIn(stack, context, login, url = stack.url) {
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text()))
      page.problems.push(message.text());
  });
  await page.goto(url);
  await page.fill("#login", login);
  await page.fill("#password", stack.account(login).password);
  await page.click("form.sign-in button");
  await page.waitForURL((url) => url.pathname !== "/" && url.pathname !== "/sign-in");
  return page;
}

/** Kopecks of an amount as a page shows it. */
export function kopecks(text) {
  const digits = text.replace(/[^\d.,]/g, "");
  const [, whole, fraction] = /^(.*)[.,](\d\d)$/.exec(digits);
  return Number(whole.replace(/[.,]/g, "")) * 100 + Number(fraction);
}
