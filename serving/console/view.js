// A customer as a support agent wants to see them. Values from the service become text only.

import { curve, span, timeline } from "./charts.js";
import { count, date, dayNumber, el, money, named, percent } from "./dom.js";

const SOURCES = {
  history: "bought before",
  similar_customers: "customers alike",
  co_purchase: "goes with",
  content: "alike",
  popular: "popular",
};
/** Warnings that the page says in other words already. */
const SAID = ["BEYOND_HORIZON", "NO_MODEL"];

const card = (title, attributes, ...children) =>
  el("section", { ...attributes, class: `card ${attributes.class || ""}` }, el("h2", {}, title), ...children);
const tile = (label, value, ...below) =>
  el("div", { class: "tile" }, el("dt", {}, label), el("dd", {}, el("span", { class: "figure" }, value), ...below));
const item = (row) => el("span", { class: "name" }, named(row), row.name ? el("span", { class: "id" }, ` ${row.item_id}`) : null);
const small = (text) => el("span", { class: "small" }, text);

const lastDay = (found) => dayNumber(found.as_of) + found.churn.horizon_days - 1;

/** One customer, whole; offers and due items are filled in later. */
export function profile(found) {
  return el(
    "article",
    { class: "customer" },
    head(found),
    warnings(found),
    tiles(found),
    card("Purchases", { class: "wide" }, timeline(found)),
    card("When will they be back?", {}, curve(found), within(found)),
    el(
      "div",
      { class: "stack" },
      card("Reasons behind the risk", {}, ...reasons(found)),
      card("About to run out", { id: "due", hidden: true }),
    ),
    card("For the next basket", { id: "next_basket" }, waiting()),
    card("Buy again", { id: "buy_again" }, waiting()),
    card("Last orders", {}, ...orders(found)),
    card("Favourites", {}, favourites(found), returns(found)),
  );
}

/** What was found, in a sentence. */
export function summary(found) {
  return `${found.customer_id}: ${percent(found.churn.probability)} stay away; expected back ${expected(found)}.`;
}

function head(found) {
  const { evidence, cadence } = found;
  const gap = cadence.usual_gap_days;
  const usual = gap === null ? "" : `; usually every ${count(Math.max(1, Math.round(gap)), "day")}`;
  return el(
    "div",
    { class: "head" },
    el("h1", {}, el("span", { class: "what" }, "Customer "), found.customer_id, " ", cadence.overdue ? el("span", { class: "badge" }, "Overdue") : null),
    person(found),
    el("p", { class: "lead" }, `Last order ${date(cadence.last_order)}, ${count(cadence.recency_days, "day")} ago${usual}.`),
    el(
      "p",
      { class: "small" },
      `Customer since ${date(evidence.first_order)}, ${count(evidence.n_orders, "order")}, ${money(found.spent, found.currency)} in all.`,
    ),
  );
}

const HASH = /^[0-9a-f]{32,}$/i;

/** Who it is, as far as the key allows; a keyed hash tells a person nothing. */
function person(found) {
  if (!found.person) return null;
  const { name, email, phone, masked } = found.person;
  const known = [name, email, phone].filter((each) => each && !HASH.test(each));
  if (!known.length) return null;
  return el("p", { class: "small" }, `${known.join(" · ")}${masked ? " (masked; a key with the scope pii shows it)" : ""}`);
}

function warnings(found) {
  const told = found.warnings.filter((warning) => !SAID.includes(warning.code));
  const rows = told.map((warning) => el("li", {}, `${warning.text[0].toUpperCase()}${warning.text.slice(1)}.`));
  return rows.length ? el("ul", { class: "note", "aria-label": "Good to know" }, rows) : null;
}

function expected(found) {
  const day = found.next_purchase.expected_date;
  return day ? date(day) : `after ${date(lastDay(found))}`;
}

function tiles(found) {
  const { churn, next_purchase: next, spend } = found;
  const risk = el("progress", { max: 1, value: churn.probability, "aria-hidden": "true" });
  return el(
    "dl",
    { class: "tiles" },
    tile("Risk of staying away", percent(churn.probability), risk, small(`${churn.definition.replace("as_of", date(found.as_of))}`)),
    tile("Expected back", expected(found), small(`80% interval: ${span(next.interval_80, lastDay(found))}`)),
    spend === null
      ? null
      : tile(
          "Will spend",
          money(spend.expected, spend.currency),
          small(`in ${count(spend.horizon_days, "day")}; 80% interval: ${spend.interval_80.map((each) => money(each, spend.currency)).join(" to ")}`),
        ),
  );
}

function within(found) {
  const known = Object.entries(found.next_purchase.probability_within_days).filter(([, share]) => share !== null);
  const cells = known.map(([days, share]) => el("div", {}, el("dt", {}, count(Number(days), "day")), el("dd", {}, percent(share))));
  return el("div", { class: "within" }, el("p", { class: "small" }, "Back within"), el("dl", {}, cells));
}

