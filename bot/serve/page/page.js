"use strict";
// The page to ask on. Whatever comes from an article goes in as text, never as markup.
const $ = (id) => document.getElementById(id);
const STATUS = {
  answered: "Answered from the articles",
  partial: "The articles answer a part of it",
  abstained: "The articles do not hold the answer",
  clarify: "Which is meant?",
  reply: "",
};
const TURNS = 40;
let history = [];
let asking = null;
let opener = null;
let listed = { offset: 0, query: "" };

/** An element with attributes, and children that are elements or text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") element.addEventListener("click", value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function day(written) {
  const date = new Date(`${written}T00:00:00Z`);
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(date);
}

const facts = (item) => [item.published ? day(item.published) : "undated", item.place, item.author];
const line = (parts) => parts.filter(Boolean).join(" · ");
const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };

/** Fetch, with the token; a server that needs another one is asked again with it. */
async function request(path, options = {}) {
  const headers = { ...options.headers };
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) {
    await newToken();
    return request(path, options);
  }
  if (!response.ok) throw new Error(await trouble(response));
  return response;
}

async function trouble(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return `the server says ${response.status}`;
  }
}

function newToken() {
  const dialog = $("key");
  return new Promise((done, gone) => {
    dialog.addEventListener("close", () => {
      const given = dialog.querySelector("input").value.trim();
      dialog.querySelector("input").value = "";
      if (!given) return gone(new Error("this server needs a token"));
      sessionStorage.setItem("token", given);
      return done();
    }, { once: true });
    if (!dialog.open) dialog.showModal();
  });
}

/** The events of a stream, as [name, data]. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (held + value).split("\n\n");
    held = parts.pop();
    for (const part of parts) {
      const found = /^event: (\w+)\ndata: (.*)$/s.exec(part);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}

/** Ask, and show what comes in an exchange of its own. */
async function ask(question) {
  if (asking) return;
  asking = new AbortController();
  busy(true);
  const body = make("div", { class: "body" });
  const exchange = make("section", { class: "exchange" }, make("h2", { dir: "auto" }, question), body);
  exchange.setAttribute("aria-label", `Question: ${question}`);
  $("hello").hidden = true;
  $("log").append(exchange);
  waiting(body, "Searching the articles");
  exchange.scrollIntoView({ block: "start" });
  try {
    await heard(question, body);
  } catch (problem) {
    failed(body, question, problem);
  } finally {
    asking = null;
    busy(false);
  }
}

async function heard(question, body) {
  const response = await request("ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question, history: history.slice(-TURNS) }),
    signal: asking.signal,
  });
  let draft = "";
  for await (const [name, data] of events(response)) {
    if (name === "progress") waiting(body, indexing(data));
    if (name === "draft") drafted(body, (draft += data.text));
    if (name === "problem") throw new Error(data.detail);
    if (name === "answer") return answered(body, question, data);
  }
  throw new Error("the connection broke off before the answer");
}

function indexing(so) {
  if (so.wanted) return `Indexing: ${so.articles.toLocaleString()} of ${so.wanted.toLocaleString()} articles`;
  return `Reading: ${so.files.toLocaleString()} of ${so.total.toLocaleString()} files`;
}

function waiting(body, text) {
  body.replaceChildren(make("p", { class: "quiet wait" }, text));
  say(text.split(":")[0]);
}

function drafted(body, text) {
  if (!body.querySelector(".draft")) {
    const head = make("p", { class: "quiet wait" }, "Draft, not checked yet");
    body.replaceChildren(head, make("p", { class: "said draft", dir: "auto" }));
    say("A draft is being written, and will be checked.");
  }
  body.querySelector(".draft").textContent = text;
}

function failed(body, question, problem) {
  const stopped = problem.name === "AbortError";
  const again = make("button", { type: "button", on: () => { body.closest(".exchange").remove(); ask(question); } }, "Ask again");
  const reason = problem instanceof TypeError ? "the server cannot be reached" : problem.message;
  const text = stopped ? "Stopped." : `No answer: ${reason.replace(/\.$/, "")}.`;
  body.replaceChildren(make("p", { class: "badge problem" }, text), make("p", {}, again));
  body.closest(".exchange").scrollIntoView({ block: "start" });
  say(text);
}

function answered(body, question, answer) {
  body.replaceChildren(...answerParts(question, answer).filter(Boolean));
  if (answer.status !== "reply") {
    history.push({ role: "user", content: question }, { role: "assistant", content: answer.answer });
  }
  say(`${STATUS[answer.status]}. ${answer.answer}`);
  body.closest(".exchange").scrollIntoView({ block: "start" });
}

