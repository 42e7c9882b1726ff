// The timeline: how many tasks are at work at each moment, and below it the parts of each task's time.
const ROW = 24;
const BINS = 240;
// Not by colour alone: the nearer a part is to the work itself, the higher it stands.
const HEIGHTS = { waiting: 4, place: 8, image: 11, start: 11, node: 16, end: 6 };
const KIND_COLOUR = { type: "ordinal", name: "colour", domain: COLOURS, range: COLOURS.map((kind) => `var(--kind-${kind})`) };
const whole = [0, Math.max(report.seconds, ...report.tasks.map((task) => Math.max(0, ...task.spans.map((span) => span[2]))), 0.001)];
let times = whole;

// Round steps of seconds, minutes and hours, as many as there is room for.
function ticks([from, to], width) {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200];
  const least = ((to - from) * 80) / width;
  const step = steps.find((each) => each >= least) ?? Math.ceil(least / 86400) * 86400;
  const found = [];
  for (let at = Math.ceil(from / step); at * step <= to && found.length < 60; at += 1) found.push(at * step);
  return found;
}

function tickText(seconds) {
  if (seconds < 60) return `${Number(seconds.toFixed(3))} s`;
  return secondsText(seconds).replace(/ min 00 s$/, " min").replace(/ h 00 min$/, " h");
}

const timeAxis = {
  scale: "x", orient: "top", grid: true, values: { signal: "ticks" }, aria: false,
  encode: { labels: { update: { text: { signal: "tickTexts[indexof(ticks, datum.value)]" } } } },
};

const timeline = {
  signals: [
    { name: "first", value: 0 }, { name: "labels", value: 200 }, { name: "selected", value: -1 },
    { name: "times", value: whole }, { name: "ticks", value: [] }, { name: "tickTexts", value: [] },
  ],
  data: [{ name: "rows", values: [] }, { name: "marks", values: [] }],
  scales: [{ name: "x", type: "linear", domain: { signal: "times" }, range: "width", zero: false, nice: false, clamp: true }, KIND_COLOUR],
  axes: [timeAxis],
  marks: [
    rowParts(ROW),
    {
      type: "group",
      encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
      marks: [
        {
          type: "rect",
          from: { data: "marks" },
          aria: false,
          encode: {
            update: {
              x: { scale: "x", field: "from" },
              width: { signal: "max(1.5, scale('x', datum.to) - scale('x', datum.from) - 0.5)" },
              y: { signal: `(datum.row - first + 0.5) * ${ROW} - datum.high / 2` },
              height: { field: "high" },
              fill: { scale: "colour", field: "kind" },
              stroke: { signal: "datum.critical ? 'var(--critical)' : 'transparent'" },
              strokeWidth: { value: 1.5 },
              cornerRadius: { value: 2 },
              tooltip: { field: "tip" },
              cursor: { value: "pointer" },
            },
          },
        },
        {
          type: "text",
          from: { data: "marks" },
          aria: false,
          encode: {
            update: {
              x: { signal: "min(scale('x', datum.to) + 9, width + 4)" },
              y: { signal: `(datum.row - first + 0.5) * ${ROW}` },
              align: { value: "center" }, baseline: { value: "middle" }, fontWeight: { value: 700 },
              fill: { value: "var(--failed)" }, text: { field: "end" },
            },
          },
        },
        {
          type: "text",
          from: { data: "marks" },
          aria: false,
          encode: {
            update: {
              x: { signal: "scale('x', datum.from) + 5" },
              y: { signal: `(datum.row - first + 0.5) * ${ROW}` },
              baseline: { value: "middle" },
              fontSize: { value: 11 },
              fill: { value: "var(--on-node)" },
              limit: { signal: "scale('x', datum.to) - scale('x', datum.from) - 8" },
              text: { signal: "scale('x', datum.to) - scale('x', datum.from) > 34 ? datum.text : ''" },
              cursor: { value: "pointer" },
              tooltip: { field: "tip" },
            },
          },
        },
      ],
    },
  ],
};

function spanMarks(task, row) {
  const { spans, critical, nodes, style, name: own } = report.tasks[task];
  const inTime = spans.filter((span) => span[2] >= times[0] && span[1] <= times[1]);
  const last = spans[spans.length - 1];
  return inTime.map((span) => [span, ...span]).map(([span, kind, from, to, name, attempt]) => ({
    row, task, kind, from, to, critical: critical && kind === "node",
    high: HEIGHTS[kind] ?? 10, end: span === last && style === "failed" ? "✕" : "",
    text: kind === "node" && nodes.length > 1 && name !== own ? name : "",
    tip: `${name || (report.kinds[kind] ?? kind)}: ${secondsText(to - from)}, from ${secondsText(from)}${attempt > 1 ? `, attempt ${attempt}` : ""}`,
  }));
}

