import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { openRelay, signIn, startStack } from "./stack.mjs";

// A minute of the source is a second here: the law's clocks and the quiet time before a close can be waited for.
const speed = 60;
const parts = ["alarms", "incidents", "objects", "schematic", "status", "changes"];

let stack;
before(async () => (stack = await startStack({ speed })), { timeout: 400_000 });
after(async () => stack?.close(), { timeout: 60_000 });

/** Runs a test in a browser of its own and closes it afterwards; the emulator is left whole. */
async function inBrowser(work, options) {
  const context = await stack.context(options);
  try {
    await work(context);
  } finally {
    await stack.mend();
    await context.close();
  }
}

const alarmOf = (page, code) => page.locator(".alarms .alarm", { has: page.locator(`code:text-is("${code}")`) });

/** Presses what does something with the incident and waits for the answer. */
async function ask(page, what) {
  await page.evaluate(() => document.getElementById("answer").replaceChildren());
  await page.locator(`button[name=do][value="${what}"]:visible`).click();
  const note = page.locator("#answer .note");
  await note.waitFor({ timeout: 20_000 });
  return note;
}

async function reach(page, stage) {
  const note = await ask(page, stage);
  assert.match(await note.getAttribute("class"), /good/, `${stage}: ${await note.textContent()}`);
  await page.waitForSelector(`#stage[data-stage=${stage}]`, { timeout: 20_000 });
}

describe("alarms", () => {
  for (const [fault, code, title] of [
    ["pressure_drop", "A1", "Падение давления"],
    ["pump_stopped", "A2.1", "Ошибка в работе насоса"],
    ["pump_fault", "A2.FAULT", "сигнал аварии"],
    ["limit_t_high", "A3.T1.HIGH", "температура прямой воды"],
    ["leak", "A4", "Протечка"],
  ])
    test(`${fault} is seen as ${code} by itself, acknowledged with a note, explained, and found among the ended`, () =>
      inBrowser(async (context) => {
        const page = await signIn(stack, context, "dispatcher");
        await page.waitForSelector("[data-stream].good");
        await alarmOf(page, code).waitFor({ state: "detached", timeout: 60_000 });
        await stack.breakAt(fault, "itp_1");
        const alarm = alarmOf(page, code).first();
        await alarm.waitFor({ timeout: 60_000 });
        assert.match(await alarm.textContent(), new RegExp(title));
        await page.fill("#note", "Слесарь выехал");
        await alarm.locator("button").click();
        await alarm.locator("button").waitFor({ state: "detached", timeout: 20_000 });
        assert.match(await alarm.textContent(), /dispatcher.*Слесарь выехал/s);

        await page.goto(`${stack.url}/dispatch/object/1?why=${code}`);
        assert.equal(
          await page.locator("[aria-labelledby=why] > .tree > li > .tag.bad").count(),
          1,
          "the condition holds, and is shown to",
        );

        await stack.mend();
        await page.goto(`${stack.url}/dispatch`);
        await alarmOf(page, code).waitFor({ state: "detached", timeout: 90_000 });
        await page.goto(`${stack.url}/dispatch/history`);
        assert.match(await page.textContent("tbody"), new RegExp(code.replaceAll(".", "\\.")));
        assert.deepEqual(page.problems, []);
      }));

  test("the list is filtered on the server, follows by itself, and is worked from the keyboard", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await stack.breakAt("pump_fault", "itp_1");
      await alarmOf(page, "A2.FAULT").first().waitFor({ timeout: 60_000 });
      await page.selectOption("select[name=alarm]", "4");
      await page.waitForURL(/alarm=4/);
      assert.equal(await alarmOf(page, "A2.FAULT").count(), 0);
      await stack.breakAt("leak", "itp_1");
      await alarmOf(page, "A4").first().waitFor({ timeout: 60_000 });
      assert.equal(await alarmOf(page, "A2.FAULT").count(), 0, "what follows by itself is filtered too");

      await page.selectOption("select[name=alarm]", "");
      await page.waitForURL((url) => !/alarm=4/.test(url.href));
      await page.locator("h1").click();
      const unacknowledged = page.locator(".alarms .alarm:has(button)");
      await unacknowledged.first().waitFor();
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press("j");
        if (await page.evaluate(() => document.activeElement.matches(".alarm:has(button)"))) break;
      }
      const id = await page.evaluate(() => document.activeElement.id);
      assert.match(id, /^alarm-/);
      await page.keyboard.press("a");
      await page.locator(`#${id} button`).waitFor({ state: "detached", timeout: 20_000 });

      await page.keyboard.press("?");
      assert.ok(await page.locator("dialog#keys").isVisible());
      await page.keyboard.press("Escape");
      await page.keyboard.press("n");
      assert.equal(await page.evaluate(() => document.activeElement.id), "note");
      assert.deepEqual(page.problems, []);
    }));

  test("a new alarm sounds once it is switched on", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await page.waitForSelector("[data-stream].good");
      await page.click("[data-sound]");
      const beeps = () => page.evaluate(() => Number(document.querySelector("[data-sound]").dataset.beeps ?? 0));
      const before = await beeps();
      await stack.breakAt("leak", "itp_1");
      await page.waitForFunction(
        (count) => Number(document.querySelector("[data-sound]").dataset.beeps ?? 0) > count,
        before,
        { timeout: 60_000 },
      );
    }));

  test("an alarm is shelved with a reason, says so, and comes back", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await page.goto(`${stack.url}/dispatch/object/1`);
      await page.fill("#note", "Калибровка датчика");
      await page.fill("#hours", "4");
      assert.match(await (await ask(page, "shelve:A3.T1.LOW")).getAttribute("class"), /good/);
      const row = page.locator("tr", { has: page.locator('code:text-is("A3.T1.LOW")') });
      await row.locator("text=Калибровка датчика").waitFor({ timeout: 20_000 });
      assert.match(await row.textContent(), /отложена.*dispatcher.*до /s);
      await page.goto(`${stack.url}/dispatch/handover`);
      assert.match(await page.textContent("main"), /отложена · dispatcher/);
      await page.goto(`${stack.url}/dispatch/object/1`);
      assert.match(await (await ask(page, "unshelve:A3.T1.LOW")).getAttribute("class"), /good/);
      await row.locator("text=норма").waitFor({ timeout: 20_000 });
    }));
});

