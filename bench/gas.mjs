// Gas of the ledger: what a reading costs when hours are written, by number of houses in a segment.
// Usage: npx node bench/gas.mjs [--json]      (from the root of the repository; Node >= 22.13, as `npx node` finds it)
// A house is a three-phase meter and three single-phase ones: six readings an hour in one storage word.
import hre from "hardhat";
import { compilePeer } from "./peers/compile.mjs";
import {
  ContractFactory,
  Interface,
  SigningKey,
  computeAddress,
  concat,
  getBytes,
  hexlify,
  keccak256,
  toBeHex,
} from "ethers";

const HOUR_SECONDS = 3600;
// 31 January 2026, 21:00 in Moscow (18:00 UTC): two half-peak hours, one of night, and then the first hours of February.
const FIRST_HOUR = Date.UTC(2026, 0, 31, 18) / 1000 / HOUR_SECONDS;
const FIRST_PERIOD = 12 * (2026 - 1970);
const HOURS = { first: 0, ordinary: 1, nightFirst: 2, copying: 3, ordinaryAfterCopy: 4 };
const READINGS_PER_HOUSE = 6;
const SIZES = [1, 16, 64, 256];
const MAX_ORACLES = 31;
const TRANSACTION_GAS_LIMIT = 16_777_216; // EIP-7825
const TRANSACTION_GAS = 21_000;
const UTC_OFFSET = 3 * HOUR_SECONDS;
const NAIVE_BATCH = 200;
const KINDS = { electricity: 0, heat: 1 };

const json = process.argv.includes("--json");

async function main() {
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await hre.network.create({ network: "node", override: { mining: { auto: true, interval: 0 } } });
  try {
    const figures = await measure(new Node(connection.provider));
    console.log(json ? JSON.stringify(figures) : table(figures));
    const ratio = figures.worstHourGas / figures.transactionGasLimit;
    if (ratio > 1)
      console.error(
        `The worst hour of 256 houses (no two alike, first of a month, two phases unbalanced and one not measured in each) takes ` +
          `${ratio.toFixed(2)} times what a transaction may use where EIP-7825 is in force: keep segments there smaller.`,
      );
  } finally {
    await connection.close();
  }
}

async function measure(node) {
  const city = await City.deploy(node);
  await city.setOracles(1);
  const figures = {};
  for (const size of SIZES) {
    const gas = await city.recordFiveHours(size);
    figures[`gasPerReading${size}`] = perReading(gas[HOURS.ordinary], size);
    figures[`hourGas${size}`] = gas[HOURS.ordinary];
    figures[`firstHourGas${size}`] = gas[HOURS.first];
    figures[`copyingHourGas${size}`] = gas[HOURS.copying];
  }
  figures.gasPerReading = figures.gasPerReading256;
  figures.floorGasPerReading = await floorPerReading(node, Math.max(...SIZES));
  figures.naiveGasPerReading = await naivePerReading(node, Math.max(...SIZES));
  figures.addHouseGas = city.addHouseGas;
  figures.addLargestGroupGas = await city.addLargestGroup();
  figures.largestGroupHourGas = await city.recordLargestGroup();
  figures.largestGroupPeriodGas = await city.readLargestGroupPeriod();
  figures.setOraclesGas = await city.setOracles(MAX_ORACLES);
  figures.worstHourGas = await city.recordWorstHour(Math.max(...SIZES));
  figures.transactionGasLimit = TRANSACTION_GAS_LIMIT;
  return figures;
}

/** A node and one account of it. */
class Node {
  constructor(provider) {
    this.provider = provider;
  }

  async send(to, data) {
    const [from] = await this.provider.request({ method: "eth_accounts" });
    const transaction = { from, data, gas: toBeHex(100_000_000), gasPrice: "0x0", ...(to ? { to } : {}) };
    const hash = await this.provider.request({ method: "eth_sendTransaction", params: [transaction] });
    const receipt = await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (receipt.status !== "0x1") throw new Error(`transaction ${hash} was reverted`);
    return { gas: Number(receipt.gasUsed), address: receipt.contractAddress, logs: receipt.logs };
  }

