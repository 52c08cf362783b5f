"use strict";
for (const form of document.querySelectorAll("form[data-filters]")) {
  const list = document.getElementById("list-" + form.dataset.filters);
  const items = Array.from(list.querySelectorAll("[data-item]"));
  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };
  const has = (words, word) => (" " + words + " ").includes(" " + word + " ");
  const apply = () => {
    const chosen = new FormData(form);
    const verdicts = chosen.getAll("verdict").filter(Boolean);
    const area = chosen.get("area") || "";
    const wanted = (chosen.get("requirement") || "").trim().toLowerCase();
    const surface = chosen.get("interface") || "";
    const text = (chosen.get("text") || "").trim().toLowerCase();
    let shown = 0;
    for (const item of items) {
      const data = item.dataset;
      const show = (!verdicts.length || verdicts.includes(data.verdict))
        && (!area || data.area === area)
        && (!surface || !data.interface || has(data.interface, surface))
        && (!wanted || (" " + data.requirement.toLowerCase()).includes(" " + wanted))
        && (!text || textOf(item).includes(text));
      item.hidden = !show;
      shown += show ? 1 : 0;
    }
    if (shown < items.length) for (const folded of list.querySelectorAll(":scope > details.plain")) folded.open = true;
    form.querySelector("output").textContent = shown + " of " + items.length + " shown";
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  for (const button of form.querySelectorAll("button[data-open]")) {
    button.addEventListener("click", () => {
      const open = button.dataset.open === "true";
      for (const item of items) if (!open || !item.hidden) item.open = open;
    });
  }
  apply();
}
const reveal = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id) return;
  const rows = `#list-scenarios > [id^="${CSS.escape(id)}-"]`;
  const target = document.getElementById(id) || document.querySelector(rows);
  if (!target) return;
  target.hidden = false;
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();
