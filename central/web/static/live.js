// Keeps the page current: a small message says that there is news, and <main> is fetched again.
// Without this script every page works; it is then reloaded by hand.
"use strict";

const QUIET_MS = 5000; // at most one announcement in this time

const said = document.getElementById("live");
const pause = document.createElement("button");
let version = null; // as last shown
let newest = null; // as last heard
let paused = false;
let busy = false;
let spokeAt = 0;

pause.type = "button";
pause.textContent = "Pause updates";
pause.setAttribute("aria-pressed", "false");
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Resume updates" : "Pause updates";
  pause.setAttribute("aria-pressed", String(paused));
  refresh();
});
said.after(pause);

function say(text) {
  if (Date.now() - spokeAt > QUIET_MS) {
    said.textContent = text;
    spokeAt = Date.now();
  }
}

// Refreshing never moves focus or scroll: a link that was focused is focused again.
function replaceMain(fresh) {
  const main = document.getElementById("main");
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const address = focused && focused.getAttribute("href");
  const label = focused && focused.getAttribute("aria-label");
  const scrolled = [...main.querySelectorAll(".scroll")].map((region) => region.scrollLeft);
  main.replaceChildren(...fresh.childNodes);
  main.querySelectorAll(".scroll").forEach((region, i) => { region.scrollLeft = scrolled[i] || 0; });
  if (focused) {
    const again = [...main.querySelectorAll("a, .scroll")].find((element) =>
      address ? element.getAttribute("href") === address
        : element.getAttribute("aria-label") === label);
    (again || main).focus({ preventScroll: true });
  }
}

async function refresh() {
  if (paused || busy || document.hidden || newest === version) return;
  busy = true;
  const asked = newest;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    replaceMain(page.getElementById("main"));
    version = asked;
    say("Updated at " + new Date().toLocaleTimeString() + ".");
  } catch {
    say("The aggregator does not answer. The page shows what was known before.");
  } finally {
    busy = false;
  }
  if (newest !== asked) refresh();
}

const source = new EventSource("/events");
source.onmessage = (event) => {
  if (newest === null && version === null) version = event.data; // the page itself is that new
  newest = event.data;
  refresh();
};
source.onerror = () => say("No live updates at the moment. Trying again.");
document.addEventListener("visibilitychange", refresh);
