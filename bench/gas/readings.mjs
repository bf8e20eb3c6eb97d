// What hours and corrections cost on the ledger, beside a floor and a naive contract.
import { SigningKey, concat, getBytes, hexlify, keccak256, toBeHex } from "ethers";
import { compilePeer } from "../peers/compile.mjs";
import { Deployed, keys } from "./node.mjs";

export const HOUR_SECONDS = 3600;
export const UTC_OFFSET = 3 * HOUR_SECONDS;
// 31 January 2026, 21:00 in Moscow (18:00 UTC): two half-peak hours, one of night, and then the first hours of February.
export const FIRST_HOUR = Date.UTC(2026, 0, 31, 18) / 1000 / HOUR_SECONDS;
export const FIRST_PERIOD = 12 * (2026 - 1970);
const HOURS = { first: 0, ordinary: 1, nightFirst: 2, newMonth: 3, ordinaryAfterNewMonth: 4 };
const LANES = 6;
const MAX_SLOTS = 256;
const PARENT_CHANNELS = 3;
const SIZES = [1, 16, 64, 256];
const CONSUMERS = [3, 55];
const LARGEST_GROUP = 273;
const MAX_ORACLES = 31;
const MAX_CORRECTED_HOURS = 744;
const NAIVE_BATCH = 200;
const KINDS = { electricity: 0, heat: 1 };

/** Registry and ledger with all rights left to the admin: a `restricted` function that was given no role asks for that. */
export class Readings {
  nextSerial = 1;
  segments = 0;
  groups = 0;

  static async deploy(node) {
    const readings = new Readings();
    readings.node = node;
    readings.manager = await Deployed.deploy(node, "AccessManager", await node.admin());
    readings.registry = await Deployed.deploy(node, "MeterRegistry", readings.manager.address);
    readings.ledger = await Deployed.deploy(
      node,
      "ReadingLedger",
      readings.manager.address,
      readings.registry.address,
      UTC_OFFSET,
    );
    await readings.registry.send("connect", readings.ledger.address);
    return readings;
  }

  async setOracles(count) {
    this.keys = keys(count);
    const members = this.keys.map(({ address }) => address);
    return (await this.ledger.send("setOracles", members, count)).gas;
  }

  async openSegment(kind = KINDS.electricity, firstHour = FIRST_HOUR) {
    await this.registry.send("openSegment", kind, firstHour);
    return ++this.segments;
  }

  async addGroup(segment, consumers, { resolution = 1, classes = [100], firstHour = FIRST_HOUR } = {}) {
    const meters = Array.from({ length: consumers }, (_, i) => [
      this.meter("Mercury 201", 10, classes[i % classes.length]),
      i % PARENT_CHANNELS,
    ]);
    ++this.groups;
    return (await this.registry.send("addGroup", segment, this.meter("Mercury 230", resolution), meters, firstHour))
      .gas;
  }

  meter(model, resolution, accuracyClass = 100) {
    const name = hexlify(getBytes(new TextEncoder().encode(model))).padEnd(66, "0");
    return [this.nextSerial++, name, accuracyClass, resolution, 0, 20_000, 120];
  }

  async record(segment, hour, payload) {
    const [, previous] = await this.ledger.call("headOf", segment);
    const [digest] = await this.ledger.call("batchDigest", segment, hour, previous, keccak256(payload));
    return (await this.ledger.send("record", segment, hour, previous, payload, this.sign(digest))).gas;
  }

  async correct(segment, group, channel, firstHour, differences) {
    const [number, last] = await this.ledger.call("correctionHeadOf", segment);
    const [config] = await this.ledger.call("oracleConfig");
    const bytes = concat(differences.map((difference) => toBeHex(BigInt.asUintN(32, BigInt(difference)), 4)));
    const correction = [
      segment,
      Number(number) + 1,
      last,
      group,
      channel,
      firstHour,
      0,
      keccak256(bytes),
      0,
      keccak256("0x01"),
      config,
    ];
    const [digest] = await this.ledger.call("correctionDigest", correction);
    return (await this.ledger.send("correct", correction, bytes, this.sign(digest))).gas;
  }

  sign(digest) {
    return concat(this.keys.map(({ key }) => key.sign(digest).serialized));
  }

  /** Gas of five hours of like houses, in as many segments as they need: a segment has 256 slots. */
  async recordFiveHours(houses, consumers) {
    const slots = Math.ceil((PARENT_CHANNELS + consumers) / LANES);
    const gas = Array(5).fill(0);
    for (let left = houses; left > 0;) {
      const size = Math.min(left, Math.floor(MAX_SLOTS / slots));
      const segment = await this.openSegment();
      for (let i = 0; i < size; ++i) this.addHouseGas = await this.addGroup(segment, consumers);
      for (let i = 0; i < gas.length; ++i)
        gas[i] += await this.record(segment, FIRST_HOUR + i, repeat(size, house(consumers, i)));
      left -= size;
    }
    return gas;
  }

  /** The second hour of the largest group there can be. */
  async recordLargestGroup() {
    this.largest = await this.openSegment();
    const addGas = await this.addGroup(this.largest, LARGEST_GROUP);
    for (const i of [HOURS.first, HOURS.ordinary])
      this.largestHourGas = await this.record(this.largest, FIRST_HOUR + i, house(LARGEST_GROUP, i));
    await this.record(this.largest, FIRST_HOUR + HOURS.nightFirst, house(LARGEST_GROUP, HOURS.nightFirst));
    return addGas;
  }

