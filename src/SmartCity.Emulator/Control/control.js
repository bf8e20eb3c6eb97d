// The control page: shows the present state and lays and ends faults through the control API. No libraries.
const texts = {
  ru: {
    title: "SmartCity · эмулятор Alphalogic",
    state: "Сейчас в городе",
    break: "Сломать намеренно",
    open: "Действующие неисправности",
    what: "Что",
    where: "Где",
    since: "С",
    until: "До",
    endAll: "Завершить все",
    end: "Завершить",
    start: "Сломать",
    none: "Нет: всё исправно.",
    others: "Потребители дома 2",
    yes: "да",
    no: "нет",
    absent: "нет сигнала",
    bad: "нет данных",
    started: "Начато",
    ended: "Завершено",
    speed: "ускорение",
    failed: "Не получилось",
    HeatPoint: "Тепловой пункт: аварии",
    Meters: "Счётчики",
    Data: "Данные",
    Api: "Интерфейс REST",
    target: "где",
    percent: "видит, %",
    sensor: "датчик",
    value: "значение",
    serial: "номер",
    init_kwh: "начало, кВт·ч",
    mode: "вид",
    quality: "качество",
    delay_ms: "задержка, мс",
    share: "доля, %",
    count: "раз (0 без предела)",
  },
  en: {
    title: "SmartCity · Alphalogic emulator",
    state: "The city now",
    break: "Break on purpose",
    open: "Faults that act",
    what: "What",
    where: "Where",
    since: "From",
    until: "To",
    endAll: "End all",
    end: "End",
    start: "Break",
    none: "None: all is well.",
    others: "Consumers of house 2",
    yes: "yes",
    no: "no",
    absent: "absent",
    bad: "no data",
    started: "Started",
    ended: "Ended",
    speed: "speed",
    failed: "That failed",
    HeatPoint: "Heat substation: alarms",
    Meters: "Meters",
    Data: "Data",
    Api: "REST interface",
    target: "where",
    percent: "sees, %",
    sensor: "sensor",
    value: "value",
    serial: "serial number",
    init_kwh: "start, kWh",
    mode: "how",
    quality: "quality",
    delay_ms: "delay, ms",
    share: "share, %",
    count: "times (0: no limit)",
  },
};
const groups = {
  HeatPoint: ["HeatPoint"],
  Meters: ["Register", "Meter", "Consumer"],
  Data: ["Signals", "Device"],
  Api: ["Api"],
};
const units = { ru: { bar: "бар", kWh: "кВт·ч", m3: "м³" }, en: { m3: "m³" } };
const alarms = ["t_low", "t_high", "p_low", "p_high", "pump_fault", "leak"];
let language = localStorage.getItem("language") === "en" ? "en" : "ru";
let kinds = [];
let state = null;
let faults = [];

