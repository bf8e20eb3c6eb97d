// What bills, payments, withdrawals and netting cost: two houses of 55 flats, billed for January and February.
import { HDNodeWallet, TypedDataEncoder, concat, keccak256, toBeHex } from "ethers";
import { Deployed } from "./node.mjs";
import { FIRST_HOUR, FIRST_PERIOD, HOUR_SECONDS, Readings, houseOf, repeat } from "./readings.mjs";

const CONSUMERS = 55;
const HOUSES = 2;
const LARGEST_GROUP = 273;
const BATCH = 50;
const MAX_ACCOUNTS = 100;
const HOURS_TO_MARCH = 3 + 28 * 24;
const MAX_OBLIGATIONS = 64;
const PARTIES = 10;
const HEATING_NONE = 0;
const TWO_ZONES = 2;
const COMMON_NEEDS = 500;
const PRICE = 5_000_000n;
const MNEMONIC = "test test test test test test test test test test test junk";
const CHAIN_ID = 31_337;
const VALID_UNTIL = 4_000_000_000;

/** All figures of volumes, bills and money. */
export async function measureMoney(node) {
  const city = await City.deploy(node);
  const figures = {};
  const measure = async (name, work) => {
    // Each figure begins with the same books.
    const snapshot = await node.provider.request({ method: "evm_snapshot", params: [] });
    figures[name] = await work();
    await node.provider.request({ method: "evm_revert", params: [snapshot] });
  };
  const february = FIRST_PERIOD + 1;
  const { flats } = city;
  await measure("fixHouseGas", async () => (await city.volumes.send("fix", 1, february)).gas);
  await measure("fixLargestHouseGas", async () => (await city.volumes.send("fix", city.largest, february)).gas);
  await measure("gasPerBill50", async () =>
    Math.round((await city.billing.send("issue", flats.slice(0, BATCH), february)).gas / BATCH),
  );
  await measure("issue100FromCreditGas", async () => {
    for (const flat of flats) await city.settlement.send("pay", flat, 10n ** 7n);
    return (await city.billing.send("issue", flats.slice(0, MAX_ACCOUNTS), february)).gas;
  });
  await city.billing.send("issue", flats.slice(0, MAX_ACCOUNTS), february);
  await measure("gasPerPayment", async () => (await city.settlement.send("pay", flats[0], 100)).gas);
  await measure("gasPerPaymentByPermit", () => city.payByPermit(flats[0], 100n));
  await measure("gasPerRecalculation50", async () => {
    await city.readings.correct(1, 1, 3, FIRST_HOUR + 24, [-1_000]);
    await city.volumes.send("refix", 1, february);
    return Math.round((await city.billing.send("recalculate", flats.slice(0, BATCH), february)).gas / BATCH);
  });
  await city.settlement.send("pay", flats[0], 10_000);
  await measure("gasPerWithdrawal", async () => (await city.settlement.send("withdraw", 1, 1)).gas);
  await measure("netting10Gas", () =>
    city.net(Array.from({ length: PARTIES }, (_, i) => [1 + i, 1 + ((i + 1) % PARTIES), 100 + 7 * i])),
  );
  await measure("netting64Gas", () =>
    city.net(Array.from({ length: MAX_OBLIGATIONS }, (_, i) => [1 + 2 * i, 2 + 2 * i, 100 + i])),
  );
  return figures;
}

/** Flats that stay in the first consumption band, and a house that needs something itself: four lines a bill of two zones. */
function hourOf(consumers) {
  return houseOf(
    Array.from({ length: consumers }, (_, i) => 0x0101 + i),
    COMMON_NEEDS,
  );
}

/** All contracts, with all rights left to the admin, who also is the payer and the first provider's payee. */
export class City {
  static async deploy(node) {
    const city = await City.deployBooks(node);
    await city.setUp();
    return city;
  }

  /** With nothing in them but providers and a tariff. */
  static async deployBooks(node) {
    const city = new City();
    city.node = node;
    city.readings = await Readings.deploy(node);
    const { manager, registry, ledger } = city.readings;
    const deploy = async (name, ...contracts) =>
      Deployed.deploy(node, name, ...contracts.map(({ address }) => address));
    city.tariffs = await deploy("TariffBook", manager, ledger);
    city.accounts = await deploy("AccountBook", manager, registry, ledger);
    city.volumes = await deploy("VolumeBook", registry, ledger, city.accounts, city.tariffs);
    const incidents = await deploy("IncidentLog", manager, registry, ledger);
    city.charges = await deploy("Charges", registry, ledger, city.tariffs, city.accounts, city.volumes, incidents);
    city.billing = await deploy("Billing", manager, city.tariffs, city.accounts, city.charges);
    city.rouble = await deploy("SettlementRouble", manager);
    city.settlement = await deploy(
      "Settlement",
      manager,
      ledger,
      city.billing,
      city.tariffs,
      city.accounts,
      city.rouble,
    );
    await city.accounts.send("connect", city.billing.address);
    await city.billing.send("connect", city.settlement.address);
    await city.publish();
    return city;
  }

