// The table of tasks: sorted by a column, filtered by phase and text.
const table = byId("task-table");
const body = table.tBodies[0];
const lines = [...body.rows];
const lineOf = new Map(lines.map((line) => [Number(line.dataset.task), line]));
const texts = new Map(lines.map((line) => {
  const { name, nodes } = report.tasks[Number(line.dataset.task)];
  return [line, [name, ...nodes, line.lastElementChild.textContent].join("\n").toLowerCase()];
}));

function sortBy(head) {
  const column = head.cellIndex;
  const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const value = (line) => line.cells[column].dataset.sort;
  const numbers = lines.every((line) => value(line) === "" || Number.isFinite(Number(value(line))));
  lines.sort((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === "" || right === "") return (left === "") - (right === ""); // what is not known comes last, both ways
    return way * (numbers ? left - right : left.localeCompare(right, "en", { numeric: true }));
  });
  body.append(...lines);
  for (const cell of table.tHead.rows[0].cells) cell.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
}

for (const place of table.querySelectorAll(".sorts")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = place.textContent;
  button.addEventListener("click", () => sortBy(place.closest("th")));
  place.replaceChildren(button);
}

const filter = onceAFrame(() => {
  const text = byId("filter-text").value.trim().toLowerCase();
  const phase = byId("filter-phase").value;
  let count = 0;
  for (const line of lines) {
    const shown = (!phase || line.dataset.phase === phase) && texts.get(line).includes(text);
    line.hidden = !shown;
    count += shown;
  }
  byId("filter-count").textContent = count === lines.length ? `${count} tasks` : `${count} of ${lines.length} tasks`;
});
byId("filter").addEventListener("input", filter);
byId("filter").addEventListener("submit", (event) => event.preventDefault());

body.addEventListener("click", (event) => {
  if (event.target.closest("a") || String(getSelection())) return; // links open; text can be marked
  const line = event.target.closest("tr");
  if (line) select(Number(line.dataset.task), "table");
});

onSelect((task, from) => {
  body.querySelector(".selected")?.classList.remove("selected");
  body.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const line = lineOf.get(task);
  if (!line) return;
  line.classList.add("selected");
  line.setAttribute("aria-current", "true");
  if (from === "table") return;
  const box = table.parentNode; // it scrolls, the page does not
  if (line.offsetTop < box.scrollTop || line.offsetTop > box.scrollTop + box.clientHeight - 60) box.scrollTop = line.offsetTop - box.clientHeight / 2;
});
