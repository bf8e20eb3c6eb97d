// What the pages need beyond htmx: ages that tick, the dispatch room's stream, buttons that are pressed once, printing.

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
}

tick();
setInterval(tick, 1000);

// One stream a browser: the tab that holds the lock listens to the server and tells the others.
const reconnectAfterMs = 2000;
const silentAfterMs = 16000;

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
    if (target) {
      await htmx.swap({ sourceElement: target, target, text: html, swap: "innerMorph ignoreTitle:true" });
      tick();
    }
  }

  function tell(message) {
    channel.postMessage(message);
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
      for (const part of ["alarms", "schematic", "status", "beat"]) {
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

const sign = document.querySelector("[data-stream]");
if (sign) follow(sign);

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
