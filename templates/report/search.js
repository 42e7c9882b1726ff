// Find a task, a node or a dataset by a part of its name: a text field with a list that the arrow keys go through.
const field = byId("search");
const list = byId("found");
const MOST = 12;
const things = [
  ...report.tasks.map(({ name }, task) => ({ name, kind: "task", task })),
  ...report.tasks.flatMap(({ nodes, name: own }, task) => nodes.filter((name) => name !== own).map((name) => ({ name, kind: "node", task }))),
  ...report.datasets.filter(([, ends]) => ends.length).map(([name, ends]) => ({ name, kind: "dataset", task: ends[0] })),
].map((thing) => ({ ...thing, low: thing.name.toLowerCase() }));
let found = [];
let active = -1;

function showFound() {
  const text = field.value.trim().toLowerCase();
  const at = (thing) => thing.low.indexOf(text);
  found = text ? things.filter((thing) => at(thing) >= 0).sort((one, other) => at(one) - at(other) || one.low.length - other.low.length).slice(0, MOST) : [];
  active = found.length ? 0 : -1;
  list.replaceChildren(...found.map((thing, place) => {
    const item = document.createElement("li");
    const kind = document.createElement("span");
    item.id = `found-${place}`;
    item.setAttribute("role", "option");
    item.textContent = thing.name;
    kind.className = "meaning";
    kind.textContent = thing.kind;
    item.append(kind);
    item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    item.addEventListener("click", () => choose(place));
    return item;
  }));
  list.hidden = !found.length;
  field.setAttribute("aria-expanded", String(!list.hidden));
  if (text && !found.length) say("Nothing found.");
  markActive();
}

function markActive() {
  [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
  if (active < 0) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", `found-${active}`);
  list.children[active]?.scrollIntoView({ block: "nearest" });
}

function closeFound() {
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(place) {
  const thing = found[place];
  if (!thing) return;
  closeFound();
  field.value = thing.name;
  byId("graph").scrollIntoView({ block: "start" });
  frame.focus({ preventScroll: true });
  select(thing.task, "search");
  say(`${thing.kind} ${thing.name}: ${words(thing.task)}`);
}

field.addEventListener("input", showFound);
field.addEventListener("blur", closeFound);
field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (list.hidden) showFound();
    else active = clamp(active + (event.key === "ArrowDown" ? 1 : -1), 0, found.length - 1);
    markActive();
  } else if (event.key === "Enter") choose(active);
  else if (event.key === "Escape" && !list.hidden) closeFound();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
