// Prints the figures of scripts/bench alarms beside their goal.
import { readFileSync } from "node:fs";

const [json, file] = process.argv.slice(2);
const figures = JSON.parse(readFileSync(file, "utf8"));

if (json === "true") {
  console.log(JSON.stringify(figures));
} else {
  const goal = 500_000;
  for (const [name, value] of [
    ["samples through the rules a second, one core, whole polls", figures.samplesPerSecond],
    ["the same, signals one by one", figures.samplesPerSecondOneByOne],
  ]) {
    console.log(
      `${name.padEnd(60)} ${String(value).padStart(10)}   goal >= ${goal}, ratio ${(value / goal).toFixed(2)}`,
    );
  }
}
