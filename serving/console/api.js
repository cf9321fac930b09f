// Asking the service. The key lives in this tab's session storage and nowhere else.

const SLOT = "regulars.key";
const LIST = 8;
const DUE_DAYS = 30;

/** What went wrong, in the shape of the service's problem documents. */
export class Refused extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export const key = {
  get: () => sessionStorage.getItem(SLOT) || "",
  set: (value) => (value ? sessionStorage.setItem(SLOT, value) : sessionStorage.removeItem(SLOT)),
  /** Whether it can be sent in a header. */
  fits: (value) => /^[\x21-\x7e]*$/.test(value),
};

async function ask(path, signal, body) {
  const headers = { Accept: "application/json" };
  if (key.get()) headers.Authorization = `Bearer ${key.get()}`;
  if (body) headers["Content-Type"] = "application/json";
  const method = body ? "POST" : "GET";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body), credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "UNREACHABLE", "The service does not answer. Is it running, and are you online?");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const told = answer && answer.detail;
  throw new Refused(response.status, (answer && answer.code) || "", told || `The service answered ${response.status}.`);
}

/** All that is known of a customer. */
export const profile = (id, signal) => ask(`v1/customers/${encodeURIComponent(id)}/profile`, signal);

/** What to offer a customer. */
export const recommend = (id, kind, signal) => ask("v1/recommend", signal, { customer_id: id, kind, k: LIST });

/** What a customer is about to run out of. */
export const due = (id, signal) =>
  ask("v1/replenishment/due", signal, { customer_ids: [id], window_days: DUE_DAYS, limit: LIST });
