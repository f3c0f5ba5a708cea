// Decisions on their way to the server. Taking one back is a decision of its own: the server keeps
// the time, and tells no officer and erases nothing before it is over.

import { post } from "./post.js";

const NOT_LIVE = "The connection is not live, so nothing can be decided.";

export class Actions extends EventTarget {
  #busy = new Set();

  constructor(store, connection) {
    super();
    this.store = store;
    this.connection = connection;
    connection.addEventListener("connection", () => this.#changed());
  }

  get isBlocked() {
    return this.connection.state !== "live";
  }

  isBusy(uuid) {
    return this.#busy.has(uuid);
  }

  // Returns why it was refused, in words; empty where it was done.
  async act(facts, name, fields) {
    if (this.isBlocked) return NOT_LIVE;
    if (this.isBusy(facts.uuid)) return "";
    this.#busy.add(facts.uuid);
    this.#changed();
    const { ok, answer, words } = await post(`${facts.url}${name}/`, fields);
    this.#busy.delete(facts.uuid);
    if (answer.alert) this.store.apply(answer.alert);
    this.#changed();
    return ok ? "" : words;
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
