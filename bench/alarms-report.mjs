// Prints the figures of scripts/bench alarms beside their goals.
import { readFileSync } from "node:fs";

const [json, ...files] = process.argv.slice(2);
const figures = Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(file, "utf8"))));

if (json === "true") {
  console.log(JSON.stringify(figures));
} else {
  const line = (name, value, goal) => console.log(`${name.padEnd(64)} ${String(value).padStart(10)}   ${goal}`);
  const atLeast = (name, value, goal) => line(name, value, `goal >= ${goal}, ratio ${(value / goal).toFixed(2)}`);
  const atMost = (name, value, goal) => line(name, value, `goal <= ${goal}, ratio ${(value / goal).toFixed(2)}`);
  atLeast("samples through the rules a second, one core, whole polls", figures.samplesPerSecond, 500_000);
  atLeast("the same, signals one by one", figures.samplesPerSecondOneByOne, 500_000);
  line(
    "from the poll to the event in the browser, p50, ms",
    figures.changeToPageP50Ms,
    `of ${figures.changes} changes`,
  );
  atMost("from the poll to the event in the browser, p99, ms", figures.changeToPageP99Ms, 250);
  line("alarms lost by a restart", figures.alarmsLostOnRestart, `goal 0, of ${figures.alarmsOnRestart}`);
}
