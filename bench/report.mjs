// Joins the figures of scripts/bench path and prints them beside their goals or peers.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [json, folder] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const figures = {
  ...read("path"),
  gasPerReading: read("gas").gasPerReading256,
  ...read("signer"),
  ...read("audit"),
};

if (json === "true") {
  console.log(JSON.stringify(figures));
} else {
  const rows = [
    ["seconds from start to two months billed", figures.secondsToTwoMonthsBilled, "goal <= 60", 60],
    ["readings written", figures.readingsWritten],
    ["bills issued", figures.billsIssued],
    ["gas per reading, 256 houses", figures.gasPerReading, "goal <= 1500", 1500],
    ["signatures per second", figures.signsPerSecond, "plain BouncyCastle", figures.plainSignsPerSecond],
    ["recoveries per second", figures.recoversPerSecond, "plain signatures", figures.plainSignsPerSecond],
    ["readings audited per second", figures.auditReadingsPerSecond],
  ];
  for (const [name, value, peer, reference] of rows) {
    const ratio = reference ? `   ${peer}: ${reference}, ratio ${(value / reference).toFixed(2)}` : "";
    console.log(`${name.padEnd(42)} ${String(value).padStart(10)}${ratio}`);
  }
}