const t = (key) => texts[language][key] ?? key;
const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Calls the control API. The origin alone, as the page's own address may hold a login that fetch refuses. */
async function call(method, path, body) {
  const response = await fetch(location.origin + path, {
    method,
    credentials: "same-origin",
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? String(response.status));
  return answer;
}

function notice(text, isError = false) {
  byId("notice").textContent = text;
  byId("notice").className = isError ? "error" : "";
}

async function act(work, done) {
  try {
    const result = await work();
    notice(`${t(done)}${result?.id ? ` № ${result.id}` : ""}`);
  } catch (error) {
    notice(`${t("failed")}: ${error.message}`, true);
  }
  await refresh();
}

/** The city's wall clock: the source's instant moved by the city's offset and read as UTC. */
function local(instant) {
  const moved = new Date(Date.parse(instant) + state.utcOffsetHours * 3_600_000);
  return moved.toISOString().slice(0, 19).replace("T", " ");
}

function valueText(signal) {
  if (signal.quality === "absent" || signal.quality === "bad") return t(signal.quality);
  if (typeof signal.value === "boolean") return t(signal.value ? "yes" : "no");
  if (signal.name === "verif_date") return signal.value.slice(0, 10);
  if (signal.name === "sn") return String(signal.value).padStart(8, "0");
  const number = typeof signal.value === "number" ? signal.value.toLocaleString(language) : signal.value;
  return `${number} ${units[language][signal.unit] ?? signal.unit}`.trim();
}

function deviceView(device, full) {
  const list = element("dl");
  for (const signal of device.signals) {
    if (!full && !["a", "sn"].includes(signal.name)) continue;
    const isAlarm = signal.value === true && alarms.includes(signal.name);
    const name = language === "ru" ? signal.displayName : signal.name;
    const value = element("dd", { className: isAlarm ? "alarm" : signal.quality, textContent: valueText(signal) });
    list.append(element("div", {}, element("dt", { textContent: name }), value));
  }
  return element(
    "div",
    { className: "device" },
    element("h3", { textContent: `${device.displayName} (${device.name})` }),
    list,
  );
}

function showState() {
  const wasOpen = document.querySelector("#devices details")?.open ?? false;
  const first = state.objects.filter((device) => !device.name.startsWith("h2_m1_"));
  const others = state.objects.filter((device) => device.name.startsWith("h2_m1_"));
  const more = element(
    "details",
    { open: wasOpen },
    element("summary", { textContent: `${t("others")} (${others.length})` }),
  );
  more.append(...others.map((device) => deviceView(device, false)));
  byId("devices").replaceChildren(...first.map((device) => deviceView(device, true)), more);
  byId("now").textContent = `${local(state.now)} (UTC${state.utcOffsetHours < 0 ? "" : "+"}${state.utcOffsetHours})`;
  byId("now").dateTime = state.now;
  byId("speed").textContent = state.speed > 1 ? `${t("speed")} ×${state.speed}` : "";
}

function showFaults() {
  const rows = faults
    .filter((fault) => fault.open)
    .map((fault) => {
      const kind = kinds.find((each) => each.kind === fault.kind);
      const fields = Object.entries(fault.parameters).map(([name, value]) => `${t(name)}: ${value}`);
      const end = element("button", { type: "button", className: "quiet", textContent: t("end") });
      end.addEventListener("click", () => act(() => call("DELETE", `/control/faults/${fault.id}`), "ended"));
      const cells = [
        `№ ${fault.id}. ${kind[language]}${fields.length ? ` (${fields.join(", ")})` : ""}`,
        fault.target,
        local(fault.from),
        fault.to ? local(fault.to) : "—",
      ].map((text) => element("td", { textContent: text }));
      return element("tr", { className: fault.active ? "active" : "" }, ...cells, element("td", {}, end));
    });
  const none = element("tr", {}, element("td", { colSpan: 5, className: "none", textContent: t("none") }));
  byId("faults").replaceChildren(...(rows.length ? rows : [none]));
}

function targetsOf(scope) {
  if (scope === "Api") return ["api"];
  const types = { HeatPoint: ["heat_point"], Meter: ["meter1", "meter3"], Consumer: ["meter1"] }[scope];
  const devices = state.objects.filter((device) => !types || types.includes(device.type));
  const signals = scope === "Signals" ? devices.filter((device) => device.type === "heat_point") : [];
  return [
    ...devices.map((device) => device.name),
    ...signals.flatMap((device) => device.signals.map((signal) => `${device.name}.${signal.name}`)),
  ];
}

function fieldView(field) {
  const control = field.words.length
    ? element(
        "select",
        { name: field.name },
        ...field.words.map((word) => element("option", { value: word, textContent: word })),
      )
    : element("input", {
        name: field.name,
        type: "number",
        min: field.min,
        max: field.max,
        step: "any",
        value: field.default,
      });
  return element("label", {}, `${t(field.name)} `, control);
}

function kindView(kind) {
  const form = element("form", {}, element("span", { className: "name", textContent: kind[language] }));
  const targets = targetsOf(kind.scope);
  const target = element(
    "select",
    { name: "target" },
    ...targets.map((name) => element("option", { value: name, textContent: name })),
  );
  if (targets.length > 1) form.append(element("label", {}, `${t("target")} `, target));
  form.append(...kind.fields.map(fieldView));
  form.append(element("button", { textContent: t("start"), ariaLabel: `${t("start")}: ${kind[language]}` }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = kind.fields
      .map((field) => [field.name, form.elements[field.name].value])
      .filter(([, value]) => value !== "");
    const body = { kind: kind.kind, target: target.value, parameters: Object.fromEntries(given) };
    act(() => call("POST", "/control/faults", body), "started");
  });
  return form;
}

function showKinds() {
  const views = Object.entries(groups).map(([name, scopes]) =>
    element(
      "fieldset",
      {},
      element("legend", { textContent: t(name) }),
      ...kinds.filter((kind) => scopes.includes(kind.scope)).map(kindView),
    ),
  );
  byId("kinds").replaceChildren(...views);
}

function showTexts() {
  document.documentElement.lang = language;
  document.title = t("title");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = t(each.dataset.text);
  byId("language").textContent = language === "ru" ? "English" : "Русский";
  byId("language").lang = language === "ru" ? "en" : "ru";
}

async function refresh() {
  try {
    [state, { faults }] = await Promise.all([call("GET", "/control/state"), call("GET", "/control/faults")]);
    showState();
    showFaults();
  } catch (error) {
    notice(`${t("failed")}: ${error.message}`, true);
  }
}

async function begin() {
  showTexts();
  try {
    kinds = await call("GET", "/control/kinds");
  } catch (error) {
    notice(`${t("failed")}: ${error.message}`, true);
    return;
  }
  await refresh();
  showKinds();
  setInterval(refresh, 2000);
}

byId("end-all").addEventListener("click", () => act(() => call("DELETE", "/control/faults"), "ended"));
byId("language").addEventListener("click", () => {
  language = language === "ru" ? "en" : "ru";
  localStorage.setItem("language", language);
  showTexts();
  showState();
  showFaults();
  showKinds();
});
begin();
