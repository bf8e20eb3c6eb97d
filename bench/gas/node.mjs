// A Hardhat node of its own that mines each transaction at once, and the contracts deployed on it.
import hre from "hardhat";
import { ContractFactory, Interface, SigningKey, computeAddress, keccak256, toBeHex } from "ethers";

/** Before the hours that are recorded, so that figures do not depend on today. */
const INITIAL_DATE = "2026-01-31T18:00:00Z";

/** Runs `work` with a fresh node. */
export async function withNode(work) {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const override = { mining: { auto: true, interval: 0 }, initialDate: INITIAL_DATE };
  const connection = await hre.network.create({ network: "node", override });
  try {
    return await work(new Node(connection.provider));
  } finally {
    await connection.close();
  }
}

/** A node; what is sent is sent by its first account, the admin of all that is deployed, unless another is named. */
class Node {
  constructor(provider) {
    this.provider = provider;
  }

  async admin() {
    const [admin] = await this.provider.request({ method: "eth_accounts" });
    return admin;
  }

  async send(to, data, sender) {
    const from = sender ?? (await this.admin());
    const transaction = { from, data, gas: toBeHex(100_000_000), gasPrice: "0x0", ...(to ? { to } : {}) };
    const hash = await this.provider.request({ method: "eth_sendTransaction", params: [transaction] });
    const receipt = await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (receipt.status !== "0x1") throw new Error(`transaction ${hash} was reverted`);
    return { gas: Number(receipt.gasUsed), address: receipt.contractAddress, logs: receipt.logs };
  }

  async call(to, data) {
    return this.provider.request({ method: "eth_call", params: [{ to, data }, "latest"] });
  }

  /** Gas of a call from another contract, without the transaction's own. */
  async estimate(to, data) {
    const gas = await this.provider.request({ method: "eth_estimateGas", params: [{ to, data }] });
    return Number(gas) - 21_000;
  }

  async time() {
    const { timestamp } = await this.provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
    return Number(timestamp);
  }

  async setTime(seconds) {
    await this.provider.request({ method: "evm_setNextBlockTimestamp", params: [toBeHex(seconds)] });
    await this.provider.request({ method: "evm_mine", params: [] });
  }
}

/** A deployed contract: `send` returns the receipt's essentials, `call` the decoded values. */
export class Deployed {
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

  async estimate(name, ...args) {
    return this.node.estimate(this.address, this.interface.encodeFunctionData(name, args));
  }
}

/** `count` keys, in ascending order of their addresses. */
export function keys(count) {
  return Array.from({ length: count }, (_, i) => new SigningKey(keccak256(toBeHex(i + 1, 32))))
    .map((key) => ({ key, address: computeAddress(key.publicKey) }))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}
