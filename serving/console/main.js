// The search, the address and the keys; what a customer looks like is in view.js.

import * as api from "./api.js";
import { byId, el } from "./dom.js";
import * as view from "./view.js";

const NAMES = "#customer=";
const seen = [];
const SEEN = 8;
let asking = new AbortController();
let marked = -1;

const main = byId("main");
const who = byId("who");
const list = byId("seen");
const dialog = byId("ask");

const say = (text) => (byId("status").textContent = text);

function wanted() {
  if (!location.hash.startsWith(NAMES)) return "";
  const given = location.hash.slice(NAMES.length);
  try {
    return decodeURIComponent(given).trim();
  } catch {
    return given;
  }
}

function address(id) {
  return NAMES + encodeURIComponent(id);
}

function go(id) {
  closeList();
  if (address(id) === location.hash) show();
  else location.hash = address(id);
}

async function show() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const id = wanted();
  who.value = id;
  byId("foot").replaceChildren();
  if (!id) {
    document.title = "Customers · regulars";
    main.replaceChildren(byId("start").content.cloneNode(true));
    return;
  }
  document.title = `${id} · regulars`;
  main.setAttribute("aria-busy", "true");
  main.classList.add("busy");
  say(`Looking up ${id}`);
  try {
    const found = await api.profile(id, signal);
    remember(id);
    main.replaceChildren(view.profile(found));
    byId("foot").replaceChildren(...view.foot(found));
    say(view.summary(found));
    fill(id, found, signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof api.Refused)) throw error;
    main.replaceChildren(view.problem(id, error, { again: show, askKey }));
    say(main.querySelector("h1").textContent);
    if (error.status === 401) askKey(api.key.get() ? "The service does not know this key." : error.message);
  } finally {
    if (!signal.aborted) {
      main.removeAttribute("aria-busy");
      main.classList.remove("busy");
    }
  }
}

/** Fill the parts that come from other routes; a part that has no route, or nothing to say, stays away. */
function fill(id, found, signal) {
  for (const [part, question] of [
    ["next_basket", api.recommend(id, "next_basket", signal)],
    ["buy_again", api.recommend(id, "buy_again", signal)],
  ]) {
    question
      .then((answer) => view.offers(byId(part), answer.items))
      .catch((error) => error.name !== "AbortError" && view.without(byId(part), error));
  }
  api
    .due(id, signal)
    .then((answer) => view.due(byId("due"), answer.due.filter((row) => row.customer_id === id), found.as_of))
    .catch(() => {});
}

function remember(id) {
  const at = seen.indexOf(id);
  if (at >= 0) seen.splice(at, 1);
  seen.unshift(id);
  seen.length = Math.min(seen.length, SEEN);
}

function options() {
  const typed = who.value.trim().toLowerCase();
  const others = seen.filter((id) => id !== wanted());
  return who.value === wanted() ? others : others.filter((id) => id.toLowerCase().includes(typed));
}

function openList(step) {
  const ids = options();
  if (!ids.length) return closeList();
  marked = (marked + step + ids.length + (marked < 0 && step < 0 ? 1 : 0)) % ids.length;
  list.replaceChildren(...ids.map((id, place) => option(id, place)));
  list.hidden = false;
  who.setAttribute("aria-expanded", "true");
  who.setAttribute("aria-activedescendant", `seen-${marked}`);
}

function option(id, place) {
  const row = el("li", { role: "option", id: `seen-${place}`, "aria-selected": String(place === marked) }, id);
  row.addEventListener("mousedown", (event) => {
    event.preventDefault();
    go(id);
  });
  return row;
}

function closeList() {
  marked = -1;
  list.hidden = true;
  who.setAttribute("aria-expanded", "false");
  who.removeAttribute("aria-activedescendant");
}

function askKey(why = "The service may want to know who asks.") {
  if (dialog.open) return;
  byId("ask-why").textContent = why;
  byId("ask-wrong").textContent = "";
  byId("secret").value = "";
  dialog.showModal();
}

function useKey(event) {
  event.preventDefault();
  const typed = byId("secret").value.trim();
  if (!api.key.fits(typed)) {
    byId("ask-wrong").textContent = "A key has letters, digits and signs of the English keyboard only.";
    return;
  }
  api.key.set(typed);
  byId("secret").value = "";
  dialog.close();
  show();
}

function onKey(event) {
  const typing = event.target.matches("input, textarea, select") || dialog.open;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    who.focus();
    who.select();
  }
}

function onSearchKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    openList(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") closeList();
  else if (event.key === "Enter" && marked >= 0) {
    event.preventDefault();
    go(options()[marked]);
  }
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = who.value.trim();
  if (id) go(id);
  else who.focus();
});
who.addEventListener("keydown", onSearchKey);
who.addEventListener("input", closeList);
who.addEventListener("blur", closeList);
byId("key").addEventListener("click", () => askKey());
dialog.querySelector("form").addEventListener("submit", useKey);
byId("ask-not").addEventListener("click", () => dialog.close());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address names the customer
  main.focus();
});
document.addEventListener("keydown", onKey);
window.addEventListener("hashchange", show);
show();
