// The two pictures: past purchases, and when the next one is due. Drawn at the width there is, read with the arrows.

import { asDate, count, date, dateShort, dayNumber, el, firstOf, money, percent, svg } from "./dom.js";

const PAD = { left: 42, right: 14, top: 14, bottom: 26 };
const HEIGHT = 210;
const LABEL_WIDTH = 64;
const LETTER = 7.2;
const MAX_DAYS = 200;
const STEPS = [1, 2, 3, 6, 12, 24, 60];

const line = (x1, y1, x2, y2, name) => svg("line", { x1, y1, x2, y2, class: name });
const words = (x, y, text, anchor, name = "tick") => svg("text", { x, y, "text-anchor": anchor, class: name }, text);

/** A function from [from, to] to pixels. */
const scale = (from, to, low, high) => (value) => low + ((value - from) / (to - from || 1)) * (high - low);

/** The first days of months within days, as many as there is room for. */
function months(from, to, width) {
  const room = Math.max(2, Math.floor(width / LABEL_WIDTH));
  const step = STEPS.find((months) => (to - from) / 30.4 / months <= room) || STEPS.at(-1);
  const first = asDate(from);
  const found = [];
  for (let month = Math.floor(first.getUTCMonth() / step) * step; ; month += step) {
    const day = firstOf(first.getUTCFullYear(), month);
    if (day > to) return found;
    if (day >= from) found.push(day);
  }
}

function monthName(day) {
  const at = asDate(day);
  const name = at.toLocaleDateString("en-GB", { month: "short", timeZone: "UTC" });
  return at.getUTCMonth() === 0 ? `${name} ${at.getUTCFullYear()}` : name;
}

/** A round number at or above the largest amount. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((factor) => factor * power).find((round) => round >= value);
}

/**
 * A picture that is drawn again when its width changes, and read with a pointer or the arrow keys.
 * @param spec.caption a sentence above it, if any
 * @param spec.label what it shows, for who cannot see it
 * @param spec.n how many points can be read; spec.start which is read first
 * @param spec.text a point in words; spec.x and spec.y where it is
 * @param spec.draw (svg, width) puts the lines in and sets the scales
 */
function picture(spec) {
  const told = el("p", { class: "told", "aria-hidden": "true" });
  const above = el("div", { class: "above" }, el("p", {}, spec.caption || ""), told);
  const frame = el("div", {
    class: "picture",
    tabindex: 0,
    role: "slider",
    "aria-label": `${spec.label} Arrow keys read it.`,
    "aria-valuemin": 0,
    "aria-valuemax": spec.n - 1,
  });
  let at = spec.start;
  let cursor;
  const mark = (place) => {
    at = Math.max(0, Math.min(spec.n - 1, place));
    const [x, y] = [spec.x(at), spec.y(at)];
    cursor.replaceChildren(
      line(x, PAD.top, x, HEIGHT - PAD.bottom, "cursor"),
      svg("circle", { cx: x, cy: y, r: 4.5, class: "cursor" }),
    );
    told.textContent = spec.text(at);
    frame.setAttribute("aria-valuenow", at);
    frame.setAttribute("aria-valuetext", spec.text(at));
  };
  const draw = () => {
    const width = Math.max(240, frame.clientWidth);
    const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    spec.draw(root, width);
    cursor = svg("g", { class: "mark" });
    root.append(cursor);
    frame.replaceChildren(root);
    mark(at);
  };
  frame.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at + 7, PageDown: at - 7, Home: 0, End: spec.n - 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    mark(moves[event.key]);
  });
  frame.addEventListener("pointermove", (event) => {
    const x = event.clientX - frame.getBoundingClientRect().left;
    let best = 0;
    for (let place = 1; place < spec.n; place++) {
      if (Math.abs(spec.x(place) - x) < Math.abs(spec.x(best) - x)) best = place;
    }
    mark(best);
  });
  let drawn = 0;
  new ResizeObserver(() => {
    if (frame.clientWidth === drawn) return;
    drawn = frame.clientWidth;
    draw();
  }).observe(frame);
  return el("div", {}, above, frame);
}

const swatch = (name) => svg("svg", { class: "swatch", viewBox: "0 0 16 12", "aria-hidden": "true" }, svg("rect", { x: 0, y: 1, width: 16, height: 10, rx: 2, class: name }));
const diamond = (x, y, size) => svg("path", { d: `M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`, class: "expected" });
const expectedSwatch = () => svg("svg", { class: "swatch", viewBox: "0 0 16 12", "aria-hidden": "true" }, diamond(8, 6, 5.5));

/** The span of the 80% interval in words; a day beyond the horizon is not known. */
export function span([low, high], last) {
  if (!low) return `after ${date(last)}`;
  return high ? `${date(low)} to ${date(high)}` : `${date(low)} to beyond ${date(last)}`;
}

function legend(next, last) {
  const rows = [];
  if (next.expected_date) rows.push(el("li", {}, expectedSwatch(), `expected ${date(next.expected_date)}`));
  if (next.interval_80[0]) rows.push(el("li", {}, swatch("band"), `80% interval: ${span(next.interval_80, last)}`));
  return el("ul", { class: "legend" }, rows);
}