  async call(to, data) {
    return this.provider.request({ method: "eth_call", params: [{ to, data }, "latest"] });
  }

  async setTime(seconds) {
    await this.provider.request({ method: "evm_setNextBlockTimestamp", params: [toBeHex(seconds)] });
    await this.provider.request({ method: "evm_mine", params: [] });
  }
}

/** A deployed contract: `send` returns the receipt's essentials, `call` the decoded values. */
class Deployed {
  constructor(node, abi, address) {
    this.node = node;
    this.interface = new Interface(abi);
    this.address = address;
  }

  static async deploy(node, name, ...args) {
    return Deployed.deployCode(node, await hre.artifacts.readArtifact(name), ...args);
  }

  static async deployCode(node, { abi, bytecode }, ...args) {
    const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
    return new Deployed(node, abi, (await node.send(undefined, data)).address);
  }

  async send(name, ...args) {
    return this.node.send(this.address, this.interface.encodeFunctionData(name, args));
  }

  async call(name, ...args) {
    const data = await this.node.call(this.address, this.interface.encodeFunctionData(name, args));
    return this.interface.decodeFunctionResult(name, data);
  }
}

class City {
  nextSerial = 1;
  segments = 0;
  groups = 0;
  time = 0;

  static async deploy(node) {
    const city = new City();
    const [admin] = await node.provider.request({ method: "eth_accounts" });
    city.node = node;
    // All roles are left with the admin: a `restricted` function that was given no role asks for it.
    const manager = await Deployed.deploy(node, "AccessManager", admin);
    city.registry = await Deployed.deploy(node, "MeterRegistry", manager.address);
    city.ledger = await Deployed.deploy(node, "ReadingLedger", manager.address, city.registry.address, UTC_OFFSET);
    await city.registry.send("connect", city.ledger.address, city.ledger.address); // Billing is not asked here.
    // The clock is to be behind all hours only once: set it after the last of them.
    await node.setTime(Math.max(Math.floor(Date.now() / 1000) + HOUR_SECONDS, (FIRST_HOUR + 100) * HOUR_SECONDS));
    return city;
  }

  async setOracles(count) {
    this.keys = Array.from({ length: count }, (_, i) => new SigningKey(keccak256(toBeHex(i + 1, 32))))
      .map((key) => ({ key, address: computeAddress(key.publicKey) }))
      .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const members = this.keys.map(({ address }) => address);
    return (await this.ledger.send("setOracles", members, count)).gas;
  }

  /** Gas of five hours of a segment of like houses. */
  async recordFiveHours(size) {
    const segment = await this.openSegment();
    for (let i = 0; i < size; ++i) this.addHouseGas = await this.addGroup(segment, 3);
    const gas = [];
    for (let i = 0; i < 5; ++i) {
      gas.push(await this.record(segment, FIRST_HOUR + i, repeat(size, slot(balanced(i), 0))));
    }
    return gas;
  }

  async addLargestGroup() {
    this.largest = await this.openSegment();
    return this.addGroup(this.largest, 273);
  }

  /** The second hour of a group of 273 consumers, forty-six slots. */
  async recordLargestGroup() {
    const payload = concat([slot([990, 990, 990, 10, 10, 10], 0), ...Array(45).fill(slot(Array(6).fill(10), 0))]);
    await this.record(this.largest, FIRST_HOUR, payload);
    return this.record(this.largest, FIRST_HOUR + 1, payload);
  }

  /** What the sums of a period of 276 channels cost another contract, without the transaction's own gas. */
  async readLargestGroupPeriod() {
    await this.record(this.largest, FIRST_HOUR + 2, concat(Array(46).fill(slot(Array(6).fill(10), 0))));
    const data = this.ledger.interface.encodeFunctionData("groupPeriodOf", [this.groups, FIRST_PERIOD]);
    const gas = await this.node.provider.request({
      method: "eth_estimateGas",
      params: [{ to: this.ledger.address, data }],
    });
    return Number(gas) - TRANSACTION_GAS;
  }

