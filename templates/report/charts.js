// Charts of rows, drawn by Vega. Only the rows in sight are: 2,000 tasks cost no more than thirty.
const COLOURS = ["waiting", "place", "image", "start", "node", "end"];
const RIGHT = 30;
// Vega knows no variables of CSS, but hands colours on as they are: so they follow the theme by themselves.
const FONT = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif";
const CONFIG = {
  axis: { labelFont: FONT, labelColor: "var(--soft)", gridColor: "var(--line)", domain: false, ticks: false, labelFontSize: 11, labelPadding: 6 },
  text: { font: FONT, fill: "var(--ink)", fontSize: 12 },
};

// The page's policy lets no text become a program, so the expressions of a chart are interpreted.
function chart(spec, element, description) {
  const runtime = vega.parse({ ...spec, autosize: "none", description }, CONFIG, { ast: true });
  const made = new vega.View(runtime, { expr: vega.expressionInterpreter, renderer: "svg", logLevel: 1 }).initialize(element);
  made.run();
  const drawing = element.querySelector("svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", description);
  drawing.removeAttribute("aria-roledescription");
  return made;
}

// `kind` says what a chart of rows is: {id, spec, rowHeight, top, description, rows, marks, labelWidth, signals}.
// `rows` are numbers of tasks in their order; `marks(task, row)` is what Vega draws for one of them.
function rowChart(kind) {
  const element = byId(kind.id);
  const spacer = element.appendChild(document.createElement("div"));
  const holder = spacer.appendChild(document.createElement("div"));
  spacer.className = "spacer";
  holder.className = "holder";
  const made = chart(kind.spec, holder, kind.description);
  let rows = kind.rows;

  const draw = onceAFrame(() => {
    const whole = kind.top + rows.length * kind.rowHeight;
    const most = kind.top + Math.ceil(Math.max(200, innerHeight * 0.55) / kind.rowHeight) * kind.rowHeight;
    const height = element.classList.contains("whole") ? whole : Math.min(whole, most);
    element.style.maxHeight = `${height}px`;
    spacer.style.height = `${whole}px`;
    holder.style.height = `${height}px`;
    const width = Math.max(300, spacer.clientWidth);
    const labels = clamp(width * 0.22, 96, 220);
    const right = kind.right?.(width) ?? RIGHT;
    const first = Math.round(element.scrollTop / kind.rowHeight); // whole rows: nothing has to be cut off
    const count = Math.floor((height - kind.top) / kind.rowHeight);
    const shown = rows.slice(first, first + count);
    made.width(width - labels - right).height(height - kind.top).padding({ left: labels, right, top: kind.top, bottom: 0 });
    made.signal("first", first).signal("labels", labels).signal("selected", selected);
    for (const [name, value] of Object.entries(kind.signals?.(width - labels - right) ?? {})) made.signal(name, value);
    made.data("rows", shown.map((task, place) => ({ row: first + place, task, ...label(task) })));
    made.data("marks", shown.flatMap((task, place) => kind.marks(task, first + place)));
    made.run();
  });

  function bringIntoSight(task) {
    const row = rows.indexOf(task);
    if (row < 0) return;
    const top = row * kind.rowHeight;
    const room = element.clientHeight - kind.top - kind.rowHeight;
    if (top < element.scrollTop || top > element.scrollTop + room) element.scrollTop = top - room / 2;
  }

  made.addEventListener("click", (_, item) => item?.datum?.task !== undefined && select(item.datum.task, kind.id));
  element.addEventListener("scroll", draw, { passive: true });
  element.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const row = rows.indexOf(selected);
      const next = rows[row < 0 ? 0 : clamp(row + step, 0, rows.length - 1)];
      select(next, "keys");
      say(words(next));
    } else if (event.key === "Enter" && selected >= 0) open(selected, kind.id);
    else return;
    event.preventDefault();
  });
  onSelect((task, from) => {
    if (task >= 0 && from !== kind.id) bringIntoSight(task);
    draw();
  });
  new ResizeObserver(draw).observe(element);
  addEventListener("beforeprint", () => element.classList.toggle("whole", rows.length <= 80));
  addEventListener("afterprint", () => element.classList.remove("whole"));
  draw();
  return {
    draw,
    keep(wanted) {
      rows = kind.rows.filter(wanted);
      draw();
    },
  };
}

function label(task) {
  const { name, sign, style, critical } = report.tasks[task];
  return { name, sign, colour: report.plan ? "var(--idle)" : `var(--${style})`, critical };
}

// What all charts of rows draw: the stripe of the selected row, signs and names.
function rowParts(rowHeight) {
  const y = { signal: `(datum.row - first) * ${rowHeight}` };
  const middle = { signal: `(datum.row - first + 0.5) * ${rowHeight}` };
  const text = { baseline: { value: "middle" }, cursor: { value: "pointer" } };
  return {
    type: "group",
    encode: { update: { x: { signal: "-labels" }, width: { signal: "width + labels + 400" }, height: { signal: "height" } } },
    marks: [
      {
        type: "rect",
        from: { data: "rows" },
        aria: false,
        encode: {
          update: {
            x: { value: 0 }, width: { signal: "width + labels + 400" }, y, height: { value: rowHeight }, cursor: { value: "pointer" },
            fill: { signal: "datum.task === selected ? 'var(--focus)' : 'transparent'" }, fillOpacity: { value: 0.16 },
          },
        },
      },
      {
        type: "text",
        from: { data: "rows" },
        aria: false,
        encode: { update: { ...text, x: { value: 8 }, align: { value: "center" }, y: middle, text: { field: "sign" }, fill: { field: "colour" }, fontWeight: { value: 700 } } },
      },
      {
        type: "text",
        from: { data: "rows" },
        aria: false,
        encode: { update: { ...text, x: { value: 20 }, y: middle, text: { field: "name" }, limit: { signal: "labels - 30" }, tooltip: { field: "name" }, fontWeight: { signal: "datum.critical ? 650 : 400" } } },
      },
    ],
  };
}