describe("incidents", () => {
  test("a leak is driven to its close, with evidence, by two persons", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await page.waitForSelector("[data-stream].good");
      await page
        .locator(".alarm[id^=incident-]", { hasText: "Протечка" })
        .waitFor({ state: "detached", timeout: 5_000 })
        .catch(() => {});
      await stack.breakAt("leak", "itp_1");
      const item = page.locator(".alarm[id^=incident-]", { hasText: "Протечка" }).first();
      await item.waitFor({ timeout: 60_000 });
      assert.match(await item.locator("b.clock").textContent(), /^−?\d+:\d\d:\d\d$/);
      await item.locator("a").first().click();
      await page.waitForSelector("#stage");
      const address = page.url();

      assert.match(await page.textContent("main"), /Датчик протечки мокрый.*Что делать.*Выслать бригаду/s);
      // An incident of an earlier leak may still be open: this leak is there with the next poll, and the page follows it.
      await page.locator(".tree .tag.bad").first().waitFor({ timeout: 30_000 });
      assert.equal(await page.locator(".tree .tag.bad").count(), 1, "the condition tree shows that it leaks");
      if ((await page.getAttribute("#stage", "data-stage")) === "Registered") await reach(page, "Acknowledged");

      const missing = await ask(page, "Dispatched");
      assert.match(await missing.textContent(), /заполните/);
      await page.fill("#crew", "Бригада 3");
      await page.fill("#plannedAt", "2099-01-01T12:00");
      await page.fill("#note", "Задвижка в подвале");
      await reach(page, "Dispatched");
      assert.match(await page.textContent(".entries"), /Бригада 3.*Задвижка в подвале/s);
      assert.match(await (await ask(page, "visit")).getAttribute("class"), /good/);
      await reach(page, "Localised");
      await reach(page, "Restored");

      await page.click("summary:has-text('Приложить файл')");
      const photo = Buffer.from("\xff\xd8\xff a photo of a dry floor", "latin1");
      await page.setInputFiles("#file", { name: "сухо.jpg", mimeType: "image/jpeg", buffer: photo });
      await page.click("form[enctype] button");
      await page.waitForURL(/asked=/);
      const link = page.locator("a:has-text('сухо.jpg')");
      await link.waitFor({ timeout: 20_000 });
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      assert.deepEqual(await readFile(await download.path()), photo);

      await stack.mend();
      await page.goto(address);
      await page.locator(".entries", { hasText: "Условие тревоги снято" }).waitFor({ timeout: 60_000 });
      await reach(page, "Eliminated");
      const refused = await ask(page, "Verified");
      assert.match(await refused.getAttribute("class"), /bad/, "nobody verifies their own work");

      const other = await stack.context();
      try {
        const second = await signIn(stack, other, "dispatcher2");
        await second.goto(address);
        await reach(second, "Verified");
        for (let tries = 0; tries < 60; tries++) {
          const note = await ask(second, "Closed");
          if (/good/.test(await note.getAttribute("class"))) break;
          await second.waitForTimeout(1_000);
        }
        await second.waitForSelector("#stage[data-stage=Closed]", { timeout: 20_000 });
        assert.match(
          await second.textContent(".entries"),
          /закрыт.*dispatcher2.*проверен.*dispatcher2.*причина устранена.*dispatcher /s,
        );
      } finally {
        await other.close();
      }
      await page.waitForSelector("#stage[data-stage=Closed]", { timeout: 30_000 });
      await page.locator(".entries li").first().locator("summary:has-text('в реестре')").waitFor({ timeout: 60_000 });
      assert.deepEqual(page.problems, []);

      // Afterwards: the time machine shows it as it was.
      const raised = /Возникла (\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)/.exec(await page.textContent("main"));
      const [, day, month, year, time] = raised;
      await page.goto(`${stack.url}/dispatch/moment?at=${year}-${month}-${day}T${time}&object=1`);
      await page.waitForSelector(".schematic .leak.lit");
      assert.match(await page.textContent("main"), /A4.*активна/s);
      assert.doesNotMatch(await page.textContent("main"), /Бригада 3/);
    }));

  test("a shift is handed over, and another person takes it", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await page.goto(`${stack.url}/dispatch/handover`);
      await page.fill("#note", "Следить за насосом");
      await page.click("text=Передать смену");
      await page.waitForSelector(".note.good");
      await page.click("button[name=take]");
      assert.match(await page.locator(".note.bad").textContent(), /другой человек/);
      const other = await stack.context();
      try {
        const second = await signIn(stack, other, "dispatcher2");
        await second.goto(`${stack.url}/dispatch/handover`);
        assert.match(await second.textContent("main"), /dispatcher передал смену.*Следить за насосом/s);
        await second.click("button[name=take]");
        await second.waitForSelector(".note.good");
        assert.match(await second.textContent("main"), /принял dispatcher2/);
      } finally {
        await other.close();
      }
    }));

  test("performance counts what was raised", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      await page.goto(`${stack.url}/dispatch/performance?days=30`);
      const raised = Number((await page.locator(".figures dd").first().textContent()).replace(/\D/g, ""));
      assert.ok(raised >= 5, `${raised} alarms were counted`);
      assert.match(await page.textContent("#top + table"), /A4/);
    }));

  test("changed rules are tried on the past, and a mistake in them is named by its line", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      const rules = await readFile(new URL("../../config/rules/itp.json", import.meta.url), "utf8");
      const run = async (text) => {
        await page.goto(`${stack.url}/dispatch/replay`);
        await page.setInputFiles("#rules", {
          name: "itp.json",
          mimeType: "application/json",
          buffer: Buffer.from(text),
        });
        await page.click("text=Проиграть");
      };
      const figure = async (id) => Number((await page.textContent(`#${id}`)).replace(/\D/g, ""));
      await run(rules.replace('"version": 1', '"version": "one"'));
      assert.match(await page.textContent("main ul"), /itp\.json:3:/);

      await run(rules);
      await page.waitForSelector("#same", { timeout: 60_000 });
      assert.ok((await figure("same")) >= 5, "the same rules raise the same alarms");
      assert.deepEqual([await figure("gone"), await figure("new"), await figure("moved")], [0, 0, 0]);

      const changed = rules.replace(
        '"limitDelay": { "strict": "0s", "refined": "60s" }',
        '"limitDelay": { "strict": "0s", "refined": "20h" }',
      );
      assert.notEqual(changed, rules);
      await run(changed.replace('"version": 1', '"version": 2'));
      await page.waitForSelector("text=itp/2", { timeout: 60_000 });
      assert.ok((await figure("gone")) >= 1, "a limit that must be passed for 20 hours raises no alarm");
      assert.match(await page.textContent("main"), /не было бы.*A3\.T1\.HIGH/s);
    }));
});

