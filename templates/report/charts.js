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

// `kind` says what a chart of rows is: {id, spec, rowHeight, top, description, rows, marks, right, signals}.
// `rows` are numbers of tasks in their order; `marks(task, row)` is what Vega draws for one of them.
class RowChart {
  constructor(kind) {
    this.kind = kind;
    this.rows = kind.rows;
    this.element = byId(kind.id);
    this.spacer = this.element.appendChild(document.createElement("div"));
    this.holder = this.spacer.appendChild(document.createElement("div"));
    this.holder.className = "holder";
    this.vega = chart(kind.spec, this.holder, kind.description);
    this.draw = onceAFrame(() => this.drawNow());
    this.listen();
    this.draw();
  }

  // How high all rows are, and how high the part of them is that one sees.
  heights() {
    const { top, rowHeight } = this.kind;
    const all = top + this.rows.length * rowHeight;
    const most = top + Math.ceil(Math.max(200, innerHeight * 0.55) / rowHeight) * rowHeight;
    return [all, this.element.classList.contains("whole") ? all : Math.min(all, most)];
  }

  drawNow() {
    const { kind, element, vega: made } = this;
    const [all, height] = this.heights();
    element.style.maxHeight = `${height}px`;
    this.spacer.style.height = `${all}px`;
    this.holder.style.height = `${height}px`;
    const [labels, right, width] = columns(this.spacer.clientWidth, kind.right);
    const first = Math.round(element.scrollTop / kind.rowHeight); // whole rows: nothing has to be cut off
    const shown = this.rows.slice(first, first + Math.floor((height - kind.top) / kind.rowHeight));
    made.width(width).height(height - kind.top).padding({ left: labels, right, top: kind.top, bottom: 0 });
    made.signal("first", first).signal("labels", labels).signal("selected", selected);
    for (const [name, value] of Object.entries(kind.signals?.(width) ?? {})) made.signal(name, value);
    made.data("rows", shown.map((task, place) => ({ row: first + place, task, ...label(task) })));
    made.data("marks", shown.flatMap((task, place) => kind.marks(task, first + place)));
    made.run();
  }

  keep(wanted) {
    this.rows = this.kind.rows.filter(wanted);
    this.draw();
  }

  bringIntoSight(task) {
    const row = this.rows.indexOf(task);
    if (row < 0) return;
    const top = row * this.kind.rowHeight;
    const room = this.element.clientHeight - this.kind.top - this.kind.rowHeight;
    if (top < this.element.scrollTop || top > this.element.scrollTop + room) this.element.scrollTop = top - room / 2;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (step && this.rows.length) {
      const row = this.rows.indexOf(selected);
      const next = this.rows[row < 0 ? 0 : clamp(row + step, 0, this.rows.length - 1)];
      select(next, "keys");
      say(words(next));
    } else if (event.key === "Enter" && selected >= 0) open(selected, this.kind.id);
    else return;
    event.preventDefault();
  }

  listen() {
    const { id } = this.kind;
    this.vega.addEventListener("click", (_, item) => item?.datum?.task !== undefined && select(item.datum.task, id));
    this.element.addEventListener("scroll", this.draw, { passive: true });
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(this.draw).observe(this.element);
    onSelect((task, from) => {
      if (task >= 0 && from !== id) this.bringIntoSight(task);
      this.draw();
    });
    // Paper has all rows, unless they would fill a book.
    addEventListener("beforeprint", () => {
      this.element.classList.toggle("whole", this.rows.length <= 80);
      this.drawNow();
    });
    addEventListener("afterprint", () => {
      this.element.classList.remove("whole");
      this.draw();
    });
  }
}

// The widths of the names, of what stands at the right, and of the chart between them.
function columns(width, right) {
  const labels = clamp(width * 0.22, 96, 220);
  const end = right?.(width) ?? RIGHT;
  return [labels, end, Math.max(120, width - labels - end)];
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
