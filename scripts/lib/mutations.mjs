// Plants the bugs of tests/mutations/*.json in copies of the contracts, one at a time, and sees whether the contract tests catch each.
// Usage: node mutations.mjs [--check] [--workers N] [NAME ...]      (from the root of the repository)
//   --check    only sees that each bug can still be planted: its text stands in its file exactly once
//   NAME       bugs whose name begins so; without one, all of them
// Prints a table; exits with 1 if a bug survives or cannot be planted.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "tests/mutations";
const TIME_LIMIT = 15 * 60 * 1000;

/**
 * A failing test is run once more for its stack trace, and that of a long history outgrows any machine; without a bug the tests need a twentieth.
 * Whether they do is seen before the first bug.
 */
const MEMORY_GIGABYTES = 8;

const args = process.argv.slice(2);
const isCheck = args.includes("--check");
const workers = args.includes("--workers") ? Number(args[args.indexOf("--workers") + 1]) : 2;
const names = args.filter((arg, i) => !arg.startsWith("--") && args[i - 1] !== "--workers");

const mutations = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")))
  .filter(({ name }) => names.length === 0 || names.some((prefix) => name.startsWith(prefix)));

const broken = mutations.filter((mutation) => occurrences(mutation) !== 1);
for (const { name, file, find } of broken)
  console.log(`${name}: ${JSON.stringify(find)} does not stand exactly once in ${file}`);
const twice = mutations.map(({ name }) => name).filter((name, i, all) => all.indexOf(name) !== i);
for (const name of twice) console.log(`${name}: there are two bugs of this name`);
if (isCheck || broken.length + twice.length !== 0 || mutations.length === 0) {
  console.log(`${mutations.length - broken.length} of ${mutations.length} bugs can be planted.`);
  process.exit(broken.length + twice.length === 0 && mutations.length !== 0 ? 0 : 1);
}
await main();

function occurrences({ file, find }) {
  return readFileSync(file, "utf8").split(find).length - 1;
}

async function main() {
  const queue = [...mutations];
  const results = new Map();
  mkdirSync("build", { recursive: true });
  await Promise.all(Array.from({ length: Math.min(workers, queue.length) }, () => work(queue, results)));

  console.log(`${"bug".padEnd(6)} ${"contract".padEnd(34)} ${"what is wrong".padEnd(78)} caught by`);
  for (const { name, file, what } of mutations)
    console.log(
      `${name.padEnd(6)} ${file.replace("contracts/", "").padEnd(34)} ${what.padEnd(78)} ${results.get(name) ?? "NOTHING"}`,
    );
  const survivors = mutations.filter(({ name }) => !results.get(name));
  console.log(`${mutations.length - survivors.length} of ${mutations.length} bugs were caught.`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
}

/** A copy of the project takes one bug after another: so its compiler's cache serves all of them. */
async function work(queue, results) {
  const copy = mkdtempSync(join("build", "mutations-"));
  try {
    for (const name of ["contracts", "tests/solidity", "tests/vectors", "hardhat.config.js", "package.json"])
      cpSync(name, join(copy, name), { recursive: true });
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
    const clean = await run(copy, []);
    if (clean.failure) throw new Error(`Without a bug the tests fail already: ${clean.failure}`);
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const { name, file, find, replace, tests } = mutation;
      const source = readFileSync(file, "utf8");
      writeFileSync(
        join(copy, file),
        source.replace(find, () => replace),
      );
      // The tests that are named catch it sooner; all of them decide.
      const { failure } = tests ? await run(copy, tests) : {};
      results.set(name, failure ?? (await run(copy, [])).failure);
      writeFileSync(join(copy, file), source);
      process.stderr.write(`${name}: ${results.get(name) ?? "SURVIVED"}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Runs contract tests. A bug that does not compile is not caught by a test: that is an error of the list. */
function run(folder, tests) {
  return new Promise((resolve, reject) => {
    const limited = `ulimit -d ${MEMORY_GIGABYTES * 1024 * 1024}; exec npx hardhat test solidity "$@"`;
    const child = spawn("bash", ["-c", limited, "bash", ...tests], { cwd: folder, timeout: TIME_LIMIT });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (code) => {
      const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
      if (
        /HHE\d+|CompilerError|ParserError|TypeError|DeclarationError/.test(plain) &&
        !/\d+ (passing|failing)/.test(plain)
      )
        reject(new Error(`The tests did not run: ${plain.slice(-1500)}`));
      else if (code === 0) resolve({});
      else resolve({ failure: firstFailure(plain) });
    });
  });
}

function firstFailure(output) {
  if (/memory allocation of \d+ bytes failed|out of memory/i.test(output))
    return `a test whose trace is larger than ${MEMORY_GIGABYTES} GB`;
  const failure = /^\s+1\) (\S.*)$/m.exec(output);
  return failure ? failure[1].trim() : `exit without a test's name: ${output.slice(-200).replaceAll(/\s+/g, " ")}`;
}
