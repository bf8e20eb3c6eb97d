// What the pages need beyond htmx: ages and clocks that tick, the dispatch room's stream, sound and keys, buttons that are pressed once, printing.

const russian = document.documentElement.lang === "ru";
const ageUnits = russian
  ? [
      [60, 1, "с назад"],
      [3600, 60, "мин назад"],
      [172800, 3600, "ч назад"],
      [Infinity, 86400, "сут назад"],
    ]
  : [
      [60, 1, "s ago"],
      [3600, 60, "min ago"],
      [172800, 3600, "h ago"],
      [Infinity, 86400, "d ago"],
    ];
const staleAfterSeconds = 15;

// The server's clock counts, not the browser's.
const clockAhead = Date.now() - Number(document.body.dataset.now);

function tick() {
  for (const age of document.querySelectorAll("[data-age]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - clockAhead - Date.parse(age.dataset.age)) / 1000));
    const [, divisor, unit] = ageUnits.find(([limit]) => seconds < limit);
    const text = `${Math.floor(seconds / divisor)} ${unit}`;
    if (age.textContent !== text) age.textContent = text;
    age.classList.toggle("stale", seconds > staleAfterSeconds);
  }
  // Deadlines are the source's time, which may be ahead of the server's.
  const sourceNow =
    Date.now() - clockAhead + Number(document.querySelector("[data-source-ahead]")?.dataset.sourceAhead ?? 0);
  for (const clock of document.querySelectorAll(".clock[data-due]")) {
    const left = Math.round((Date.parse(clock.dataset.due) - sourceNow) / 1000);
    clock.classList.toggle("over", left < 0);
    if (clock.tagName === "PROGRESS") {
      const from = Date.parse(clock.dataset.from);
      const length = Date.parse(clock.dataset.due) - from;
      clock.value = length > 0 ? Math.min(1, Math.max(0, (sourceNow - from) / length)) : 1;
    } else {
      const size = Math.abs(left);
      const two = (number) => String(Math.floor(number)).padStart(2, "0");
      const text = `${left < 0 ? "−" : ""}${Math.floor(size / 3600)}:${two((size % 3600) / 60)}:${two(size % 60)}`;
      if (clock.textContent !== text) clock.textContent = text;
    }
  }
}

tick();
setInterval(tick, 1000);

// One stream a browser: the tab that holds the lock listens to the server and tells the others.
const reconnectAfterMs = 2000;
const silentAfterMs = 16000;

// Puts new content into a part of the page. What a person has unfolded stays so.
async function fill(target, html) {
  const open = new Map([...target.querySelectorAll("details[data-keep]")].map((details) => [details.id, details.open]));
  await htmx.swap({ sourceElement: target, target, text: html, swap: "innerMorph ignoreTitle:true" });
  for (const details of target.querySelectorAll("details[data-keep]"))
    if (open.has(details.id)) details.open = open.get(details.id);
  tick();
}

function isTouched(field) {
  if (field === document.activeElement) return true;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  return (
    field.selectedIndex !==
    Math.max(
      0,
      [...field.options].findIndex((option) => option.defaultSelected),
    )
  );
}

// Parts that the page asks for itself, because no other page shows the same. One request at a time each; a part that somebody is filling in waits.
const asking = new WeakMap();

async function refresh(target) {
  if (asking.has(target)) {
    asking.set(target, true);
    return;
  }
  asking.set(target, false);
  try {
    do {
      asking.set(target, false);
      const answer = await fetch(target.dataset.liveSource, { headers: { "HX-Request": "true" }, redirect: "error" });
      const html = await answer.text();
      if (answer.ok && ![...target.querySelectorAll("input, textarea, select")].some(isTouched))
        await fill(target, html);
    } while (asking.get(target));
  } catch {
    // The stream tells when the connection is back, and everything is asked for again.
  } finally {
    asking.delete(target);
  }
}

function refreshAll(part) {
  for (const target of document.querySelectorAll("[data-live-source]"))
    if ((target.dataset.liveOn ?? "changes").split(" ").includes(part)) refresh(target);
}

function follow(sign) {
  const channel = new BroadcastChannel("smartcity-live");
  let lastId = "";

  function show(isLive) {
    sign.textContent = isLive ? sign.dataset.liveText : sign.dataset.lostText;
    sign.className = isLive ? "tag good" : "tag bad";
  }

  async function apply({ part, html, id, isLive }) {
    show(isLive);
    lastId = id || lastId;
    const target = document.querySelector(`[data-live="${part}"]`);
    if (target) await fill(target, html);
    refreshAll(part);
  }

  function tell(message) {
    channel.postMessage(message);
    if (message.part === "alarms") listenFor(message.html);
    return apply(message);
  }

  // Ends when the connection does, whichever way.
  function listen() {
    return new Promise((resolve) => {
      const source = new EventSource(sign.dataset.stream + (lastId ? `?after=${encodeURIComponent(lastId)}` : ""));
      let watchdog;
      const end = () => {
        clearTimeout(watchdog);
        source.close();
        resolve();
      };
      const heard = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(end, silentAfterMs);
      };
      source.onopen = heard;
      source.onerror = end;
      for (const part of ["alarms", "incidents", "objects", "schematic", "status", "changes", "beat"]) {
        source.addEventListener(part, (event) => {
          heard();
          tell({ part, html: event.data, id: event.lastEventId, isLive: true });
        });
      }
      heard();
    });
  }

  async function lead() {
    for (;;) {
      await listen();
      tell({ part: "beat", html: "", id: lastId, isLive: false });
      await new Promise((resolve) => setTimeout(resolve, reconnectAfterMs));
      // A session that is over answers with a redirection to the sign-in page: go there instead of trying for ever.
      const answer = await fetch("/status", { redirect: "manual" }).catch(() => null);
      if (answer?.type === "opaqueredirect") location.reload();
    }
  }

  channel.onmessage = (event) => apply(event.data);
  if (navigator.locks) navigator.locks.request("smartcity-live", lead);
  else lead();
}

