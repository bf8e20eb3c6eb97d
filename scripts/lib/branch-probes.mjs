// Writes a copy of the project in which every branch of the contracts leaves a trace in the line coverage.
// Usage: node branch-probes.mjs TARGET      (from the root of the repository)
//
// Hardhat counts lines and statements, not branches. So the condition of every if, require, assert and ?: is wrapped in a function
// of its own, with one line for true and one for false: where both lines were run, both branches were taken.
// Branches inside inline assembly have no such trace; they are counted and printed.
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

const solc = createRequire(import.meta.url)("solc");
const target = process.argv[2];
const LINES_OF_A_PROBE = 6;
const LINE_OF_FIRST_PROBE = 5;

const files = readdirSync("contracts", { recursive: true })
  .filter((name) => name.endsWith(".sol"))
  .map((name) => join("contracts", name));

function main() {
  mkdirSync(target, { recursive: true });
  for (const name of ["contracts", "tests", "hardhat.config.js", "package.json"])
    cpSync(name, join(target, name), { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(target, "node_modules"));

  const sites = [];
  let inAssembly = 0;
  for (const [file, ast] of Object.entries(parse())) {
    if (!file.startsWith("contracts/")) continue;
    const found = [];
    walk(ast, (node) => {
      if (node.nodeType === "YulIf") ++inAssembly;
      const condition = conditionOf(node);
      if (condition) found.push(condition);
    });
    if (found.length !== 0) instrument(file, found, sites);
  }
  writeFileSync(join(target, "contracts/Probes.sol"), probes(sites.length));
  writeFileSync(
    join(target, "probes.json"),
    JSON.stringify({ sites, inAssembly, LINES_OF_A_PROBE, LINE_OF_FIRST_PROBE }),
  );
}

function parse() {
  const sources = Object.fromEntries(files.map((file) => [file, { content: readFileSync(file, "utf8") }]));
  const input = {
    language: "Solidity",
    sources,
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const load = (path) => ({ contents: readFileSync(join("node_modules", path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length !== 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return Object.fromEntries(Object.entries(output.sources).map(([file, { ast }]) => [file, ast]));
}

function walk(node, visit) {
  if (Array.isArray(node)) for (const item of node) walk(item, visit);
  else if (node && typeof node === "object") {
    if (node.nodeType) visit(node);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

function conditionOf(node) {
  if (node.nodeType === "IfStatement" || node.nodeType === "Conditional") return node.condition;
  const isCheck = node.nodeType === "FunctionCall" && ["require", "assert"].includes(node.expression.name);
  return isCheck ? node.arguments[0] : undefined;
}

function instrument(file, conditions, sites) {
  // Offsets of the syntax tree count bytes.
  const bytes = readFileSync(file);
  const edits = [];
  for (const condition of conditions) {
    const [start, length] = condition.src.split(":").map(Number);
    const line = bytes.subarray(0, start).toString().split("\n").length;
    edits.push({ at: start, text: `Probes.p${sites.length}(` }, { at: start + length, text: ")" });
    sites.push({ file, line, condition: bytes.subarray(start, start + length).toString() });
  }
  edits.sort((a, b) => b.at - a.at || (a.text === ")" ? 1 : -1));
  let text = bytes;
  for (const { at, text: insertion } of edits)
    text = Buffer.concat([text.subarray(0, at), Buffer.from(insertion), text.subarray(at)]);
  const path = relative(dirname(file), "contracts/Probes.sol");
  const source = text
    .toString()
    .replace(/^(pragma [^\n]*\n)/m, `$1import {Probes} from "${path.startsWith(".") ? path : `./${path}`}";`);
  writeFileSync(join(target, file), source);
}

function probes(count) {
  const header = `// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.37;\n\nlibrary Probes {\n`;
  const probe = (i) =>
    `    function p${i}(bool condition) internal pure returns (bool) {\n        if (condition) {\n            return true;\n` +
    `        }\n        return false;\n    }\n`;
  return `${header}${Array.from({ length: count }, (_, i) => probe(i)).join("")}}\n`;
}

main();
