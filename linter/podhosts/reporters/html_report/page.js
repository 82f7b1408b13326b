"use strict";
const form = document.querySelector("form");
const findings = [...document.querySelectorAll("article")];

function show() {
  const severities = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
  const rule = form.elements.rule.value;
  let shown = 0;
  for (const finding of findings) {
    finding.hidden = !severities.has(finding.dataset.severity) || (rule !== "" && finding.dataset.rule !== rule);
    shown += finding.hidden ? 0 : 1;
  }
  for (const file of document.querySelectorAll("section.file")) {
    file.hidden = file.querySelector("article:not([hidden])") === null;
  }
  form.querySelector("output").value = `${shown} of ${findings.length} shown`;
}

form.hidden = false;
form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
