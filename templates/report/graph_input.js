// What one does with the graph: drag, wheel, pinch, click, and the keys.
const fingers = new Map();
let moved = 0;

frame.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, [event.clientX, event.clientY]);
  moved = 0;
});
frame.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const now = [event.clientX, event.clientY];
  const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const box = frame.getBoundingClientRect();
    const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
    zoom(apart(now) / apart(before), other[0] - box.left, other[1] - box.top);
  } else {
    view.x += now[0] - before[0];
    view.y += now[1] - before[1];
    drawView();
  }
  moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
  // Only a drag takes the pointer: a click still has the box as its target.
  if (moved > 4 && !frame.hasPointerCapture(event.pointerId)) frame.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, now);
});
for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
  frame.addEventListener(end, (event) => fingers.delete(event.pointerId));
}
frame.addEventListener("click", (event) => {
  if (moved > 4) return;
  const task = event.target.closest?.(".task");
  const edge = event.target.closest?.(".edge");
  if (task) select(Number(task.dataset.task), "graph");
  else if (edge) showEdge(Number(edge.dataset.edge));
});
frame.addEventListener("pointerover", (event) => {
  const edge = event.target.closest?.(".edge");
  if (!edge || edge.querySelector("title")) return;
  edge.appendChild(document.createElementNS(SVG, "title")).textContent = edgeWords(Number(edge.dataset.edge));
});
frame.addEventListener("dblclick", (event) => zoom(1.6, event.offsetX, event.offsetY));
// The page scrolls over the graph as everywhere; with Ctrl, as a pinch is sent, or once the graph has the focus, it zooms.
frame.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && document.activeElement !== frame) return;
  event.preventDefault();
  const box = frame.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.008 : 0.002)), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });

// A way that is clicked shows its name, and what it joins, without a selection of a task.
function showEdge(edge) {
  markNear(-1);
  markEdge(edge);
  say(edgeWords(edge));
}

function middle(task) {
  const [, top, , height] = report.boxes[task];
  return top + height / 2;
}

// Along the ways: to the neighbour that stands nearest to the height of this one.
function neighbour(task, way) {
  const ends = edgesOf[task].map((edge) => report.edges[edge]);
  const found = ends.filter((end) => end[1 - way] === task && end[way] !== task).map((end) => end[way]);
  return found.sort((one, other) => Math.abs(middle(one) - middle(task)) - Math.abs(middle(other) - middle(task)))[0];
}

// Up and down: to the next box that stands in the same column.
function sibling(task, step) {
  const column = report.boxes.map((_, other) => other).filter((other) => report.boxes[other][0] === report.boxes[task][0]);
  column.sort((one, other) => middle(one) - middle(other));
  return column[column.indexOf(task) + step];
}

function nextFailed() {
  const failed = report.tasks.map((_, task) => task).filter((task) => report.tasks[task].style === "failed");
  const next = failed.find((task) => task > selected) ?? failed[0];
  if (next === undefined) return;
  select(next, "search");
}

const ZOOMS = { in: () => zoom(1.35), out: () => zoom(1 / 1.35), fit, failed: nextFailed };
document.querySelectorAll("[data-zoom]").forEach((button) => {
  button.addEventListener("click", () => ZOOMS[button.dataset.zoom]());
});

const STEPS = {
  ArrowRight: (task) => neighbour(task, 1),
  ArrowLeft: (task) => neighbour(task, 0),
  ArrowDown: (task) => sibling(task, 1),
  ArrowUp: (task) => sibling(task, -1),
};
const KEYS = { "+": ZOOMS.in, "=": ZOOMS.in, "-": ZOOMS.out, 0: fit };

function goTo(task) {
  if (task === undefined) return say("No further task this way.");
  select(task, "keys");
  const before = edgesOf[task].filter((edge) => report.edges[edge][1] === task).length;
  say(`${words(task)}. Needs ${before}, needed by ${edgesOf[task].length - before}.`);
}

frame.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  if (step) goTo(selected < 0 ? firstTask() : step(selected));
  else if (event.key === "Enter") open(selected < 0 ? firstTask() : selected, "keys");
  else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});

function firstTask() {
  return Math.max(0, report.tasks.findIndex((task) => task.style === "failed"));
}

map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  moveByMap(event);
});
map.addEventListener("pointermove", moveByMap);
onSelect((task, from) => {
  markNear(task);
  if (task < 0 || from === "graph") return;
  if (view.scale < LEAST_READABLE || !inSight(task)) showTask(task, Math.max(view.scale, LEAST_READABLE));
});

// Without scripts the graph has a size of its own; with them it fills its frame, which takes the focus.
byId("graph-svg").removeAttribute("viewBox");
frame.tabIndex = 0;
frame.setAttribute("role", "application");
frame.setAttribute("aria-roledescription", "graph");
frame.setAttribute("aria-label", "Graph of the tasks. Arrow keys go along the ways and up and down; Enter opens the details; plus, minus and 0 zoom.");
firstView();
new ResizeObserver(() => (view.scale <= fitScale() * 1.001 ? fit() : drawView())).observe(frame);
