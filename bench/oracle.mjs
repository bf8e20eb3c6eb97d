// The oracle from the source's REST to the chain, on real nodes, and what its parts do beside their peers; all in one run. Tells on
// stderr how far it is; each step has a limit.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { Interface, JsonRpcProvider, keccak256, toBeHex } from "ethers";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const json = process.argv[2] === "true";
const quick = process.argv[3] === "true";
const BENCH = "bench/SmartCity.Benchmarks/bin/Release/net10.0/SmartCity.Benchmarks.dll";
const PLAN = "config/demo-city.json";
const ROUNDS = 5;

/** Houses of the whole path, and hours that make it long enough to measure. The last is what the goal is about. */
const SIZES = quick
  ? [
      [1, 48],
      [100, 48],
    ]
  : [
      [1, 720],
      [10, 720],
      [100, 480],
      [1_000, 96],
      [2_000, 72],
    ];

/** Meters of a city whose hour is measured; a tenth of the goal's when it must be quick. */
const METERS = (quick ? [100, 1_000, 10_000] : [1_000, 10_000, 100_000]).map((meters, i) => [
  ["secondsPerHour1k", "secondsPerHour10k", "secondsPerHour100k"][i],
  meters,
]);

/** Longest time of one step, ms: set-up of its city included. */
const STEP_LIMIT = 15 * 60_000;

const begun = performance.now();

const running = new Set();

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** The first line that a program writes and that fits. */
async function line(child, pattern) {
  for await (const text of createInterface({ input: child.stdout })) {
    const match = pattern.exec(text);
    if (match) {
      child.stdout.resume();
      return match[0];
    }
  }
  throw new Error(`${child.spawnargs.join(" ")} ended with ${child.exitCode} before it was up`);
}

async function bench(...args) {
  say(args.join(" "));
  const child = start("dotnet", [BENCH, ...args.map(String)]);
  const limit = setTimeout(() => child.kill("SIGKILL"), STEP_LIMIT);
  try {
    const figures = JSON.parse(await line(child, /^\{.*\}$/));
    await stop(child);
    return figures;
  } finally {
    clearTimeout(limit);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function withNode(kind, work) {
  const port = await freePort();
  const child =
    kind === "anvil"
      ? start("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", [
          ...["--host", "127.0.0.1", "--port", `${port}`, "--block-time", "1", "--hardfork", "cancun"],
          ...["--block-base-fee-per-gas", "0", "--gas-limit", "100000000000", "--silent"],
          ...["--prune-history", "8"],
        ])
      : start(process.execPath, [
          "node_modules/hardhat/dist/src/cli.js",
          ...["node", "--hostname", "127.0.0.1", "--port", `${port}`],
        ]);
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, child);
    if (kind === "hardhat") {
      // As Hardhat's node mines unless it is told otherwise: a block for each transaction. It works several times as long on a block of many.
      await call(url, "evm_setIntervalMining", 0);
      await call(url, "evm_setAutomine", true);
    }
    return await work(url);
  } finally {
    await stop(child);
  }
}

async function call(url, method, ...params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { error } = await answer.json();
  if (error) throw new Error(`${method} at ${url}: ${error.message}`);
}

async function answers(url, child) {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) break;
    try {
      await call(url, "eth_chainId");
      return;
    } catch {
      // Not up yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the node at ${url} did not come up`);
}

async function withSource(groups, work) {
  const child = start("dotnet", [BENCH, "source", PLAN, String(groups)]);
  try {
    return await work(await line(child, /^http:\/\/\S+$/));
  } finally {
    await stop(child);
  }
}