  /**
   * The dearest hour there can be: every word carried into a new month and written, no two groups alike, in each three consumers
   * of three classes, two phases out of balance, on the third no value measured (so that it is undecided), all oracles'
   * signatures.
   */
  async recordWorstHour(size) {
    const segment = await this.openSegment();
    for (let i = 0; i < size; ++i) await this.addGroup(segment, 3, 1 + i, [100, 150, 200]);
    for (const i of [HOURS.first, HOURS.ordinary, HOURS.nightFirst]) {
      await this.record(segment, FIRST_HOUR + i, repeat(size, slot(balanced(i), 0)));
    }
    const estimatedLane2MissingLane5 = (1 << 10) | (3 << 4);
    const unbalanced = slot([0xffffff, 0xfffffe, 0xfffffd, 0x111111, 0x111112, 0], estimatedLane2MissingLane5);
    return this.record(segment, FIRST_HOUR + HOURS.copying, repeat(size, unbalanced));
  }

  async openSegment() {
    await this.registry.send("openSegment", KINDS.electricity, FIRST_HOUR);
    return ++this.segments;
  }

  async addGroup(segment, consumers, resolution = 1, classes = [100]) {
    const meters = Array.from({ length: consumers }, (_, i) => [
      this.meter("Mercury 201", 10, classes[i % classes.length]),
      i % 3,
    ]);
    ++this.groups;
    return (await this.registry.send("addGroup", segment, this.meter("Mercury 230", resolution), meters, FIRST_HOUR))
      .gas;
  }

  meter(model, resolution, accuracyClass = 100) {
    const name = hexlify(getBytes(new TextEncoder().encode(model))).padEnd(66, "0");
    return [this.nextSerial++, name, accuracyClass, resolution, 0, 20_000, 120];
  }

  async record(segment, hour, payload) {
    const [, previous] = await this.ledger.call("headOf", segment);
    const [digest] = await this.ledger.call("batchDigest", segment, hour, previous, keccak256(payload));
    const signatures = concat(this.keys.map(({ key }) => key.sign(digest).serialized));
    return (await this.ledger.send("record", segment, hour, previous, payload, signatures)).gas;
  }
}

/** Two hours of as many readings as an hour of ours has; the second is the ordinary one. */
async function naivePerReading(node, houses) {
  const naive = await Deployed.deployCode(node, compilePeer("NaiveLedger"));
  const meters = Array.from({ length: houses * READINGS_PER_HOUSE }, (_, i) => keccak256(toBeHex(i + 1, 32)));
  let gas = 0;
  for (const hour of [0, 1]) {
    // One transaction could not hold them all.
    gas = 0;
    for (let from = 0; from < meters.length; from += NAIVE_BATCH) {
      const batch = meters.slice(from, from + NAIVE_BATCH);
      const registers = batch.map((_, i) => 1_000_000n + BigInt(i + hour));
      gas += (await naive.send("store", batch, registers, (FIRST_HOUR + hour) * HOUR_SECONDS)).gas;
    }
  }
  return perReading(gas, houses);
}

async function floorPerReading(node, houses) {
  const floor = await Deployed.deployCode(node, compilePeer("FloorLedger"));
  const payload = repeat(houses, slot(balanced(0), 0));
  const { v, r, s } = new SigningKey(keccak256("0x01")).sign(keccak256(payload));
  await floor.send("record", payload, v, r, s);
  return perReading((await floor.send("record", payload, v, r, s)).gas, houses);
}

/** Six intervals that balance and have no zero byte: the dearest calldata. */
function balanced(i) {
  const values = [0x012345 + i, 0x022345 + i, 0x032345 + i];
  return [...values, ...values];
}

function slot(intervals, quality) {
  return concat([...intervals.map((interval) => toBeHex(interval, 3)), toBeHex(quality, 2)]);
}

function repeat(count, bytes) {
  return concat(Array(count).fill(bytes));
}

function perReading(gas, houses) {
  return Math.round((10 * gas) / (houses * READINGS_PER_HOUSE)) / 10;
}

function table(figures) {
  const rows = Object.entries(figures).map(
    ([name, value]) => `${name.padEnd(24)} ${value.toLocaleString("en").padStart(12)}`,
  );
  return rows.join("\n");
}

await main();