describe("the stream", () => {
  test("the stream goes on after a break and brings only what was missed", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "dispatcher");
      const read = (headers) =>
        page.evaluate(
          async ({ sent, count }) => {
            const abort = new AbortController();
            const answer = await fetch("/dispatch/live", { headers: sent, signal: abort.signal });
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            const names = [];
            let text = "";
            let id = "";
            while (names.length < 1 || (!sent["Last-Event-ID"] && names.length < count)) {
              text += (await reader.read()).value;
              const events = text.split("\n\n");
              text = events.pop();
              for (const event of events) {
                names.push(/^event: (.*)$/m.exec(event)[1]);
                id = /^id: (.*)$/m.exec(event)[1];
              }
            }
            abort.abort();
            return { names, id };
          },
          { sent: headers, count: parts.length },
        );
      const first = await read({});
      assert.deepEqual(first.names.slice(0, parts.length), parts, "a new browser gets every part");
      const again = await read({ "Last-Event-ID": first.id });
      assert.ok(!again.names.includes("alarms"), `alarms did not change, but came again: ${again.names}`);
    }));

  test("a page that lost its connection says so and catches up", () =>
    inBrowser(async (context) => {
      const relay = await openRelay(stack.url);
      try {
        const page = await signIn(stack, context, "dispatcher", relay.url);
        await page.waitForSelector("[data-stream].good");
        relay.cut();
        await page.waitForSelector("[data-stream].bad", { timeout: 40_000 });
        await stack.breakAt("pump_fault", "itp_1");
        relay.mend();
        await page.waitForSelector("[data-stream].good", { timeout: 40_000 });
        await alarmOf(page, "A2.FAULT").first().waitFor({ timeout: 30_000 });
      } finally {
        await stack.mend();
        await relay.close();
      }
    }));
});
