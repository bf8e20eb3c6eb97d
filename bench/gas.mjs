// Gas of everything that is written often, beside a floor, a naive contract, the goals and what a transaction may use.
// Usage: npx node bench/gas.mjs [--json | --check | --update]      (from the root of the repository; Node >= 22.13, as `npx node` finds it)
//   --json     one JSON object of figures with stable names
//   --check    compares with bench/gas.snapshot.json: exits with 1 if a figure has risen by more than 2 %
//   --update   writes the snapshot anew
import { readFileSync, writeFileSync } from "node:fs";
import { withNode } from "./gas/node.mjs";
import { measureMoney } from "./gas/money.mjs";
import { measureReadings } from "./gas/readings.mjs";
import { measureVolumes } from "./gas/volumes.mjs";

const SNAPSHOT = new URL("gas.snapshot.json", import.meta.url);
const TOLERANCE = 0.02;
const TRANSACTION_GAS_LIMIT = 16_777_216; // EIP-7825
/** Figures of single transactions that are allowed at their largest. */
const LARGEST = [
  "worstHourGas",
  "addLargestGroupGas",
  "largestCorrectionGas",
  "setOraclesGas",
  "fixLargestHouseGas",
  "fixLargestHouseWithGapsGas",
  "issue100FromCreditGas",
  "netting64Gas",
];
const GOALS = {
  gasPerReading256: ["goal", 1_100],
  gasPerReading1: ["naive contract", (figures) => figures.naiveGasPerReading],
  floorGasPerReading: ["floor of gasPerReading256", (figures) => figures.gasPerReading256],
  naiveGasPerReading: ["gasPerReading256", (figures) => figures.gasPerReading256],
  gasPerBill50: ["goal", 75_000],
  maxTransactionGas: ["limit of a transaction", TRANSACTION_GAS_LIMIT],
};

const mode = process.argv[2] ?? "";
if (!["", "--json", "--check", "--update"].includes(mode)) {
  console.error(`Unknown option '${mode}': --json, --check or --update.`);
  process.exit(2);
}
const figures = {
  ...(await withNode(measureReadings)),
  ...(await withNode(measureVolumes)),
  ...(await withNode(measureMoney)),
};
figures.maxTransactionGas = Math.max(...LARGEST.map((name) => figures[name]));

if (mode === "--json") console.log(JSON.stringify(figures));
else if (mode === "--update") writeFileSync(SNAPSHOT, `${JSON.stringify(figures, undefined, 2)}\n`);
else if (mode === "--check") check(JSON.parse(readFileSync(SNAPSHOT, "utf8")));
else print();
if (figures.maxTransactionGas > TRANSACTION_GAS_LIMIT) {
  console.error(
    `A transaction that is allowed takes ${figures.maxTransactionGas} gas, more than ${TRANSACTION_GAS_LIMIT}.`,
  );
  process.exitCode = 1;
}

function print() {
  for (const [name, value] of Object.entries(figures)) {
    const [what, goal] = GOALS[name] ?? [];
    const reference = typeof goal === "function" ? goal(figures) : goal;
    const beside = what ? `   ${what}: ${format(reference)}, ratio ${(value / reference).toFixed(2)}` : "";
    console.log(`${name.padEnd(26)} ${format(value)}${beside}`);
  }
}

function check(snapshot) {
  const names = new Set([...Object.keys(snapshot), ...Object.keys(figures)]);
  for (const name of names) {
    const [before, now] = [snapshot[name], figures[name]];
    if (before === undefined || now === undefined)
      fail(`${name} is ${before === undefined ? "not in the snapshot" : "not measured"}`);
    else if (now > before * (1 + TOLERANCE))
      fail(`${name} has risen from ${format(before).trim()} to ${format(now).trim()}`);
    else if (now < before * (1 - TOLERANCE))
      console.log(`${name} has fallen from ${before} to ${now}: write it down with --update.`);
  }
  if (!process.exitCode) console.log(`${names.size} figures are within ${100 * TOLERANCE} % of the snapshot.`);
}

function fail(what) {
  console.error(`${what}. If that is meant, run scripts/bench gas --update and say why in the commit.`);
  process.exitCode = 1;
}

function format(value) {
  return value.toLocaleString("en").padStart(12);
}
