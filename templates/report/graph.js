// The graph: its view (pan and zoom), what is near the selected task, and the map in its corner.
const frame = byId("graph-view");
const world = byId("graph-world");
const view = { x: 0, y: 0, scale: 1 };
const MARGIN = 24;
const LEAST_READABLE = 0.85; // the scale at which the names of tasks can be read
const taskShapes = [...world.querySelectorAll(".task")];
const edgeShapes = [...world.querySelectorAll(".edge")];
const edgeLabels = new Map([...world.querySelectorAll(".labels text")].map((text) => [Number(text.dataset.edge), text]));
const SVG = "http://www.w3.org/2000/svg";
const edgesOf = report.tasks.map(() => []);
report.edges.forEach(([source, target], edge) => {
  edgesOf[source].push(edge);
  edgesOf[target].push(edge);
});

function frameSize() {
  return [frame.clientWidth, frame.clientHeight];
}

const drawView = onceAFrame(() => {
  world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  const distance = view.scale < 0.24 ? "far farther" : view.scale < 0.42 ? "far" : "near-names";
  const few = report.edges.length <= 60 && view.scale >= 0.7 ? " few-edges" : "";
  if (world.getAttribute("class") !== distance + few) world.setAttribute("class", distance + few);
  drawMap();
});

function fitScale() {
  const [width, height] = frameSize();
  return Math.min((width - 2 * MARGIN) / report.size[0], (height - 2 * MARGIN) / report.size[1], 1.15);
}

function fit() {
  const [width, height] = frameSize();
  view.scale = Math.max(fitScale(), 0.001);
  view.x = (width - report.size[0] * view.scale) / 2;
  view.y = (height - report.size[1] * view.scale) / 2;
  drawView();
}

// Zoom around a point of the frame, by default its middle.
function zoom(factor, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
  const scale = clamp(view.scale * factor, Math.min(fitScale(), 0.05), 2.5);
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  drawView();
}

function showTask(task, scale = view.scale) {
  const [left, top, width, height] = report.boxes[task];
  const [wide, high] = frameSize();
  view.scale = scale;
  view.x = wide / 2 - (left + width / 2) * scale;
  view.y = high / 2 - (top + height / 2) * scale;
  drawView();
}

function inSight(task) {
  const [left, top, width, height] = report.boxes[task];
  const [wide, high] = frameSize();
  const x = left * view.scale + view.x;
  const y = top * view.scale + view.y;
  return x >= 0 && y >= 0 && x + width * view.scale <= wide && y + height * view.scale <= high;
}

// The whole, where one can see something in it; else where to look first: what failed, or the beginning.
function firstView() {
  const [width, height] = report.size;
  const high = clamp((height * frame.clientWidth) / width + 2 * MARGIN, 260, innerHeight * 0.7);
  frame.style.setProperty("--graph-height", `${Math.round(Math.min(high, height * 1.15 + 2 * MARGIN))}px`);
  if (fitScale() >= 0.02) return fit();
  const failed = report.tasks.findIndex((task) => task.style === "failed");
  showTask(Math.max(failed, 0), LEAST_READABLE);
}

function edgeWords(edge) {
  const [source, target, , , , ...datasets] = report.edges[edge];
  return `${report.tasks[source].name} → ${report.tasks[target].name}${datasets.length ? `: ${datasets.join(", ")}` : ""}`;
}

// The name of a line; a graph with many lines comes without names.
function edgeLabel(edge) {
  const [, , x, y, short] = report.edges[edge];
  if (!edgeLabels.has(edge) && short) {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("x", x);
    text.setAttribute("y", y - 4);
    text.textContent = short;
    edgeLabels.set(edge, world.querySelector(".labels").appendChild(text));
  }
  return edgeLabels.get(edge);
}

function markEdge(edge, but = -1) {
  edgeShapes[edge].classList.add("near");
  edgeLabel(edge)?.classList.add("near");
  for (const end of report.edges[edge].slice(0, 2)) if (end !== but) taskShapes[end].classList.add("near");
}

function markNear(task) {
  world.querySelectorAll(".selected, .near").forEach((shape) => shape.classList.remove("selected", "near"));
  if (task < 0) return;
  taskShapes[task].classList.add("selected");
  taskShapes[task].parentNode.insertBefore(taskShapes[task], world.querySelector(".labels")); // above its neighbours
  edgesOf[task].forEach((edge) => markEdge(edge, task));
}

const map = byId("map");

function drawMap() {
  map.hidden = view.scale <= fitScale() * 1.01; // the whole is in sight
  if (map.hidden) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [map.clientWidth, map.clientHeight];
  map.width = width * ratio;
  map.height = height * ratio;
  const scale = Math.min((width - 8) / report.size[0], (height - 8) / report.size[1]);
  const [x, y] = [(width - report.size[0] * scale) / 2, (height - report.size[1] * scale) / 2];
  const pen = map.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, x * ratio, y * ratio);
  const style = getComputedStyle(map);
  const draw = (task, least) => {
    const [left, top, wide, high] = report.boxes[task];
    pen.fillRect(left * scale, top * scale, Math.max(wide * scale, least), Math.max(high * scale, least));
  };
  pen.fillStyle = style.color;
  pen.globalAlpha = 0.35;
  report.tasks.forEach((task, number) => task.style !== "failed" && draw(number, 1));
  pen.globalAlpha = 1;
  pen.fillStyle = style.outlineColor;
  report.tasks.forEach((task, number) => task.style === "failed" && draw(number, 3));
  const [wide, high] = frameSize();
  pen.strokeStyle = style.color;
  pen.strokeRect((-view.x / view.scale) * scale, (-view.y / view.scale) * scale, (wide / view.scale) * scale, (high / view.scale) * scale);
}

function moveByMap(event) {
  if (!(event.buttons & 1)) return;
  const box = map.getBoundingClientRect();
  const scale = Math.min((box.width - 8) / report.size[0], (box.height - 8) / report.size[1]);
  const [wide, high] = frameSize();
  view.x = wide / 2 - ((event.clientX - box.left - (box.width - report.size[0] * scale) / 2) / scale) * view.scale;
  view.y = high / 2 - ((event.clientY - box.top - (box.height - report.size[1] * scale) / 2) / scale) * view.scale;
  drawView();
}
