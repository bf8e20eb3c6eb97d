import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { axePath, kopecks, signIn, startStack } from "./stack.mjs";

let stack;
before(async () => (stack = await startStack()), { timeout: 400_000 });
after(async () => stack?.close(), { timeout: 60_000 });

/** Runs a test in a browser of its own and closes it afterwards. */
async function inBrowser(work, options) {
  const context = await stack.context(options);
  try {
    await work(context);
  } finally {
    await context.close();
  }
}

const dispatchPages = [
  "/dispatch",
  "/dispatch/history",
  "/dispatch/incidents",
  "/dispatch/objects",
  "/dispatch/object/1?why=A4",
  "/dispatch/performance",
  "/dispatch/handover",
  "/dispatch/moment",
  "/dispatch/replay",
];

const firstBill = async (page) => {
  await page.goto(`${stack.url}/bills`);
  const links = page.locator("tbody th a");
  return links.nth((await links.count()) - 1).getAttribute("href");
};

describe("sign-in", () => {
  test("each role comes to its own room", () =>
    inBrowser(async (context) => {
      const homes = [
        ["resident1", "/consumption"],
        ["electricity", "/hours"],
        ["company", "/hours"],
        ["auditor", "/audit"],
        ["dispatcher", "/dispatch"],
      ];
      for (const [login, home] of homes) {
        await context.clearCookies();
        const page = await signIn(stack, context, login);
        assert.equal(new URL(page.url()).pathname, home, login);
        assert.deepEqual(page.problems, [], login);
        await page.close();
      }
    }));

  test("a wrong password is refused and named", () =>
    inBrowser(async (context) => {
      const page = await context.newPage();
      await page.goto(stack.url);
      await page.fill("#login", "resident1");
      await page.fill("#password", "wrong");
      const [answer] = await Promise.all([page.waitForResponse("**/sign-in"), page.click("form.sign-in button")]);
      assert.equal(answer.status(), 401);
      assert.match(await page.textContent("[role=alert]"), /Имя или пароль не подходят/);
      assert.equal(await page.inputValue("#password"), "");
    }));

  test("guessing is stopped after five failures, for that login alone", () =>
    inBrowser(async (context) => {
      const page = await context.newPage();
      const guess = async (login, password) => {
        await page.goto(`${stack.url}/sign-in`);
        await page.fill("#login", login);
        await page.fill("#password", password);
        const [answer] = await Promise.all([page.waitForResponse("**/sign-in"), page.click("form.sign-in button")]);
        return answer;
      };
      for (let attempt = 0; attempt < 5; attempt++) assert.equal((await guess("resident3", "wrong")).status(), 401);
      const refused = await guess("resident3", stack.account("resident3").password);
      assert.equal(refused.status(), 429, "even the right password waits");
      assert.ok(Number(refused.headers()["retry-after"]) > 0);
      assert.equal((await guess("resident2", stack.account("resident2").password)).status(), 302);
    }));

  test("a session ends with the sign-out button", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      await page.click("form[action='/sign-out'] button");
      await page.goto(`${stack.url}/bills`);
      assert.equal(new URL(page.url()).pathname, "/sign-in");
    }));
});

describe("access", () => {
  test("a room of another role is closed", () =>
    inBrowser(async (context) => {
      const rooms = {
        resident1: ["/hours", "/share", "/audit", "/dispatch"],
        dispatcher: ["/bills", "/share", "/audit/data-set"],
      };
      for (const [login, paths] of Object.entries(rooms)) {
        await context.clearCookies();
        const page = await signIn(stack, context, login);
        for (const path of paths) {
          const answer = await page.goto(stack.url + path);
          assert.equal(answer.status(), 403, `${login} ${path}`);
          assert.match(await page.textContent("h1"), /Нет доступа/);
        }
        await page.close();
      }
    }));

  test("nothing but sign-in is shown to a stranger", () =>
    inBrowser(async (context) => {
      for (const path of ["/bills", "/hours", "/audit", "/dispatch", "/status", "/dispatch/live"]) {
        const answer = await context.request.get(stack.url + path, { maxRedirects: 0 });
        assert.equal(answer.status(), 302, path);
        assert.match(answer.headers().location, /\/sign-in\?returnUrl=/);
      }
    }));

  test("a form without its token is refused", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      const bill = await firstBill(page);
      const answer = await context.request.post(stack.url + bill, { form: { amount: "1", reference: "forged" } });
      assert.equal(answer.status(), 400);
    }));

  test("no answer allows a script of the page's own", () =>
    inBrowser(async (context) => {
      const headers = (await context.request.get(stack.url)).headers();
      assert.match(headers["content-security-policy"], /default-src 'none'; script-src 'self';/);
      assert.ok(!headers["content-security-policy"].includes("unsafe"));
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["x-frame-options"], "DENY");
    }));
});

