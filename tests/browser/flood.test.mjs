import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { signIn, startStack } from "./stack.mjs";

// What happens in the heat network happens to all substations behind it: four alarms of each at once.
const substations = 2_500;
const faults = ["leak", "pressure_drop", "pump_fault", "limit_t_high"];

let stack;
let folder;

before(
  async () => {
    folder = await mkdtemp(path.join(tmpdir(), "smartcity-flood-"));
    const plan = JSON.parse(await readFile(new URL("../../config/demo-city.json", import.meta.url), "utf8"));
    const [first] = plan.substations;
    plan.substations = Array.from({ length: substations }, (_, i) => ({
      ...first,
      number: i + 1,
      sourceObject: `itp_${i + 1}`,
      name: `ИТП ${i + 1}`,
    }));
    await writeFile(path.join(folder, "city.json"), JSON.stringify(plan));
    stack = await startStack({ plan: path.join(folder, "city.json") });
  },
  { timeout: 400_000 },
);
after(
  async () => {
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  },
  { timeout: 60_000 },
);

/** The list of alarms by the server: how many are open, match, and are shown. */
async function listed(page, query) {
  await page.goto(`${stack.url}/dispatch${query}`);
  const numbers = (await page.textContent("[data-calling]"))
    .replace(/\u00a0/g, "")
    .match(/\d+/g)
    .map(Number);
  return {
    open: numbers[0],
    matching: numbers.at(-1),
    shown: await page.locator(".alarms .alarm[id^=alarm-]").count(),
  };
}

test("ten thousand alarms leave the page usable: paged, exactly counted, their incidents grouped by cause", async () => {
  const context = await stack.context();
  try {
    const page = await signIn(stack, context, "dispatcher");
    await page.waitForSelector("[data-stream].good", { timeout: 60_000 });
    for (const fault of faults) await stack.breakAt(fault, "itp_*");
    const deadline = Date.now() + 240_000;
    let leaks, drops, all;
    do {
      await page.waitForTimeout(2_000);
      leaks = await listed(page, "?alarm=4");
      drops = await listed(page, "?alarm=1");
      all = await listed(page, "");
    } while (
      (leaks.matching < substations || drops.matching < substations || all.open < 4 * substations) &&
      Date.now() < deadline
    );
    assert.equal(leaks.matching, substations, "each leak is counted, once");
    assert.equal(drops.matching, substations, "each pressure drop is counted, once");
    assert.ok(all.open >= faults.length * substations, `${all.open} alarms are open`);
    assert.equal(all.shown, 25, "a page is a page");

    const groups = (await page.locator("[data-live=incidents] summary").allTextContents()).map((text) =>
      text.replace(/\u00a0/g, ""),
    );
    for (const cause of ["Падение давления", "Протечка"])
      assert.ok(
        groups.some((text) => text.startsWith(`${cause}: открыто ${substations}, объектов ${substations}`)),
        `${cause} is one group: ${groups}`,
      );
    assert.ok((await page.locator("*").count()) < 6_000, "what a browser has to hold stays bounded");

    const last = await listed(page, "?alarm=4&number=100");
    assert.deepEqual([last.matching, last.shown], [substations, 25]);
    const alarm = page.locator(".alarms .alarm:has(button)").first();
    const id = await alarm.getAttribute("id");
    await alarm.locator("button").click();
    await page.locator(`#${id} button`).waitFor({ state: "detached", timeout: 60_000 });
    assert.deepEqual(page.problems, []);
  } finally {
    await stack.mend();
    await context.close();
  }
});
