// The theme, the panel, and the keys and links of the whole page.
const THEMES = ["auto", "light", "dark"];
const themeButton = byId("theme");

function themeNow() {
  return root.style.colorScheme || "auto";
}

function setTheme(theme) {
  root.style.colorScheme = theme === "auto" ? "" : theme;
  themeButton.textContent = `Theme: ${theme}`;
  try {
    localStorage.setItem("argo-kedro-theme", theme);
  } catch { /* see early.js */ }
  drawView(); // the map is the one picture whose colours are fixed when it is drawn
}

themeButton.textContent = `Theme: ${themeNow()}`;
themeButton.addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(themeNow()) + 1) % THEMES.length]));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawView);

byId("panel-close").addEventListener("click", clearSelection);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.classList.contains("panel-open")) clearSelection();
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});
addEventListener("beforeprint", () => document.querySelectorAll(".in-place").forEach((log) => (log.open = true)));
// What failed stands at the end of a log. A log in a closed fold has no height yet.
function toTheEnd(fold) {
  fold.querySelectorAll(".log").forEach((log) => (log.scrollTop = log.scrollHeight));
}
document.querySelectorAll(".in-place").forEach((fold) => {
  toTheEnd(fold);
  fold.addEventListener("toggle", () => toTheEnd(fold));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#details-"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(Number(link.getAttribute("href").slice("#details-".length)), "link");
});

// A page that was opened by a link to a task opens it.
const wanted = /^#details-(\d+)$/.exec(location.hash);
if (wanted) select(Number(wanted[1]), "link");
root.classList.add("ready");