describe("resident", () => {
  test("sees consumption by day and by hour, down to the signed batch", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      await page.locator("nav.tabs a").first().click();
      assert.ok((await page.locator(".chart .bar").count()) >= 28);
      await page.locator("details summary").first().click();
      await page.locator("tbody th a").first().click();
      await page.waitForURL(/\/consumption\/day\//);
      assert.equal(await page.locator("tbody tr").count(), 24);
      assert.match(await page.locator("tbody tr td .hash").first().getAttribute("title"), /^0x[0-9a-f]{64}$/);
      assert.deepEqual(page.problems, []);
    }));

  test("sees a bill whose lines add up and agree with the readings", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      await page.goto(stack.url + (await firstBill(page)));
      const amounts = await page.locator(".bill tbody td:last-child").allTextContents();
      const names = await page.locator(".bill tbody th a").allTextContents();
      for (const service of ["Электроэнергия", "Общедомовые нужды", "Отопление"]) {
        assert.ok(
          names.some((name) => name.startsWith(service)),
          `${service} is among ${names}`,
        );
      }
      const total = kopecks(await page.textContent(".bill tfoot td"));
      assert.equal(
        amounts.map(kopecks).reduce((sum, amount) => sum + amount, 0),
        total,
      );
      assert.equal(await page.getAttribute("[data-check]", "data-check"), "agrees");
      await page.locator(".derivations a").first().click();
      assert.match(await page.textContent("h1"), /Электроэнергия/);
      assert.ok((await page.locator("tbody tr").count()) > 24);
    }));

  test("of two zones sees a price for each", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident2");
      await page.goto(stack.url + (await firstBill(page)));
      const names = await page.locator(".bill tbody th a").allTextContents();
      for (const name of ["Электроэнергия, день", "Электроэнергия, ночь"]) {
        assert.ok(names.includes(name), `${name} is among ${names}`);
      }
      assert.equal(await page.getAttribute("[data-check]", "data-check"), "agrees");
    }));

  test("pays a part, then the rest; each payment is divided to the kopeck, and a double click pays once", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      const bill = await firstBill(page);
      await page.goto(stack.url + bill);
      const owed = kopecks(await page.textContent("#pay .sum"));
      assert.ok(owed > 10_000);

      await page.fill("#amount", "100,01");
      await page.dblclick("#pay form button");
      await page.waitForURL(/paid=0x/);
      assert.equal(kopecks(await page.textContent("#pay .sum")), owed - 10_001);
      assert.equal(await page.locator(".payments > li").count(), 1);
      const shares = await page.locator(".payments > li").first().locator("td").allTextContents();
      assert.equal(shares.length, 3, "three providers");
      assert.equal(
        shares.map(kopecks).reduce((sum, share) => sum + share, 0),
        10_001,
      );

      await page.click("#pay form button");
      await page.waitForURL((url) => url.searchParams.get("paid") !== null && url.pathname === bill);
      await page.waitForFunction(() => document.querySelectorAll(".payments > li").length === 2);
      assert.equal(kopecks(await page.textContent("#pay .sum")), 0);
      assert.equal(await page.locator("#pay form").count(), 0);
    }));

  test("the same order sent again is not carried out again", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident2");
      const bill = await firstBill(page);
      await page.goto(stack.url + bill);
      const owed = kopecks(await page.textContent("#pay .sum"));
      const form = {
        __RequestVerificationToken: await page.inputValue("#pay form [name=__RequestVerificationToken]"),
        reference: await page.inputValue("#pay form [name=reference]"),
        amount: "50",
      };
      const answers = await Promise.all(
        [1, 2, 3].map(() => context.request.post(stack.url + bill, { form, maxRedirects: 0 })),
      );
      assert.deepEqual(
        answers.map((answer) => answer.status()),
        [302, 302, 302],
      );
      assert.equal(new Set(answers.map((answer) => answer.headers().location)).size, 1);
      await page.reload();
      assert.equal(kopecks(await page.textContent("#pay .sum")), owed - 5_000);
    }));

  test("an amount that is none is refused and nothing is paid", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident4");
      const bill = await firstBill(page);
      for (const amount of ["0", "-5", "1,234", "abc", "99999999999"]) {
        await page.goto(stack.url + bill);
        await page.fill("#amount", amount);
        const [answer] = await Promise.all([
          page.waitForResponse((one) => one.request().method() === "POST"),
          page.click("#pay form button"),
        ]);
        assert.equal(answer.status(), 422, amount);
        assert.match(await page.textContent("#pay [role=alert]"), /Введите сумму/);
      }
      await page.goto(stack.url + bill);
      assert.equal(await page.locator(".payments > li").count(), 0);
    }));

  test("cannot open what is not there", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      for (const path of [
        "/bills/1999-01",
        "/bills/nonsense",
        "/consumption/1999-01",
        "/consumption/day/2001-02-30",
        "/nowhere",
      ]) {
        assert.equal((await page.goto(stack.url + path)).status(), 404, path);
      }
    }));
});