  async publish() {
    this.payees = Array.from({ length: PARTIES }, (_, i) =>
      HDNodeWallet.fromPhrase(MNEMONIC, "", `m/44'/60'/0'/0/${i}`),
    );
    for (let i = 0; i < 2 * MAX_OBLIGATIONS; ++i)
      await this.tariffs.send("registerProvider", 1 + i, this.payeeOf(1 + i).address);
    await this.tariffs.send("publish", [
      FIRST_PERIOD,
      Array(18).fill(PRICE),
      3_900_000,
      6_000_000,
      500n * PRICE,
      2_200,
      15,
      1,
      2,
      3,
      950,
      150,
      100_000,
      20_000,
      15_000,
    ]);
  }

  async setUp() {
    await this.node.setTime((FIRST_HOUR + HOURS_TO_MARCH) * HOUR_SECONDS);
    await this.readings.setOracles(1);
    const segment = await this.readings.openSegment();
    for (let i = 0; i < HOUSES; ++i) await this.readings.addGroup(segment, CONSUMERS);
    const segmentOfLargest = await this.readings.openSegment();
    await this.readings.addGroup(segmentOfLargest, LARGEST_GROUP);
    this.largest = HOUSES + 1;
    this.flats = [];
    for (let group = 1; group <= HOUSES; ++group)
      for (let i = 0; i < CONSUMERS; ++i) this.flats.push(await this.openFlat(group, 3 + i));
    for (let i = 0; i < HOURS_TO_MARCH; ++i) {
      await this.readings.record(segment, FIRST_HOUR + i, repeat(HOUSES, hourOf(CONSUMERS)));
      await this.readings.record(segmentOfLargest, FIRST_HOUR + i, hourOf(LARGEST_GROUP));
    }
    await this.billing.send("issue", this.flats.slice(0, MAX_ACCOUNTS), FIRST_PERIOD);
    await this.billing.send("issue", this.flats.slice(MAX_ACCOUNTS), FIRST_PERIOD);
    for (const { address } of this.payees) {
      await this.rouble.send("mint", address, 10n ** 12n, keccak256(address));
      const approval = this.rouble.interface.encodeFunctionData("approve", [this.settlement.address, 10n ** 12n]);
      await this.node.send(this.rouble.address, approval, address);
    }
    for (const flat of this.flats) await this.settlement.send("pay", flat, 100);
  }

  async openFlat(group, channel) {
    const account = keccak256(toBeHex(1_000 * group + channel, 32));
    const premises = [group, channel, 0, 0, 3_000 + channel];
    await this.accounts.send("openAccount", account, premises, FIRST_PERIOD, [TWO_ZONES, 2, HEATING_NONE]);
    return account;
  }

  payeeOf(provider) {
    return this.payees[(provider - 1) % this.payees.length];
  }

  async payByPermit(account, amount) {
    const [owner] = this.payees;
    const [nonce] = await this.rouble.call("nonces", owner.address);
    const [, name, version] = await this.rouble.call("eip712Domain");
    const domain = { name, version, chainId: CHAIN_ID, verifyingContract: this.rouble.address };
    const types = {
      Permit: ["address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"].map(
        (field) => {
          const [type, fieldName] = field.split(" ");
          return { type, name: fieldName };
        },
      ),
    };
    const permit = {
      owner: owner.address,
      spender: this.settlement.address,
      value: amount,
      nonce,
      deadline: VALID_UNTIL,
    };
    const { v, r, s } = owner.signingKey.sign(TypedDataEncoder.hash(domain, types, permit));
    return (await this.settlement.send("payWithPermit", account, amount, VALID_UNTIL, v, r, s)).gas;
  }

  /** @param {number[][]} obligations debtor, creditor and kopecks of each. */
  async net(obligations) {
    const full = obligations.map(([debtor, creditor, amount]) => [
      debtor,
      creditor,
      amount,
      keccak256("0x02"),
      VALID_UNTIL,
    ]);
    const signatures = [];
    for (const obligation of full) {
      const [digest] = await this.settlement.call("obligationDigest", obligation);
      for (const party of obligation.slice(0, 2))
        signatures.push(this.payeeOf(party).signingKey.sign(digest).serialized);
    }
    return (await this.settlement.send("netObligations", 1, full, concat(signatures))).gas;
  }
}
