// Takes what Hardhat compiled (artifacts/) and writes what the C# room SmartCity.Ledger needs:
//   build/contracts/NAME.json   {name, abi, bytecode}: embedded there for deployment and decoding;
//   build/bindings/*.g.cs       typed bindings, so that a renamed Solidity function breaks the build of its users.
// Files are replaced at once and only when they differ, so that an unchanged contract never makes C# compile again. The
// stamp is written last: MSBuild compares it with the sources. No dependencies; runs under Node 20 and later.

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { generateBindings } from "./generate-bindings.mjs";

/** The contracts of a city, in order of deployment. */
export const CONTRACTS = [
  "AccessManager",
  "Directory",
  "MeterRegistry",
  "ReadingLedger",
  "TariffBook",
  "AccountBook",
  "VolumeBook",
  "IncidentLog",
  "Charges",
  "Billing",
  "SettlementRouble",
  "Settlement",
];

/** How Hardhat names the sources of this repository, in contrast to those of npm packages. */
const OWN_SOURCES = "project/";

/** Reads an artifact and the syntax tree of its compilation. */
function readContract(artifacts, name) {
  const path = findArtifact(artifacts, name);
  const { abi, bytecode, linkReferences, buildInfoId, inputSourceName } = JSON.parse(readFileSync(path, "utf8"));
  if (Object.keys(linkReferences ?? {}).length > 0) {
    throw new Error(`${name} needs external libraries to be linked; make their functions internal.`);
  }
  return { name, abi, bytecode, buildInfoId, inputSourceName };
}

function findArtifact(artifacts, name) {
  const found = readdirSync(artifacts, { recursive: true }).filter((path) =>
    path.endsWith(`/${name}.sol/${name}.json`),
  );
  if (found.length !== 1) {
    throw new Error(
      `Expected one artifact of ${name} in ${artifacts}, found ${found.length}. Run \`npm run contracts\`, which compiles first.`,
    );
  }
  return join(artifacts, found[0]);
}

/**
 * The source units (syntax trees) of each compilation the contracts come from: ids in them are unique within a compilation.
 * A compilation also holds sources that were compiled again since; those are left out.
 */
function readCompilations(root, artifacts, contracts) {
  return [...new Set(contracts.map((contract) => contract.buildInfoId))].map((id) => {
    const { input, output } = readCompilation(artifacts, id);
    const current = Object.entries(output.sources).filter(([name]) => isCurrent(root, name, input));
    return current.map(([, source]) => source.ast);
  });
}

/** Refuses a contract that was compiled from other sources than those that are there now: its own and what they import. */
function checkCurrent(root, artifacts, { buildInfoId, inputSourceName }) {
  const { input, output } = readCompilation(artifacts, buildInfoId);
  const names = new Set([inputSourceName]);
  for (const name of names) {
    const imports = output.sources[name].ast.nodes.filter((node) => node.nodeType === "ImportDirective");
    imports.forEach((node) => names.add(node.absolutePath)); // A set is walked to its end, also while it grows.
  }
  const stale = [...names].find((name) => !isCurrent(root, name, input));
  if (stale !== undefined) {
    throw new Error(`${stale} was changed since it was compiled. Run \`npm run contracts\`, which compiles first.`);
  }
}

function isCurrent(root, name, input) {
  return (
    !name.startsWith(OWN_SOURCES) ||
    readIfThere(join(root, name.slice(OWN_SOURCES.length))) === input.sources[name].content
  );
}

function readCompilation(artifacts, id) {
  const read = (file) => JSON.parse(readFileSync(join(artifacts, "build-info", file), "utf8"));
  return { input: read(`${id}.json`).input, output: read(`${id}.output.json`).output };
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") {
      throw error;
    }
    return undefined;
  }
}

function writeIfChanged(path, text) {
  if (readIfThere(path) !== text) {
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  }
}

/** Writes exactly these files into a folder: others that an earlier run left there go away. */
function writeFolder(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!files.has(name) && !name.endsWith(".tmp")) {
      rmSync(join(folder, name), { recursive: true });
    }
  }
  for (const [name, text] of files) {
    writeIfChanged(join(folder, name), text);
  }
}

export function exportContracts(root) {
  const start = new Date();
  const artifacts = join(root, "artifacts");
  const contracts = CONTRACTS.map((name) => readContract(artifacts, name));
  contracts.forEach((contract) => checkCurrent(root, artifacts, contract));
  const compilations = readCompilations(root, artifacts, contracts);
  const json = contracts.map(({ name, abi, bytecode }) => [`${name}.json`, JSON.stringify({ name, abi, bytecode })]);
  writeFolder(join(root, "build", "contracts"), new Map(json));
  writeFolder(join(root, "build", "bindings"), generateBindings(contracts, compilations));
  const stamp = join(root, "build", "contracts.stamp");
  writeFileSync(stamp, "");
  utimesSync(stamp, start, start); // A source that is changed while this runs is newer than the stamp.
  return contracts.length;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
  try {
    console.log(`Exported ${exportContracts(root)} contracts and their bindings to build/.`);
  } catch (error) {
    console.error(`export-contracts: ${error.message}`);
    process.exitCode = 1;
  }
}