function answerParts(question, answer) {
  const status = STATUS[answer.status];
  const sure = ["clarify", "reply"].includes(answer.status) ? "" : ` · confidence ${answer.confidence.toFixed(2)}`;
  const searched = answer.query !== question && answer.status !== "reply";
  return [
    status && make("p", { class: `badge ${answer.status}` }, status),
    said(answer),
    options(answer),
    ...(answer.notes || []).map((note) => make("p", { class: "quiet" }, note)),
    ...(answer.conflicts || []).map((conflict) => differences(conflict, answer.citations)),
    sources(answer.citations),
    leftOut(answer.left_out || []),
    passages(answer.passages),
    make("p", { class: "quiet" }, line([searched ? `Searched for: ${answer.query}` : "", `${answer.seconds.toFixed(1)} s${sure}`])),
  ];
}

/** The answer, whose numbers open the quotes behind them. */
function said(answer) {
  const text = make("p", { class: "said", dir: "auto" });
  const known = new Map(answer.citations.map((citation) => [citation.n, citation]));
  for (const part of answer.answer.split(/(\[\d+\])/)) {
    const citation = known.get(Number(/^\[(\d+)\]$/.exec(part)?.[1]));
    text.append(citation ? number(citation) : part);
  }
  return text;
}

function number(citation) {
  const name = `Source ${citation.n}: ${citation.title}, ${citation.published ? day(citation.published) : "undated"}`;
  const attributes = { type: "button", class: "cite", "aria-label": name, "aria-expanded": "false", title: citation.title };
  return make("button", { ...attributes, on: (event) => show(event.currentTarget, citation) }, `[${citation.n}]`);
}

function options(answer) {
  if (!answer.options) return null;
  const choices = answer.options.map((option) =>
    make("li", {}, make("button", { type: "button", dir: "auto", on: () => ask(option.title) }, option.title)));
  return make("ul", { class: "options" }, ...choices);
}

