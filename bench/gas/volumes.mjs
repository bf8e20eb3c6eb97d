// What fixing the largest house costs at its dearest: gaps of every meter in every month, and corrections of all months.
import { AbiCoder, concat, keccak256, toBeHex } from "ethers";
import { City } from "./money.mjs";
import { FIRST_HOUR, FIRST_PERIOD, HOUR_SECONDS, house } from "./readings.mjs";

const LARGEST_GROUP = 273;
const LANES = 6;
const PARENT_CHANNELS = 3;
const ALL_MISSING = 0xfff0;
const CLOSING_HOURS_OF_JANUARY = 3;
const DAYS_FROM_FEBRUARY = [28, 31, 30, 31, 30, 31, 31];
const MAX_CALLS = 40;
const STORAGE_PLACES = 32;

/** All figures of volumes with gaps. */
export async function measureVolumes(node) {
  const city = await City.deployBooks(node);
  const { readings, volumes } = city;
  const endHours = [FIRST_HOUR + CLOSING_HOURS_OF_JANUARY];
  for (const days of DAYS_FROM_FEBRUARY) endHours.push(endHours.at(-1) + 24 * days);
  await node.setTime(endHours.at(-1) * HOUR_SECONDS);
  await readings.setOracles(1);
  const segment = await readings.openSegment();
  await readings.addGroup(segment, LARGEST_GROUP);
  for (let i = 0; i < LARGEST_GROUP; ++i) await city.openFlat(1, PARENT_CHANNELS + i);

  let start = FIRST_HOUR;
  for (const end of endHours) {
    await readings.record(segment, start, missingHour());
    await readings.record(segment, start + 1, house(LARGEST_GROUP, 0));
    await putHeadForward(city, segment, start + 2, end);
    await readings.correct(segment, 1, PARENT_CHANNELS, start + 1, [1]);
    start = end;
  }

  const last = FIRST_PERIOD + endHours.length - 1;
  const gas = [];
  while (Number((await volumes.call("nextPeriodOf", 1))[0]) <= last) {
    if (gas.length === MAX_CALLS) throw new Error(`${MAX_CALLS} calls of fix did not do.`);
    gas.push((await volumes.send("fix", 1, last)).gas);
  }
  return { fixLargestHouseWithGapsGas: Math.max(...gas), fixLargestHouseWithGapsCallsAMonth: perMonth(gas, endHours) };
}

function perMonth(gas, months) {
  return Math.round((10 * gas.length) / months.length) / 10;
}

function missingHour() {
  const slot = concat([...Array(LANES).fill("0x000000"), toBeHex(ALL_MISSING, 2)]);
  return concat(Array((PARENT_CHANNELS + LARGEST_GROUP) / LANES).fill(slot));
}

/** The hours of a month between cost nothing here: the word with the hour waited for is found among the ledger's mappings, and changed. */
async function putHeadForward(city, segment, from, to) {
  const { node, readings } = city;
  const { provider } = node;
  for (let place = 0; place < STORAGE_PLACES; ++place) {
    const at = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [segment, place]));
    for (const offset of [0n, 1n, 2n]) {
      const key = toBeHex(BigInt(at) + offset, 32);
      const word = BigInt(
        await provider.request({ method: "eth_getStorageAt", params: [readings.ledger.address, key, "latest"] }),
      );
      if (BigInt.asUintN(32, word) !== BigInt(from)) continue;
      const value = toBeHex((word ^ BigInt(from)) | BigInt(to), 32);
      await provider.request({ method: "hardhat_setStorageAt", params: [readings.ledger.address, key, value] });
      const [next] = await readings.ledger.call("headOf", segment);
      if (Number(next) !== to) throw new Error(`The head stands at ${next}, not at ${to}.`);
      return;
    }
  }
  throw new Error("The storage of the head was not found.");
}