/** The band of the 80% interval, from day numbers, cut at the last day. */
function band(next, x, last) {
  if (!next.interval_80[0]) return [];
  const from = x(dayNumber(next.interval_80[0]));
  const to = x(next.interval_80[1] ? dayNumber(next.interval_80[1]) + 1 : last + 1);
  return [svg("rect", { x: from, y: PAD.top, width: Math.max(2, to - from), height: HEIGHT - PAD.top - PAD.bottom, class: "band" })];
}

/** The purchases of the past, a stem a day, and the days of the next one. */
export function timeline(found) {
  const days = found.order_days.map((row) => ({ ...row, at: dayNumber(row.day), value: Number(row.amount) }));
  const today = dayNumber(found.as_of);
  const last = today + found.churn.horizon_days - 1;
  const first = days[0].at;
  const top = ceiling(Math.max(...days.map((row) => row.value), 0.01));
  const low = Math.min(0, ...days.map((row) => row.value));
  const amount = (value) => money(value, found.currency, top >= 4);
  const left = 14 + LETTER * amount(top).length;
  let x, y;
  const draw = (root, width) => {
    x = scale(first, last + 1, left + 6, width - PAD.right);
    y = scale(low, top, HEIGHT - PAD.bottom, PAD.top);
    root.append(...band(found.next_purchase, x, last));
    for (const value of [0, top / 2, top]) {
      root.append(line(left, y(value), width - PAD.right, y(value), value ? "grid" : "axis"));
      root.append(words(left - 6, y(value) + 4, amount(value), "end"));
    }
    for (const day of months(first, last, width - left)) {
      root.append(words(x(day), HEIGHT - 8, monthName(day), "middle"), line(x(day), y(low), x(day), y(low) + 4, "axis"));
    }
    const radius = (width - left) / days.length > 7 ? 3.2 : 1.8;
    for (const row of days) {
      root.append(line(x(row.at), y(0), x(row.at), y(row.value), "stem"));
      root.append(svg("circle", { cx: x(row.at), cy: y(row.value), r: radius, class: "bought" }));
    }
    root.append(line(x(today), PAD.top - 6, x(today), HEIGHT - PAD.bottom, "today"));
    root.append(words(x(today) - 5, PAD.top + 2, "today", "end", "tick strong"));
    const back = found.next_purchase.expected_date;
    if (back) root.append(diamond(x(dayNumber(back)), y(0), 6.5));
  };
  const text = (place) => {
    const row = days[place];
    const orders = row.n_orders > 1 ? `, ${row.n_orders} orders` : "";
    return `${date(row.day)}: ${money(row.amount, found.currency)}${orders}`;
  };
  return el(
    "div",
    {},
    picture({
      caption: `${days.length < MAX_DAYS ? "What they paid" : `What they paid on the last ${MAX_DAYS} days with orders`}, and when they are expected.`,
      label: `Purchases: ${count(days.length, "day")} with orders from ${date(first)} to ${date(days.at(-1).day)}.`,
      n: days.length,
      start: days.length - 1,
      text,
      x: (place) => x(days[place].at),
      y: (place) => y(days[place].value),
      draw,
    }),
    legend(found.next_purchase, last),
  );
}

/** The chance that they are still away, by day. */
export function curve(found) {
  const still = [1, ...found.survival];
  const today = dayNumber(found.as_of);
  const last = today + found.survival.length - 1;
  let x, y;
  const draw = (root, width) => {
    x = scale(today, last + 1, PAD.left, width - PAD.right);
    y = scale(0, 1, HEIGHT - PAD.bottom, PAD.top);
    root.append(...band(found.next_purchase, x, last));
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      root.append(line(PAD.left, y(share), width - PAD.right, y(share), share ? "grid" : "axis"));
      root.append(words(PAD.left - 6, y(share) + 4, `${share * 100}%`, "end"));
    }
    const every = [7, 14, 30, 60, 90, 180].find((days) => (still.length / days) * LABEL_WIDTH <= width - PAD.left) || 365;
    for (let day = today; day <= last + 1; day += every) {
      const edge = x(day) > width - LABEL_WIDTH / 2 ? "end" : "middle";
      root.append(words(x(day) + (edge === "end" ? PAD.right : 0), HEIGHT - 8, dateShort(day), edge), line(x(day), y(0), x(day), y(0) + 4, "axis"));
    }
    const points = still.map((share, day) => `${x(today + day).toFixed(1)} ${y(share).toFixed(1)}`);
    root.append(svg("path", { d: `M${points.join("L")}L${x(last + 1)} ${y(0)}L${x(today)} ${y(0)}Z`, class: "under" }));
    root.append(svg("path", { d: `M${points.join("L")}`, class: "curve" }));
    const back = found.next_purchase.expected_date;
    if (back) {
      const at = dayNumber(back) + 1 - today;
      root.append(line(x(today + at), y(still[at]), x(today + at), y(0), "drop"), diamond(x(today + at), y(still[at]), 6.5));
    }
  };
  const text = (place) =>
    place === 0 ? `today, before ${date(today)} has begun` : `${percent(still[place])} after ${date(today + place - 1)}`;
  return el(
    "div",
    {},
    picture({
      caption: "The chance that they are still away.",
      label: `Chance that they are not back, from today to ${date(last)}: it falls to ${percent(still.at(-1))}.`,
      n: still.length,
      start: still.length - 1,
      text,
      x: (place) => x(today + place),
      y: (place) => y(still[place]),
      draw,
    }),
    legend(found.next_purchase, last),
  );
}
