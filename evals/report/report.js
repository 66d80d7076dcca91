"use strict";
// Search, filters, order and keys for the list of questions; the page can be read without them.
const form = document.getElementById("filters");
const list = document.getElementById("list");
const questions = [...list.children];
const texts = new Map();
const fields = [...form.querySelectorAll("select:not([name=order])")].map((field) => field.name);

function text(question) {
  if (!texts.has(question)) texts.set(question, question.textContent.toLowerCase());
  return texts.get(question);
}

function isWanted(question) {
  const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return fields.every((name) => ["", question.dataset[name]].includes(form.elements[name].value))
    && words.every((word) => text(question).includes(word));
}

function shown() {
  return questions.filter((question) => !question.hidden);
}

function sort() {
  const [, down, key] = form.elements.order.value.match(/^(-?)(.*)$/);
  const value = (question) => Number(question.dataset[key]) * (down ? -1 : 1);
  questions.sort((one, other) => value(one) - value(other));
  list.append(...questions);
}

function filter() {
  for (const question of questions) question.hidden = !isWanted(question);
  form.querySelector("output").value = `${shown().length} of ${questions.length} questions.`;
}

function step(by) {
  const visible = shown();
  const here = visible.findIndex((question) => question.contains(document.activeElement));
  const next = here < 0 ? visible[0] : visible[Math.min(Math.max(here + by, 0), visible.length - 1)];
  next?.querySelector("summary").focus();
}

function open() {
  const target = /^#q\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (target) target.open = true;
}

for (const link of document.querySelectorAll("a[data-only]")) {
  link.addEventListener("click", () => {
    form.reset();
    form.elements.outcome.value = link.dataset.only;
    sort();
    filter();
  });
}
form.addEventListener("input", (event) => {
  if (event.target.name === "order") sort();
  filter();
});
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = { "/": () => form.elements.search.focus(), j: () => step(1), k: () => step(-1) }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
addEventListener("hashchange", open);
form.hidden = false;
sort();
filter();
open();
