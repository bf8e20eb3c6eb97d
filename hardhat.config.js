import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

// The compiler is the npm package: nothing is downloaded from a site of its own.
const soljson = createRequire(import.meta.url).resolve("solc/soljson.js");

// `scripts/test --deep`: as many random histories as a release needs, in rounds, each from a seed of its own.
const deepRound = Number(process.env.SMARTCITY_DEEP_ROUND ?? 0);

// Which lines run shows after few runs, and each costs many times more while that is noted.
const isCoverage = process.argv.includes("--coverage");
const fuzzRuns = isCoverage ? 8 : 256;

export default defineConfig({
  solidity: {
    profiles: {
      default: {
        version: "0.8.37",
        path: soljson,
        settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: "cancun" },
      },
    },
    // Deployed as it is; no contract of ours contains it.
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  paths: { tests: { solidity: "tests/solidity" } },
  test: {
    solidity: {
      fuzz: { runs: fuzzRuns, seed: `0x${(0x1234 + deepRound).toString(16)}` },
      fsPermissions: { readDirectory: ["tests/vectors"] },
      invariant: { runs: deepRound > 0 ? 256 : 64, depth: 64, failOnRevert: true },
    },
  },
  networks: {
    // What `hardhat node` serves: one node on this machine, blocks every second, gas free as on a permissioned network.
    node: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "cancun",
      // No block is ever half full: the base fee would rise to 1 wei, never fall again, and who has no balance could send nothing more.
      blockGasLimit: 100_000_000_000,
      transactionGasCap: false,
      initialBaseFeePerGas: 0,
      // A test that plays months of the past begins the chain before them.
      initialDate: process.env.SMARTCITY_NODE_GENESIS || new Date(),
      mining: { auto: false, interval: 1000, mempool: { order: "fifo" } },
    },
  },
});