function reasons(found) {
  const told = found.churn.reasons;
  if (!told.length) return [el("p", {}, "Nothing about them stands out.")];
  const most = Math.max(...told.map((reason) => Math.abs(reason.effect)), 1e-9);
  const rows = told.map((reason) => {
    const risky = reason.effect > 0;
    return el(
      "li",
      { class: risky ? "risky" : "safe" },
      el("span", { class: "way" }, risky ? "▲ riskier" : "▼ safer"),
      el("span", {}, reason.text),
      el("progress", { max: most, value: Math.abs(reason.effect), "aria-hidden": "true" }),
    );
  });
  const how = "How the model comes to its answer, the strongest first; the bars compare how much each weighs.";
  return [el("ol", { class: "reasons" }, rows), el("p", { class: "small" }, how), source(found.evidence)];
}

function source(evidence) {
  const words = { baseline: "A rule had a part in this answer.", prior: "This is what the average customer does." };
  return words[evidence.source] ? el("p", { class: "small" }, words[evidence.source]) : null;
}

const waiting = () => el("p", { class: "small" }, "One moment …");

function heading(section) {
  section.replaceChildren(section.querySelector("h2"));
  section.hidden = false;
}

/** Fill the section of a list of offers. */
export function offers(section, items) {
  heading(section);
  if (!items.length) return section.append(el("p", { class: "small" }, "Nothing to offer."));
  const rows = items.map((row) =>
    el(
      "li",
      {},
      item(row),
      el("span", { class: "chip" }, SOURCES[row.source] || row.source),
      el("span", { class: "small" }, row.reasons.join("; ")),
    ),
  );
  return section.append(el("ol", { class: "offers" }, rows));
}

/** Fill the section of what is about to run out; it stays away where there is nothing. */
export function due(section, rows) {
  if (!rows.length) return;
  heading(section);
  const lines = rows.map((row) =>
    el(
      "li",
      {},
      item(row),
      el("span", { class: "chip" }, `due ${date(row.due_date)}`),
      el("span", { class: "small" }, `last bought ${date(row.last_bought)}, about every ${count(Math.round(row.typical_days), "day")}; ${percent(row.probability)}`),
    ),
  );
  section.append(el("ul", { class: "offers" }, lines));
}

/** What is left of a section whose route has no answer. */
export function without(section, error) {
  if (error.status === 404 || error.code === "MODEL_NOT_READY") return section.remove();
  heading(section);
  return section.append(el("p", { class: "small" }, error.message));
}

function orders(found) {
  return found.last_orders.map((order, place) => {
    const rows = order.lines.map((bought) =>
      el("tr", {}, el("td", {}, named(bought)), el("td", {}, String(bought.quantity)), el("td", {}, money(bought.amount, found.currency))),
    );
    const more = order.n_lines - order.lines.length;
    return el(
      "details",
      { open: place === 0 },
      el(
        "summary",
        {},
        el("span", {}, date(order.purchased_at)),
        el("span", { class: "small" }, count(order.n_lines, "line")),
        el("span", { class: "sum" }, money(order.amount, found.currency)),
      ),
      el("table", {}, headings("Item", "Quantity", "Amount"), el("tbody", {}, rows)),
      more ? el("p", { class: "small" }, `and ${count(more, "line")} more`) : null,
      el("p", { class: "small" }, `Order ${order.order_id}`),
    );
  });
}

const headings = (...names) => el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name))));

function favourites(found) {
  const rows = found.favourites.map((row) =>
    el("tr", {}, el("td", {}, named(row)), el("td", {}, String(row.n_orders)), el("td", {}, date(row.last_bought))),
  );
  return el("table", {}, headings("Item", "Orders", "Last"), el("tbody", {}, rows));
}

function returns(found) {
  const { n_lines: lines, amount } = found.returns;
  const text = lines ? `Brought back: ${count(lines, "line")}, ${money(amount, found.currency)}.` : "Brought nothing back.";
  return el("p", { class: "small" }, text);
}

/** Where the answer comes from. */
export function foot(found) {
  const models = Object.values(found.model).map((model) => `${model.model} (version ${model.version})`);
  return [
    el("p", {}, `As of ${date(found.as_of)}; purchases known through ${date(found.data_through)}.`),
    el("p", {}, `Answered by ${[...new Set(models)].join(", ")}. Request ${found.request_id}.`),
  ];
}

function told(error, id) {
  if (error.status === 0) return ["No answer", true];
  if (error.status === 401) return ["Who is asking?", false];
  if (error.status === 403) return ["This key may not see customers", false];
  if (error.status === 404) return [`No customer ${id}`, false];
  if (error.code === "MODEL_NOT_READY") return ["The service is not ready", true];
  if (error.status === 429 || error.status === 503) return ["The service is busy", true];
  return ["The service cannot answer this", false];
}

/** What went wrong, and what to do. */
export function problem(id, error, { again, askKey }) {
  const [title, retry] = told(error, id);
  const unknown = error.status === 404;
  const detail = unknown
    ? "The service knows no purchase under this id. It is compared to the letter: mind capitals, leading zeros and blanks. Who has bought for the first time today is known once the till has told the service."
    : error.message;
  const button = (text, act) => {
    const made = el("button", { type: "button" }, text);
    made.addEventListener("click", () => act());
    return made;
  };
  return el(
    "section",
    { class: "problem" },
    el("h1", {}, title),
    el("p", { class: "lead" }, detail),
    retry ? button("Try again", again) : null,
    error.status === 401 || error.status === 403 ? button("Give an API key", askKey) : null,
  );
}