// For each moment how many tasks do what: the mean within each of equal parts of the time.
function busy() {
  const width = whole[1] / BINS;
  const sums = new Map(COLOURS.map((kind) => [kind, new Float64Array(BINS)]));
  for (const { spans } of report.tasks) {
    for (const [kind, from, to] of spans) {
      const bins = sums.get(kind);
      for (let bin = Math.floor(from / width); bins && bin < BINS && bin * width < to; bin += 1) {
        bins[bin] += (Math.min(to, (bin + 1) * width) - Math.max(from, bin * width)) / width;
      }
    }
  }
  return COLOURS.flatMap((kind) => [...sums.get(kind)].map((count, bin) => ({ kind, count, from: bin * width, to: (bin + 1) * width })));
}

const busyChart = {
  height: 76,
  padding: { left: 200, right: RIGHT, top: 6, bottom: 4 },
  signals: [
    { name: "anchor", value: 0, on: [{ events: "pointerdown", update: "invert('x', clamp(x(), 0, width))" }] },
    {
      name: "brush", value: null,
      on: [
        { events: "[pointerdown, window:pointerup] > window:pointermove!", update: "[anchor, invert('x', clamp(x(), 0, width))]" },
        { events: "dblclick", update: "null" },
      ],
    },
    { name: "times", value: whole },
  ],
  data: [{ name: "busy", values: [], transform: [{ type: "stack", groupby: ["from"], field: "count", sort: { field: "order", order: "descending" } }] }],
  scales: [
    { name: "x", type: "linear", domain: whole, range: "width", nice: false },
    { name: "y", type: "linear", domain: { data: "busy", field: "y1" }, range: "height", nice: true },
    KIND_COLOUR,
  ],
  axes: [{ scale: "y", orient: "left", tickCount: 3, grid: true, format: "d", tickMinStep: 1, aria: false }],
  marks: [
    {
      type: "group", from: { facet: { name: "kinds", data: "busy", groupby: "kind" } },
      marks: [{
        type: "area", from: { data: "kinds" }, aria: false, interactive: false,
        encode: { update: { interpolate: { value: "step" }, x: { signal: "scale('x', (datum.from + datum.to) / 2)" }, y: { scale: "y", field: "y0" }, y2: { scale: "y", field: "y1" }, fill: { scale: "colour", field: "kind" } } },
      }],
    },
    {
      type: "rect", aria: false, interactive: false,
      encode: { update: { x: { signal: "scale('x', times[0])" }, x2: { signal: "scale('x', times[1])" }, y: { value: 0 }, y2: { signal: "height" }, fill: { value: "var(--focus)" }, fillOpacity: { signal: `times[1] - times[0] < ${whole[1] * 0.999} ? 0.14 : 0` }, stroke: { signal: `times[1] - times[0] < ${whole[1] * 0.999} ? 'var(--focus)' : 'transparent'` } } },
    },
  ],
};

function begin(task) {
  return report.tasks[task].spans.reduce((first, span) => Math.min(first, span[1]), Infinity);
}

function startTimeline() {
  const element = byId("timeline-chart");
  const rows = report.tasks.map((_, task) => task).filter((task) => report.tasks[task].spans.length);
  rows.sort((one, other) => begin(one) - begin(other) || one - other);
  const below = new RowChart({
    id: element.id, spec: timeline, rowHeight: ROW, top: 24, rows, marks: spanMarks,
    description: `Timeline of ${rows.length} tasks; the table of tasks has the same times.`,
    signals: (width) => {
      const at = ticks(times, width);
      return { times, ticks: at, tickTexts: at.map(tickText) };
    },
  });
  const above = chart(busyChart, byId("busy-chart"), "Number of tasks at work over time, by what they do.");
  above.data("busy", busy().map((each) => ({ ...each, order: COLOURS.indexOf(each.kind) })));
  const drawAbove = onceAFrame(() => {
    const [left, right, width] = columns(element.clientWidth);
    above.width(width).padding({ left, right, top: 6, bottom: 4 }).signal("times", times).run();
  });
  new ResizeObserver(drawAbove).observe(element);
  const look = (from, to) => {
    const wide = clamp(to - from, whole[1] / 2000, whole[1]);
    const start = clamp(from, 0, whole[1] - wide);
    times = [start, start + wide];
    below.draw();
    drawAbove();
  };
  above.addSignalListener("brush", (_, range) => {
    if (!range) look(...whole);
    else if (Math.abs(range[1] - range[0]) > whole[1] / 400) look(Math.min(...range), Math.max(...range));
  });
  byId("timeline-critical")?.addEventListener("change", (event) => {
    below.keep((task) => !event.target.checked || report.tasks[task].critical);
  });
  zoomTime(element, look);
}

// The buttons and the keys that choose which part of the time one looks at.
function zoomTime(element, look) {
  const around = (factor) => {
    const middle = (times[0] + times[1]) / 2;
    const half = ((times[1] - times[0]) * factor) / 2;
    look(middle - half, middle + half);
  };
  const move = (part) => look(times[0] + (times[1] - times[0]) * part, times[1] + (times[1] - times[0]) * part);
  const acts = { in: () => around(0.6), out: () => around(1 / 0.6), fit: () => look(...whole) };
  const keys = { "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.fit, ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2) };
  for (const button of document.querySelectorAll("[data-time]")) button.addEventListener("click", () => acts[button.dataset.time]());
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
}

if (byId("timeline-chart")) startTimeline();
