// The data of the page, and the one task that is selected. A view that shows it calls onSelect; no view knows another.
const report = JSON.parse(document.getElementById("report-data").textContent);
const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const listeners = [];
let selected = -1;
let returnTo = null; // what had the focus before the panel took it

function onSelect(listener) {
  listeners.push(listener);
}

// `from` is the view in which it was selected: it has no need to bring the task into sight.
function select(task, from) {
  if (!report.tasks[task]) return;
  selected = task;
  showPanel(task);
  for (const listener of listeners) listener(task, from);
}

function clearSelection() {
  selected = -1;
  hidePanel();
  for (const listener of listeners) listener(-1, "");
}

// Select it, and go on reading in the panel.
function open(task, from) {
  if (!root.classList.contains("panel-open") || !byId("panel").contains(document.activeElement)) {
    returnTo = document.activeElement;
  }
  select(task, from);
  byId("panel-title").focus();
}

function showPanel(task) {
  const details = new DOMParser().parseFromString(byId(`text-${task}`).textContent, "text/html").querySelector(".details");
  byId("panel-title").textContent = report.tasks[task].name;
  byId("panel-body").replaceChildren(...details.childNodes);
  byId("panel").hidden = false;
  byId("panel").scrollTop = 0;
  root.classList.add("panel-open");
}

function hidePanel() {
  const had = byId("panel").contains(document.activeElement);
  byId("panel").hidden = true;
  root.classList.remove("panel-open");
  if (had && returnTo) returnTo.focus();
  returnTo = null;
}

function say(text) {
  byId("said").textContent = text;
}

// `train, failed, on the critical path`
function words(task) {
  const { name, phase, critical } = report.tasks[task];
  return `${name}, ${phase}${critical ? ", on the critical path" : ""}`;
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

// At most once for each frame that is drawn.
function onceAFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

function secondsText(seconds) {
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (number) => String(number).padStart(2, "0");
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