describe("utility", () => {
  test("sees each hour with its balance, signers and record", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "electricity");
      assert.equal(await page.locator("tbody tr.first").count(), 24);
      await page.click("a[rel=next]");
      assert.match(await page.textContent(".pager span"), /2/);
      await page.locator("tbody th a").first().click();
      assert.equal(await page.locator("section.card table").count(), 2, "two houses");
      assert.match(await page.textContent("dl.facts"), /0x[0-9a-f]{64}/);
      await page.goto(`${stack.url}/hours?segment=1&only=imbalanced`);
      assert.equal((await page.goto(`${stack.url}/hours?segment=99`)).status(), 404);
    }));

  test("withdraws what residents paid, and not more", () =>
    inBrowser(async (context) => {
      const resident = await signIn(stack, context, "resident2");
      const bill = await firstBill(resident);
      await resident.goto(stack.url + bill);
      await resident.fill("#amount", "200");
      await resident.click("#pay form button");
      await resident.waitForURL(/paid=0x/);
      await context.clearCookies();

      const page = await signIn(stack, context, "heat");
      await page.goto(`${stack.url}/share`);
      const available = kopecks(await page.textContent("#withdraw .sum"));
      assert.ok(available > 100);
      await page.fill("#amount", "9999999");
      await page.click("#withdraw form button");
      assert.match(await page.textContent("#withdraw [role=alert]"), /Доступно только/);

      await page.goto(`${stack.url}/share`);
      await page.fill("#amount", "1");
      await page.dblclick("#withdraw form button");
      await page.waitForURL(/withdrawn=0x/);
      assert.equal(kopecks(await page.textContent("#withdraw .sum")), available - 100);
      assert.equal(await page.locator("[aria-labelledby=withdrawals] tbody tr").count(), 1);
    }));
});

describe("auditor", () => {
  test("runs the audit, sees every rule hold and takes the data away", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "auditor");
      await page.click("#audit form button");
      await page.waitForSelector("#audit .verdict", { timeout: 120_000 });
      assert.match(await page.textContent("#audit .verdict"), /Всё сходится/);
      assert.equal(await page.locator("tbody tr").count(), 22);
      assert.equal(await page.locator("tbody .tag.bad").count(), 0);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
      const [head] = (await readFile(await download.path(), "utf8")).split("\n");
      assert.ok(JSON.parse(head).head, "the first line is the head");
      assert.deepEqual(page.problems, []);
    }));
});

describe("every page", () => {
  test("speaks both languages and remembers the choice", () =>
    inBrowser(async (context) => {
      const page = await signIn(stack, context, "resident1");
      assert.equal(await page.getAttribute("html", "lang"), "ru");
      await page.click("button[value=en-GB]");
      assert.equal(await page.getAttribute("html", "lang"), "en");
      assert.equal(await page.textContent("h1"), "Consumption");
      await page.goto(`${stack.url}/bills`);
      assert.equal(await page.textContent("h1"), "Bills");
      assert.doesNotMatch(await page.textContent("nav"), /[а-яё]/i);
    }));

  for (const scheme of ["light", "dark"]) {
    test(`has no serious fault of accessibility (${scheme})`, () =>
      inBrowser(
        async (context) => {
          const rooms = {
            resident1: ["/consumption", "/bills", "bill", "hours"],
            electricity: ["/hours", "/share"],
            auditor: ["/audit"],
            dispatcher: dispatchPages,
          };
          const stranger = await context.newPage();
          await stranger.goto(stack.url);
          await check(stranger, "/");
          for (const [login, paths] of Object.entries(rooms)) {
            await context.clearCookies();
            const page = await signIn(stack, context, login);
            const bill = login === "resident1" ? await firstBill(page) : "";
            for (const path of paths) {
              const real = { bill, hours: `${bill}/hours/Electricity` }[path] ?? path;
              await page.goto(stack.url + real);
              await check(page, real);
            }
            await page.close();
          }
        },
        { colorScheme: scheme, bypassCSP: true },
      ));
  }

  test("fits a screen of 360 pixels", () =>
    inBrowser(
      async (context) => {
        for (const [login, paths] of Object.entries({
          resident1: ["/consumption", "/bills", "bill"],
          electricity: ["/hours", "/share"],
          dispatcher: dispatchPages,
        })) {
          await context.clearCookies();
          const page = await signIn(stack, context, login);
          for (const path of paths) {
            await page.goto(stack.url + (path === "bill" ? await firstBill(page) : path));
            const width = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(width <= 360, `${path} is ${width} pixels wide`);
          }
          await page.close();
        }
      },
      { viewport: { width: 360, height: 740 } },
    ));
});

async function check(page, path) {
  await page.addScriptTag({ path: axePath });
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].failureSummary}`);
  assert.deepEqual(serious, [], path);
}
