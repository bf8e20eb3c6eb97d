// How long a change takes from the poll that brings it to the browser, in the whole running city: chain, emulator, oracle, portal and
// Chromium are the real ones. Prints JSON: changeToPageP50Ms, changeToPageP99Ms.
import { signIn, startStack } from "../tests/browser/stack.mjs";

const changes = Number(process.argv[2] ?? 120);
const warmUp = 10;

const stack = await startStack();
try {
  const page = await signIn(stack, await stack.context(), "dispatcher");
  await page.waitForSelector("[data-stream].good");
  // Each poll brings new temperatures: the picture tells when they were received, by the clock that the browser has too.
  const delays = await page.evaluate(
    (count) =>
      new Promise((resolve, reject) => {
        const found = [];
        const source = new EventSource("/dispatch/live");
        source.onerror = () => reject(new Error("The stream broke."));
        source.addEventListener("schematic", (event) => {
          const now = Date.now();
          const picture = new DOMParser().parseFromString(event.data, "text/html").querySelector("[data-age]");
          if (picture) found.push(now - Date.parse(picture.dataset.age));
          if (found.length === count) {
            source.close();
            resolve(found);
          }
        });
      }),
    changes + warmUp,
  );
  const sorted = delays.slice(warmUp).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  console.log(JSON.stringify({ changeToPageP50Ms: at(0.5), changeToPageP99Ms: at(0.99), changes: sorted.length }));
} finally {
  await stack.close();
}