/** Begins a journal in one process and measures hours in another: the oracle's memory, not that of what prepares it. */
function hourOf(meters) {
  return async (source) => {
    const folder = mkdtempSync(join(tmpdir(), "oracle-bench"));
    try {
      await bench("begin", source, PLAN, meters, folder);
      return await bench("hour", source, PLAN, meters, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function path(kind) {
  return withNode(kind, async (node) => {
    const figures = {};
    for (const [groups, hours] of SIZES) {
      const { readingsPerSecond } = await withSource(groups, (source) =>
        bench("path", source, node, PLAN, groups, hours),
      );
      figures[groups] = readingsPerSecond;
      say(`${kind}, ${groups} groups, ${hours} hours: ${readingsPerSecond} readings/s`);
    }
    return figures;
  });
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** What ClientSpeed.cs does, with ethers. */
async function ethersClient(node) {
  const abi = (name) => JSON.parse(readFileSync(`build/contracts/${name}.json`, "utf8")).abi;
  const ledger = new Interface(abi("ReadingLedger"));
  const billing = new Interface(abi("Billing"));
  const accounts = Array.from({ length: 20 }, (_, i) => keccak256(toBeHex(i, 4)));
  const payload = new Uint8Array(16 * 25);
  const signatures = new Uint8Array(65);
  const provider = new JsonRpcProvider(node, undefined, { batchMaxCount: 100, cacheTimeout: -1, staticNetwork: true });
  const encodes = [];
  const calls = [];
  for (let round = 0; round < ROUNDS; round++) {
    const count = 4_000;
    let started = performance.now();
    for (let i = 0; i < count; i++) {
      if (i % 2 === 0) ledger.encodeFunctionData("record", [1, i, accounts[0], payload, signatures]);
      else billing.encodeFunctionData("issue", [accounts, i]);
    }
    encodes.push((count * 1_000) / (performance.now() - started));
    const asked = 5_000;
    started = performance.now();
    for (let first = 0; first < asked; first += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () =>
          provider.getTransactionCount("0x00000000000000000000000000000000000000aa", "latest"),
        ),
      );
    }
    calls.push((asked * 1_000) / (performance.now() - started));
  }
  provider.destroy();
  return {
    ethersAbiEncodesPerSecond: Math.round(median(encodes)),
    ethersRpcCallsPerSecond: Math.round(median(calls)),
  };
}

function say(text) {
  console.error(`${Math.round((performance.now() - begun) / 1_000)} s: ${text}`);
}

async function measure() {
  const figures = { ...(await bench("journal")), ...(await bench("signer")) };
  await withNode("anvil", async (node) => {
    Object.assign(figures, await bench("client", node), await ethersClient(node));
  });
  for (const [name, meters] of METERS) {
    const { secondsPerHour, megabytes } = await withSource(meters / 4, hourOf(meters));
    figures[name] = secondsPerHour;
    figures.megabytesAt100kMeters = megabytes;
    say(`${meters} meters: ${secondsPerHour} s an hour, ${megabytes} MB`);
  }
  Object.assign(
    figures,
    await withNode("hardhat", (node) => withSource(20, (source) => bench("month", source, node, PLAN))),
  );
  figures.readingsPerSecondAnvilByGroups = await path("anvil");
  figures.readingsPerSecondHardhatByGroups = await path("hardhat");
  const [most] = SIZES.at(-1);
  figures.readingsPerSecondAnvil = figures.readingsPerSecondAnvilByGroups[most];
  figures.readingsPerSecondHardhat = figures.readingsPerSecondHardhatByGroups[most];
  return figures;
}

function print(figures) {
  const [most] = SIZES.at(-1);
  const rows = [
    ["journal rows a second, durable", figures.journalRowsPerSecond, "goal >= 350000", 350_000],
    [
      "the same beside plain prepared statements",
      figures.journalRowsPerSecond,
      "plain",
      figures.plainJournalRowsPerSecond,
    ],
    ...SIZES.flatMap(([groups]) => [
      [
        `readings/s, REST to confirmed, ${groups} groups, Hardhat`,
        figures.readingsPerSecondHardhatByGroups[groups],
        ...(groups === most ? ["goal >= 30000", 30_000] : []),
      ],
      [
        `readings/s, REST to confirmed, ${groups} groups, anvil`,
        figures.readingsPerSecondAnvilByGroups[groups],
        ...(groups === most ? ["goal >= 30000", 30_000] : []),
      ],
    ]),
    ["signatures a second", figures.signsPerSecond, "plain BouncyCastle", figures.plainSignsPerSecond],
    ["recoveries a second", figures.recoversPerSecond, "plain signatures", figures.plainSignsPerSecond],
    ["ABI encodes a second", figures.abiEncodesPerSecond, "ethers v6", figures.ethersAbiEncodesPerSecond],
    [
      "JSON-RPC calls a second, batches of 100",
      figures.rpcCallsPerSecond,
      "ethers v6",
      figures.ethersRpcCallsPerSecond,
    ],
    [
      `a month of 80 meters at 15 min (${figures.monthReadings} readings, ${figures.monthBills} bills), s`,
      figures.monthReplaySeconds,
      "goal <= 20",
      20,
    ],
    ["the same, the best published (another workload)", figures.monthReplaySeconds, "s", 1_394.7],
    ...METERS.map(([name, meters], i) => [
      `an hour of ${meters} meters, s`,
      figures[name],
      ...(i > 0 ? [`10 x ${METERS[i - 1][1]} meters`, figures[METERS[i - 1][0]] * 10] : []),
    ]),
    [`memory at ${METERS[2][1]} meters, MB`, figures.megabytesAt100kMeters, "goal <= 500", 500],
  ];
  for (const [name, value, peer, reference] of rows) {
    const ratio = reference ? `   ${peer}: ${+reference.toFixed(3)}, ratio ${(value / reference).toFixed(2)}` : "";
    console.log(`${name.padEnd(72)} ${String(value).padStart(10)}${ratio}`);
  }
}

process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const figures = await measure();
if (json) console.log(JSON.stringify(figures));
else print(figures);