// Sound: one beep for a new alarm that calls, one every half minute while any calls. It sounds in one tab of a browser alone.
const remindMs = 30000;
const soundButton = document.querySelector("[data-sound]");
let audio;
let newestCalling = Infinity;
let reminder;

function beep() {
  if (localStorage.getItem("smartcity-sound") !== "on" || !navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.setValueAtTime(880, audio.currentTime);
  tone.frequency.setValueAtTime(660, audio.currentTime + 0.15);
  volume.gain.setValueAtTime(0.2, audio.currentTime);
  volume.gain.linearRampToValueAtTime(0, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
  if (soundButton) soundButton.dataset.beeps = Number(soundButton.dataset.beeps ?? 0) + 1;
}

function listenFor(html) {
  const newest = Number(/data-newest="(\d+)"/.exec(html)?.[1] ?? 0);
  const isCalling = Number(/data-calling="(\d+)"/.exec(html)?.[1] ?? 0) > 0;
  if (newest > newestCalling) beep();
  newestCalling = newest;
  clearInterval(reminder);
  if (isCalling) reminder = setInterval(beep, remindMs);
}

// A button that stays pressed and is remembered.
function remember(button, key, isOnAtFirst) {
  if (!button) return;
  const show = (isOn) => {
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = isOn ? button.dataset.onText : button.dataset.offText;
  };
  show((localStorage.getItem(key) ?? (isOnAtFirst ? "on" : "off")) === "on");
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    localStorage.setItem(key, isOn ? "on" : "off");
    show(isOn);
  });
}

remember(soundButton, "smartcity-sound", false);
soundButton?.addEventListener("click", beep);
remember(document.querySelector("[data-shortcuts]"), "smartcity-keys", true);

// Keys: single letters, only where nobody types, and only if they are not switched off.
const help = document.getElementById("keys");
document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());

function step(by) {
  const items = [...document.querySelectorAll("[data-item]")].filter((item) => item.checkVisibility());
  const at = items.indexOf(document.activeElement?.closest("[data-item]"));
  items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by))]?.focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  Enter: () =>
    document.activeElement?.matches("[data-item]") && document.activeElement.querySelector("[data-open]")?.click(),
  a: () => document.activeElement?.closest("[data-item]")?.querySelector("[data-key=a]")?.click(),
  n: () => document.getElementById("note")?.focus(),
  s: () => document.querySelector("[data-key=s]")?.focus(),
  f: () => document.querySelector("[data-key=f]")?.focus(),
  g: () => location.assign("/dispatch"),
  m: () => soundButton?.click(),
  "?": () => help.showModal(),
};

if (help)
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || help.open) return;
    if (!(event.key in keys) || localStorage.getItem("smartcity-keys") === "off") return;
    if (event.key === "Enter" && !event.target.matches("[data-item]")) return;
    event.preventDefault();
    keys[event.key]();
  });

const sign = document.querySelector("[data-stream]");
if (sign) follow(sign);

// What was carried out empties its form, so that the form can show what is next.
const answer = document.getElementById("answer");
if (answer)
  new MutationObserver(() => {
    if (!answer.querySelector(".note.good")) return;
    for (const form of document.querySelectorAll("form.act")) form.reset();
    if (answer.contains(document.activeElement) || document.activeElement?.closest("form.act"))
      document.activeElement.blur();
    refreshAll("changes");
  }).observe(answer, { childList: true });

document.addEventListener("change", (event) => {
  event.target.closest("form[data-auto]")?.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A form that moves money is sent once: a second click while it is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
