const days = JSON.parse(document.getElementById("days").textContent);
// In order of their dates: the table's order goes weekday by weekday.
const cells = [...document.querySelectorAll(".calendar button")]
  .sort((one, other) => one.dataset.day < other.dataset.day ? -1 : 1);
const byDay = new Map(cells.map(cell => [cell.dataset.day, cell]));
const tip = document.createElement("div");
tip.id = "tip"; tip.hidden = true; document.body.append(tip);

function element(name, text, into) {
  const made = document.createElement(name);
  made.textContent = text;
  if (into) into.append(made);
  return made;
}
function show(day) {
  const chosen = days[day], box = document.createDocumentFragment();
  element("h2", chosen.title, box);
  element("p", chosen.counts, box);
  for (const reason of chosen.reasons) {
    const line = element("p", "", box);
    element("strong", reason.reason + ": ", line);
    line.append(reason.players.join(", "));
  }
  if (chosen.command) {
    const line = element("p", "To fix it: ", box);
    element("code", chosen.command, line);
  }
  document.getElementById("day").replaceChildren(box);
  for (const cell of cells) cell.setAttribute("aria-pressed", cell.dataset.day === day);
}
function point(cell) {
  tip.textContent = cell.getAttribute("aria-label");
  tip.hidden = false;
  const at = cell.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(at.left, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = (at.bottom + 6 + tip.offsetHeight > innerHeight ? at.top - tip.offsetHeight - 6 : at.bottom + 6) + "px";
}
function moved(day, by) {
  const at = new Date(day + "T12:00:00Z");
  for (let step = 0; step < 400; step++) {
    at.setUTCDate(at.getUTCDate() + by);
    const cell = byDay.get(at.toISOString().slice(0, 10));
    if (cell) return cell;
  }
}
const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 };
for (const cell of cells) {
  cell.addEventListener("click", () => show(cell.dataset.day));
  cell.addEventListener("mouseenter", () => point(cell));
  cell.addEventListener("mouseleave", () => { tip.hidden = true; });
  cell.addEventListener("focus", () => point(cell));
  cell.addEventListener("blur", () => { tip.hidden = true; });
  cell.addEventListener("keydown", event => {
    const next = event.key === "Home" ? cells[0] : event.key === "End" ? cells[cells.length - 1]
      : steps[event.key] ? moved(cell.dataset.day, steps[event.key]) : undefined;
    if (!next) return;
    event.preventDefault();
    cell.tabIndex = -1; next.tabIndex = 0; next.focus();
  });
}
if (cells.length) cells[0].tabIndex = 0;
