// Elements and words. Whatever comes from the service becomes text or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** An HTML element; strings among the children become text. */
export const el = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

const DAY = 86_400_000;
const LOCALE = "en-GB";
const long = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const short = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });

/** Days since 1970 of an ISO date or time, by the clock it was written with. */
export const dayNumber = (iso) => Math.round(Date.parse(`${iso.slice(0, 10)}T00:00:00Z`) / DAY);

/** A day as people write it. */
export const date = (day) => long.format((typeof day === "string" ? dayNumber(day) : day) * DAY);

/** A day without its year. */
export const dateShort = (day) => short.format((typeof day === "string" ? dayNumber(day) : day) * DAY);

/** The UTC date of a day number. */
export const asDate = (day) => new Date(day * DAY);

/** The day number of the first of a month; months beyond 11 lie in later years. */
export const firstOf = (year, month) => Date.UTC(year, month, 1) / DAY;

/** A probability in per cent; what rounds to nothing or all says so. */
export function percent(share) {
  const value = share * 100;
  if (value > 0 && value < 1) return "under 1%";
  if (value < 100 && value > 99) return "over 99%";
  return `${Math.round(value)}%`;
}

/** A decimal of the service, as money. */
export function money(text, currency, whole = false) {
  const options = { style: "currency", currency, currencyDisplay: "narrowSymbol", ...(whole ? { maximumFractionDigits: 0 } : {}) };
  return new Intl.NumberFormat(LOCALE, options).format(Number(text));
}

/** "1 day", "2 days". */
export const count = (n, one, many = `${one}s`) => `${n.toLocaleString(LOCALE)} ${n === 1 ? one : many}`;

/** What an item is called. */
export const named = (item) => item.name || item.item_id;
