// Decisions made without a signal. They wait on the phone, in order, and go when the server can be
// reached again; if the alert moved on meanwhile they are refused and the officer is told why.
// What waits is an address and an answer: no name, no picture.

import { post } from "../console/post.js";

const KEY = "lfr-handheld-outbox";
const RETRY_MS = 3000;
const OLDEST_MS = 12 * 3600 * 1000;

export class Outbox extends EventTarget {
  constructor() {
    super();
    this.waiting = restored();
    setInterval(() => this.flush(), RETRY_MS);
    window.addEventListener("online", () => this.flush());
    this.flush();
  }

  isWaiting(uuid) {
    return this.waiting.some((decision) => decision.uuid === uuid);
  }

  add(facts, action, words, fields) {
    this.waiting.push({
      uuid: facts.uuid, url: `${facts.url}${action}/`, fields, words, at: Date.now(),
    });
    this.#save();
    return this.flush();
  }

  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    while (this.waiting.length) {
      const [decision] = this.waiting;
      const { ok, status, answer, words } = await post(decision.url, decision.fields);
      if (status === 0 || status >= 500 || status === 401) break; // still waiting
      this.waiting.shift();
      this.#save();
      this.dispatchEvent(new CustomEvent("answer", { detail: { decision, ok, answer, words } }));
    }
    this.flushing = false;
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
