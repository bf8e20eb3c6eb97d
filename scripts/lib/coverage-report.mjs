// Prints the coverage of lines and branches by contract from the run of a copy made by branch-probes.mjs; exits with 1 below the goal.
// Usage: node coverage-report.mjs FOLDER GOAL      (GOAL in percent)
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, goal] = [process.argv[2], Number(process.argv[3])];
const PROBES = "contracts/Probes.sol";
const { sites, inAssembly, LINES_OF_A_PROBE, LINE_OF_FIRST_PROBE } = JSON.parse(
  readFileSync(join(folder, "probes.json"), "utf8"),
);
const hits = readHits(readFileSync(join(folder, "coverage/lcov.info"), "utf8"));

const rows = new Map();
const row = (file) => rows.get(file) ?? rows.set(file, { lines: [0, 0], branches: [0, 0], missed: [] }).get(file);
for (const [file, lines] of hits) {
  if (file === PROBES) continue;
  for (const [line, count] of lines) {
    add(row(file).lines, count !== 0);
    if (count === 0) row(file).missed.push(`${line}`);
  }
}
for (const [index, { file, line, condition }] of sites.entries()) {
  const first = LINE_OF_FIRST_PROBE + LINES_OF_A_PROBE * index;
  for (const [outcome, offset] of Object.entries({ true: 2, false: 4 })) {
    const taken = (hits.get(PROBES)?.get(first + offset) ?? 0) !== 0;
    add(row(file).branches, taken);
    if (!taken) row(file).missed.push(`${line} (never ${outcome}: ${condition.replace(/\s+/g, " ").slice(0, 60)})`);
  }
}

const total = { lines: [0, 0], branches: [0, 0] };
console.log(`${"contract".padEnd(46)} ${"lines".padStart(8)} ${"branches".padStart(8)}`);
for (const [file, { lines, branches, missed }] of [...rows].sort()) {
  for (const key of ["lines", "branches"]) for (const i of [0, 1]) total[key][i] += rows.get(file)[key][i];
  console.log(`${file.padEnd(46)} ${percent(lines)} ${percent(branches)}`);
  for (const place of missed) console.log(`    line ${place}`);
}
console.log(`${"all".padEnd(46)} ${percent(total.lines)} ${percent(total.branches)}`);
console.log(`${inAssembly} branches in inline assembly are not counted.`);
const low = ["lines", "branches"].filter((key) => share(total[key]) < goal);
if (low.length !== 0) console.log(`Below the goal of ${goal} %: ${low.join(", ")}.`);
process.exitCode = low.length === 0 ? 0 : 1;

function readHits(lcov) {
  const files = new Map();
  let lines;
  for (const record of lcov.split("\n")) {
    if (record.startsWith("SF:")) files.set(record.slice(3), (lines = new Map()));
    if (record.startsWith("DA:")) lines.set(...record.slice(3).split(",").map(Number));
  }
  return files;
}

function add(counts, isCovered) {
  counts[0] += isCovered ? 1 : 0;
  counts[1] += 1;
}

function share([covered, all]) {
  return all === 0 ? 100 : (100 * covered) / all;
}

function percent(counts) {
  return `${share(counts).toFixed(2)}`.padStart(8);
}