function differences(conflict, citations) {
  const known = new Map(citations.map((citation) => [citation.n, citation]));
  const rows = conflict.statements.map(({ n, says }) => {
    const citation = known.get(n);
    const newest = n === conflict.newest ? ", the newest" : "";
    const when = citation.published ? day(citation.published) : "undated";
    return make("tr", {}, make("th", { scope: "row", dir: "auto" }, says), make("td", { class: "day" }, when + newest),
      make("td", { dir: "auto" }, citation.title, " ", number(citation)));
  });
  const head = make("tr", {}, ...["They say", "Published", "Article"].map((name) => make("th", { scope: "col" }, name)));
  return make("section", {}, make("h3", {}, "The articles differ"),
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function sources(citations) {
  if (!citations.length) return null;
  const items = citations.map((citation) => make("li", {},
    make("b", {}, `[${citation.n}]`),
    make("div", {}, openButton(citation), " ",
      make("span", { class: "quiet" }, line(facts(citation))), " ", original(citation),
      make("blockquote", { dir: "auto" }, `“${citation.quote.replace(/\s+/g, " ")}”`))));
  return make("section", {}, make("h3", {}, "Sources"), make("ol", { class: "sources" }, ...items));
}

function openButton(item) {
  return make("button", { type: "button", class: "open", dir: "auto", on: (event) => show(event.currentTarget, item) }, item.title || item.source);
}

function original(item) {
  if (!/^https?:\/\//.test(item.url || "")) return null;
  return make("a", { href: item.url, target: "_blank", rel: "noopener noreferrer" }, "original");
}

function leftOut(sentences) {
  if (!sentences.length) return null;
  const items = sentences.map((left) => make("li", {}, make("span", { dir: "auto" }, `“${left.text}” `), make("span", { class: "quiet" }, left.reason)));
  return make("details", {}, make("summary", {}, `Left out (${sentences.length}): what the articles do not support`), make("ul", {}, ...items));
}

function passages(found) {
  if (!found.length) return null;
  const items = found.map((passage) => make("li", {},
    make("button", { type: "button", class: "open", on: (event) => show(event.currentTarget, { source: passage.source, quote: passage.text }) }, passage.source),
    make("span", { dir: "auto" }, ` ${passage.text}`)));
  return make("details", {}, make("summary", {}, `Passages read (${found.length})`), make("ol", {}, ...items));
}

/** Open an article beside the answer, with a quote marked. */
async function show(button, item, from = {}) {
  remember(button);
  const wanted = { source: item.source, ...from };
  if (item.end) Object.assign(wanted, { start: item.start, end: item.end });
  else if (item.quote) wanted.quote = item.quote;
  try {
    const article = await (await request(`show?${new URLSearchParams(wanted)}`)).json();
    laidOut(article, item);
  } catch (problem) {
    say(`The article cannot be shown: ${problem.message}`);
    laidOut({ title: "The article cannot be shown", text: "", offset: 0, characters: 0, start: null, source: problem.message }, item);
  }
}

function remember(button) {
  document.querySelectorAll('.cite[aria-expanded="true"]').forEach((cite) => cite.setAttribute("aria-expanded", "false"));
  if (button.closest("#talk")) opener = button;
  if (button.matches(".cite")) button.setAttribute("aria-expanded", "true");
  $("back").hidden = !button.closest("#articles");
}

function laidOut(article, item) {
  pane("article");
  $("title").textContent = article.title || article.source;
  $("facts").replaceChildren(line([...facts(article), article.source]), " ", original(article) || "");
  const { text, offset, start, end } = article;
  const first = start === null ? 0 : Math.max(0, start - offset);
  const last = start === null ? 0 : Math.max(0, end - offset);
  const marked = last > first ? make("mark", { tabindex: "-1" }, text.slice(first, last)) : null;
  const [before, after] = [part(article, item, -1), part(article, item, 1)];
  $("text").replaceChildren(...[before, text.slice(0, first), marked, text.slice(last), after].filter(Boolean));
  $("reader").scrollTop = 0;
  if (marked) marked.scrollIntoView({ block: "center" });
  (marked || $("title")).focus({ preventScroll: Boolean(marked) });
}

/** A button for the part of a long article before or after what is shown. */
function part(article, item, way) {
  const { offset, text, characters } = article;
  const next = way < 0 ? Math.max(0, offset - 20000) : offset + text.length;
  if (way < 0 ? offset === 0 : next >= characters) return null;
  const name = way < 0 ? "Earlier part" : "Later part";
  return make("p", {}, make("button", { type: "button", on: (event) => show(event.currentTarget, item, { offset: next }) }, name));
}

function pane(name) {
  $("reader").hidden = false;
  $("panes").classList.add("two");
  for (const id of ["article", "articles"]) $(id).hidden = id !== name;
}

function close() {
  $("reader").hidden = true;
  $("panes").classList.remove("two");
  document.querySelectorAll('.cite[aria-expanded="true"]').forEach((cite) => cite.setAttribute("aria-expanded", "false"));
  (opener?.isConnected ? opener : $("question")).focus();
}

async function list(more) {
  const form = new FormData($("filter"));
  const wanted = Object.fromEntries([...form].filter(([, value]) => value));
  if (!more) $("rows").replaceChildren();
  try {
    const offset = more ? listed.offset : 0;
    const found = await (await request(`sources?${new URLSearchParams({ ...wanted, offset })}`)).json();
    listed.offset = offset + found.sources.length;
    $("rows").append(...found.sources.map(row));
    $("count").textContent = `${found.matched.toLocaleString()} of ${found.articles.toLocaleString()} articles` +
      (found.matched ? ", the newest first" : "; try other words or days");
    $("more").hidden = listed.offset >= found.matched;
  } catch (problem) {
    $("count").textContent = `The articles cannot be listed: ${problem.message}`;
  }
}

function row(item) {
  const place = /^https?:\/\//.test(item.source) ? new URL(item.source).hostname : item.source;
  const about = [item.published ? day(item.published) : "undated", item.state === "current" ? "" : item.state, place];
  return make("li", {}, openButton(item), make("br"), make("span", { class: "quiet" }, line(about)));
}

function busy(is) {
  $("send").hidden = is;
  $("stop").hidden = !is;
  if (is) $("question").value = "";
  else if (!document.activeElement || document.activeElement === document.body) $("question").focus();
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = $("question").value.trim();
  if (question) ask(question);
});
$("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask").requestSubmit();
  }
});
$("stop").addEventListener("click", () => { asking?.abort(); $("question").focus(); });
$("fresh").addEventListener("click", () => {
  asking?.abort();
  history = [];
  $("log").replaceChildren();
  $("hello").hidden = false;
  if (!$("reader").hidden) close();
  say("A new conversation.");
  $("question").focus();
});
$("list").addEventListener("click", () => { opener = $("list"); pane("articles"); $("back").hidden = true; $("listed").focus(); list(false); });
$("back").addEventListener("click", () => { pane("articles"); $("back").hidden = true; $("listed").focus(); });
$("filter").addEventListener("submit", (event) => { event.preventDefault(); list(false); });
$("more").addEventListener("click", () => list(true));
$("close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("reader").hidden && !$("key").open) close();
});
$("question").focus();
