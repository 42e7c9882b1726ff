// What each task used, as a part of what it asked for.
const USE_ROW = 36;
const measured = report.tasks.map((_, task) => task).filter((task) => report.tasks[task].memory.share !== null || report.tasks[task].cpu.share !== null);
const shares = measured.flatMap((task) => [report.tasks[task].memory.share, report.tasks[task].cpu.share]);
const mostShare = clamp(Math.max(1.1, ...shares), 1.1, 3);

function barY(more) {
  return { signal: `(datum.row - first + 0.5) * ${USE_ROW} + datum.offset + ${more}` };
}

const useChart = {
  signals: [{ name: "first", value: 0 }, { name: "labels", value: 200 }, { name: "selected", value: -1 }],
  data: [{ name: "rows", values: [] }, { name: "marks", values: [] }],
  scales: [{ name: "x", type: "linear", domain: [0, mostShare], range: "width", clamp: true }],
  axes: [{ scale: "x", orient: "top", grid: true, format: "%", tickCount: { signal: "width < 300 ? 2 : 6" }, aria: false }],
  marks: [
    rowParts(USE_ROW),
    {
      type: "group",
      encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
      marks: [
        {
          type: "rect", from: { data: "marks" }, aria: false,
          encode: { update: { x: { value: 0 }, x2: { scale: "x", value: 1 }, y: barY(-6), height: { value: 12 }, fill: { value: "var(--line)" }, fillOpacity: { value: 0.55 }, cornerRadius: { value: 2 } } },
        },
        {
          type: "rect", from: { data: "marks" }, aria: false,
          encode: { update: { x: { value: 0 }, x2: { scale: "x", field: "share" }, y: barY(-6), height: { value: 12 }, fill: { field: "colour" }, cornerRadius: { value: 2 }, tooltip: { field: "tip" }, cursor: { value: "pointer" } } },
        },
        {
          type: "rect", from: { data: "marks" }, aria: false,
          encode: { update: { x: { scale: "x", field: "limit" }, width: { signal: "datum.limit > 0 ? 2 : 0" }, y: barY(-8), height: { value: 16 }, fill: { value: "var(--ink)" } } },
        },
        {
          type: "text", from: { data: "marks" }, aria: false,
          encode: { update: { x: { signal: "width + 12" }, y: barY(0), baseline: { value: "middle" }, fontSize: { value: 11 }, text: { field: "text" }, fill: { signal: "datum.share > 1 ? 'var(--failed)' : 'var(--ink)'" } } },
        },
      ],
    },
    { type: "rule", aria: false, encode: { update: { x: { scale: "x", value: 1 }, y: { value: 0 }, y2: { signal: "height" }, stroke: { value: "var(--soft)" }, strokeDash: { value: [3, 3] } } } },
  ],
};

function useMarks(task, row) {
  return [["memory", "memory", -7], ["cpu", "cores", 7]].flatMap(([key, name, offset]) => {
    const { share, limit, text } = report.tasks[task][key];
    if (share === null) return [];
    const over = share > 1;
    const tip = `${name}: ${text}`;
    return [{ row, task, offset, share, limit: limit ?? 0, tip, text: `${over ? "▲ " : ""}${innerWidth < 700 ? text.split(",")[0] : tip}`, colour: over ? "var(--over)" : key === "memory" ? "var(--kind-node)" : "var(--kind-start)" }];
  });
}

if (byId("use-chart")) {
  const rows = [...measured].sort((one, other) => (report.tasks[other].memory.share ?? -1) - (report.tasks[one].memory.share ?? -1) || one - other);
  new RowChart({
    id: "use-chart", spec: useChart, rowHeight: USE_ROW, top: 24, right: (width) => (width < 560 ? 110 : 210), rows, marks: useMarks,
    description: `Use of memory and cores by ${rows.length} tasks; the table of tasks has the same numbers.`,
  });
}