  /**
   * The dearest hour there can be: every word carried into a new month and written, no two groups alike, in each three consumers
   * of three classes, two phases out of balance, on the third no value measured (so that it is undecided), all oracles'
   * signatures.
   */
  async recordWorstHour() {
    const segment = await this.openSegment();
    for (let i = 0; i < MAX_SLOTS; ++i)
      await this.addGroup(segment, 3, { resolution: 1 + i, classes: [100, 150, 200] });
    for (const i of [HOURS.first, HOURS.ordinary, HOURS.nightFirst])
      await this.record(segment, FIRST_HOUR + i, repeat(MAX_SLOTS, house(3, i)));
    const estimatedLane2MissingLane5 = (1 << 10) | (3 << 4);
    const unbalanced = slot([0xffffff, 0xfffffe, 0xfffffd, 0x111111, 0x111112, 0], estimatedLane2MissingLane5);
    return this.record(segment, FIRST_HOUR + HOURS.newMonth, repeat(MAX_SLOTS, unbalanced));
  }
}

/** All figures of hours and corrections. */
export async function measureReadings(node) {
  const readings = await Readings.deploy(node);
  await node.setTime((FIRST_HOUR + 100) * HOUR_SECONDS);
  await readings.setOracles(1);
  const figures = {};
  for (const consumers of CONSUMERS) {
    const suffix = consumers === CONSUMERS[0] ? "" : `Of${consumers}`;
    for (const size of SIZES) {
      const gas = await readings.recordFiveHours(size, consumers);
      figures[`gasPerReading${size}${suffix}`] = perReading(gas[HOURS.ordinary], size * (PARENT_CHANNELS + consumers));
      if (suffix) continue;
      figures[`hourGas${size}`] = gas[HOURS.ordinary];
      figures[`firstHourGas${size}`] = gas[HOURS.first];
      figures[`newMonthHourGas${size}`] = gas[HOURS.newMonth];
    }
    figures[`addHouseGas${suffix}`] = readings.addHouseGas;
  }
  figures.floorGasPerReading = await floorPerReading(node);
  figures.naiveGasPerReading = await naivePerReading(node);
  figures.gasPerCorrection = await readings.correct(1, 1, 3, FIRST_HOUR, [1]);
  figures.addLargestGroupGas = await readings.recordLargestGroup();
  figures.largestGroupHourGas = readings.largestHourGas;
  figures.largestGroupPeriodGas = await readings.ledger.estimate("groupPeriodOf", readings.groups, FIRST_PERIOD);
  figures.largestCorrectionGas = await correctWholeMonth(node);
  figures.setOraclesGas = await readings.setOracles(MAX_ORACLES);
  figures.worstHourGas = await readings.recordWorstHour();
  return figures;
}

/** A channel's month of 31 days, each hour corrected by another amount: the longest correction, all oracles' signatures. */
async function correctWholeMonth(node) {
  const readings = await Readings.deploy(node);
  await readings.setOracles(1);
  const firstHour = FIRST_HOUR + 3 - MAX_CORRECTED_HOURS;
  const segment = await readings.openSegment(KINDS.electricity, firstHour);
  await readings.addGroup(segment, 3, { firstHour });
  for (let i = 0; i < MAX_CORRECTED_HOURS; ++i) await readings.record(segment, firstHour + i, house(3, i));
  await readings.setOracles(MAX_ORACLES);
  const differences = Array.from({ length: MAX_CORRECTED_HOURS }, (_, i) => 0x010101 + i);
  return readings.correct(segment, 1, 3, firstHour, differences);
}

/** Two hours of as many readings as an hour of ours has; the second is the ordinary one. */
async function naivePerReading(node) {
  const readings = Math.max(...SIZES) * LANES;
  const naive = await Deployed.deployCode(node, compilePeer("NaiveLedger"));
  const meters = Array.from({ length: readings }, (_, i) => keccak256(toBeHex(i + 1, 32)));
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
  return perReading(gas, readings);
}

async function floorPerReading(node) {
  const houses = Math.max(...SIZES);
  const floor = await Deployed.deployCode(node, compilePeer("FloorLedger"));
  const payload = repeat(houses, house(3, 0));
  const { v, r, s } = new SigningKey(keccak256("0x01")).sign(keccak256(payload));
  await floor.send("record", payload, v, r, s);
  return perReading((await floor.send("record", payload, v, r, s)).gas, houses * LANES);
}

/** A house's hour that balances; intervals have no zero byte, as far as they fit: the dearest calldata. */
export function house(consumers, hour) {
  const least = consumers > 100 ? 0x0101 : 0x010145;
  return houseOf(Array.from({ length: consumers }, (_, i) => least + 0x100 * (i % 3) + (hour % 200)));
}

/** A house's hour of what its consumers used, Wh; the parent counts as much, and `common` Wh more on each phase. */
export function houseOf(consumers, common = 0) {
  const parent = [0, 1, 2].map((phase) =>
    consumers.filter((_, i) => i % PARENT_CHANNELS === phase).reduce((sum, value) => sum + value, common),
  );
  const lanes = [...parent, ...consumers];
  const slots = [];
  for (let i = 0; i < lanes.length; i += LANES)
    slots.push(slot([...lanes.slice(i, i + LANES), ...Array(LANES).fill(0)].slice(0, LANES), 0));
  return concat(slots);
}

function slot(intervals, quality) {
  return concat([...intervals.map((interval) => toBeHex(interval, 3)), toBeHex(quality, 2)]);
}

export function repeat(count, bytes) {
  return concat(Array(count).fill(bytes));
}

function perReading(gas, readings) {
  return Math.round((10 * gas) / readings) / 10;
}
