// Decisions made without a signal. They wait on the phone, in order, and go when the server can be
// reached again; if the alert moved on meanwhile they are refused and the officer is told why.
// What waits is ids and choices: whose decision, which alert, what was chosen and when. No name, no
// category, no picture. Nobody else's decisions are sent under this sign-in.

import { post } from "../console/post.js";
import { isDone } from "./projection.js";

const KEY = "lfr-handheld-outbox";
const RETRY_MS = 3000;
const OLDEST_MS = 12 * 3600 * 1000;
const TIMED = new Set(["engage", "resolve"]);
// No answer to the decision itself: it waits on.
const NOT_ANSWERED = new Set([0, 401, 408, 429]);

export class Outbox extends EventTarget {
  constructor(you) {
    super();
    this.you = you;
    this.waiting = restored();
    setInterval(() => this.flush(), RETRY_MS);
    window.addEventListener("online", () => this.flush());
  }

  of(uuid) {
    return this.waiting.filter((decision) => decision.uuid === uuid);
  }

  add(uuid, action, fields) {
    this.waiting.push({ by: this.you.id, uuid, action, fields, at: Date.now(), isTried: false });
    this.#save();
    return this.flush();
  }

  // Somebody else has signed in on this phone: what the last officer left is not theirs to send.
  discardOthers() {
    const others = this.waiting.filter((decision) => decision.by !== this.you.id);
    if (!others.length) return;
    this.waiting = this.waiting.filter((decision) => decision.by === this.you.id);
    this.#save();
    for (const decision of others) this.#refuse(decision, "It was decided under another sign-in.");
  }

  async flush() {
    if (this.isFlushing || this.you.id === null) return;
    this.isFlushing = true;
    while (this.waiting.length && (await this.#send(this.waiting[0])));
    this.isFlushing = false;
  }

  // True where the server answered the decision, one way or the other.
  async #send(decision) {
    const isRepeated = decision.isTried;
    decision.isTried = true;
    this.#save();
    const fields = { ...decision.fields };
    if (TIMED.has(decision.action)) fields.ago_s = Math.max(0, (Date.now() - decision.at) / 1000);
    const url = `/alerts/${decision.uuid}/${decision.action}/`;
    const { ok, status, answer, words } = await post(url, fields);
    if (NOT_ANSWERED.has(status) || status >= 500) return false;
    const isRecorded = ok || (isRepeated && answer.alert && isDone(decision, answer.alert));
    this.waiting = this.waiting.filter((each) => each !== decision && (isRecorded || each.uuid !== decision.uuid));
    this.#save();
    if (answer.alert) this.dispatchEvent(new CustomEvent("facts", { detail: answer.alert }));
    if (!isRecorded) this.#refuse(decision, words);
    return true;
  }

  #refuse(decision, words) {
    this.dispatchEvent(new CustomEvent("refused", { detail: { decision, words } }));
  }

  #save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.waiting));
    } catch {
      // storage is full or switched off: what waits lives as long as this page
    }
    this.dispatchEvent(new CustomEvent("change"));
  }
}

function restored() {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return saved.filter((decision) => Date.now() - decision.at < OLDEST_MS);
  } catch {
    return [];
  }
}
