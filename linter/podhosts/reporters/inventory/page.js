"use strict";
const PAGE = 500;
const HEADINGS = ["Name", "Address", "Workload", "Where"];
const rows = JSON.parse(document.getElementById("rows").textContent);
const texts = rows.map((row) => row.slice(0, 6).join(" ").toLowerCase());
const search = document.getElementById("search");
const undecided = document.getElementById("undecided");
const more = document.getElementById("more");
const body = document.querySelector("tbody");
const order = rows.map((_, index) => index);
let limit = PAGE;

function cells([name, ip, address, workload, namespace, place, decided]) {
  const spelling = address !== "" && address !== ip ? `${ip} = ${address}` : ip;
  return [name || "-", decided ? spelling : `${spelling} (not decided)`, namespace ? `${workload} (${namespace})` : workload, place];
}

function line(row) {
  const element = document.createElement("tr");
  if (!row[6]) element.className = "open";
  cells(row).forEach((text, column) => {
    const cell = document.createElement("td");
    cell.dataset.heading = HEADINGS[column];
    const value = document.createElement("span");
    value.textContent = text;
    cell.append(value);
    element.append(cell);
  });
  return element;
}

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = order.filter(
    (index) => !(undecided.checked && rows[index][6]) && words.every((word) => texts[index].includes(word)),
  );
  body.replaceChildren(...found.slice(0, limit).map((index) => line(rows[index])));
  more.hidden = found.length <= limit;
  document.querySelector("output").value = `${found.length} of ${rows.length}`;
}

function sort(button) {
  const heading = button.closest("th");
  const direction = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  document.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", direction);
  const column = Number(button.dataset.column);
  const { compare } = new Intl.Collator("en", { numeric: true });
  const sign = direction === "ascending" ? 1 : -1;
  order.sort((one, other) => sign * compare(rows[one][column], rows[other][column]) || one - other);
  show();
}

function restart() {
  limit = PAGE;
  show();
}

search.addEventListener("input", restart);
undecided.addEventListener("change", restart);
more.addEventListener("click", () => {
  limit += PAGE;
  show();
});
document.querySelectorAll("th button").forEach((button) => button.addEventListener("click", () => sort(button)));
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
show();
