// Derives the compact profile files of this folder from the public data sets named in README.md.
// Usage: node derive.mjs FOLDER_OF_DATA_SETS. Deterministic: the same sources give the same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = process.argv[2];
if (!source) {
  console.error("Usage: node derive.mjs FOLDER_OF_DATA_SETS");
  process.exit(1);
}
const target = dirname(fileURLToPath(import.meta.url));
const table = (...path) =>
  readFileSync(join(source, ...path), "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
const write = (name, lines) => writeFileSync(join(target, name), lines.join("\n") + "\n");

/** A decimal text times 10^digits as an exact integer; refuses what would need rounding. */
function exact(text, digits) {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text.trim());
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) throw new Error(`${text} has more than ${digits} decimals`);
  return BigInt(match[1] + fraction.padEnd(digits, "0"));
}

// UCI household, 2008: kWh with six decimals are exact milliwatt-hours.
const household = table("uci_household_2008", "household_2008_hourly.csv").slice(1);
write("household_2008.csv", [
  "sub1_mWh,sub2_mWh,sub3_mWh,rest_mWh",
  ...household.map(([, , sub1, sub2, sub3, , rest]) =>
    [sub1, sub2, sub3, rest].map((text) => exact(text, 6)).join(","),
  ),
]);

// European LV feeder: 1,440 one-minute powers in kW with three decimals are exact watts; 60 of them are an hour's watt-minutes.
const profiles = [];
for (let number = 1; number <= 100; number++) {
  const text = readFileSync(join(source, "lv_feeder_55", "profiles_1min", `load_profile_${number}.txt`), "utf8");
  const watts = text
    .trim()
    .split(/\s+/)
    .map((kilowatts) => exact(kilowatts, 3));
  if (watts.length !== 1440) throw new Error(`profile ${number} has ${watts.length} minutes`);
  const hours = [];
  for (let hour = 0; hour < 24; hour++) {
    hours.push(watts.slice(hour * 60, hour * 60 + 60).reduce((sum, value) => sum + value, 0n));
  }
  profiles.push(hours.join(","));
}
const loads = readFileSync(join(source, "lv_feeder_55", "Loads.txt"), "utf8").match(/Bus1=\d+\.[123]/g);
write("feeder_phases.txt", [loads.map((bus) => "ABC"[Number(bus.at(-1)) - 1]).join("")]);
write("feeder_profiles.csv", [Array.from({ length: 24 }, (_, hour) => `hour${hour}_Wmin`).join(","), ...profiles]);

// Danish heat meter, local (UTC+1) year 2019. The volume of an hour is the difference of its register, rounded so that the sum of the
// year is right to 1 ml. The m3*degC registers count in whole units, so one hour's quotient is noise: the mean temperature is taken over
// the shortest span of hours, centred on the hour, in which at least 1 m3 has flowed (a day in winter, up to three in summer).
const heat = table("danish_heat_meter", "processed_final_data_sample.csv").slice(1);
const [volume, inlet, back] = [4, 5, 6].map((column) => heat.map((row) => Number(row[column])));
const first = heat.findIndex((row) => row[2] === "2018-12-31T23:00:00Z");
const millilitres = (index) => Math.round((volume[index] - volume[first]) * 1e6);
const hours = [];
for (let index = first; index < first + 8760; index++) {
  let reach = 0;
  const from = () => Math.max(0, index - reach);
  const to = () => Math.min(heat.length - 1, index + 1 + reach);
  while (volume[to()] - volume[from()] < 1) reach++;
  const mean = (register) => Math.round((100 * (register[to()] - register[from()])) / (volume[to()] - volume[from()]));
  hours.push([millilitres(index + 1) - millilitres(index), mean(inlet), mean(back)].join(","));
}
write("heat_2019.csv", ["volume_ml,t1_centidegC,t2_centidegC", ...hours]);
