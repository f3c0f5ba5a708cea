// Decisions on their way to the server. A dismissal waits a few seconds, because it erases; if the
// page goes away meanwhile nothing is dismissed and the alert stays with its operator.

import { post } from "./post.js";

const UNDO_S = 5;

export class Actions extends EventTarget {
  #busy = new Set();
  #pending = new Map();

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

  secondsToUndo(uuid) {
    return this.#pending.get(uuid)?.left ?? null;
  }

  // Returns why it was refused, in words; empty where it was done.
  async act(facts, name, fields) {
    if (this.isBlocked) return "The connection is not live, so nothing can be decided.";
    if (name === "dismiss" && !(await this.#waitForUndo(facts.uuid))) return "";
    this.#busy.add(facts.uuid);
    this.#changed();
    const { ok, answer, words } = await post(`${facts.url}${name}/`, fields);
    this.#busy.delete(facts.uuid);
    if (answer.alert) this.store.apply(answer.alert);
    this.#changed();
    return ok ? "" : words;
  }

  undo(uuid) {
    this.#pending.get(uuid)?.settle(false);
  }

  #waitForUndo(uuid) {
    if (this.#pending.has(uuid)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const pending = { left: UNDO_S };
      pending.settle = (goOn) => {
        clearInterval(pending.timer);
        this.#pending.delete(uuid);
        this.#changed();
        resolve(goOn);
      };
      pending.timer = setInterval(() => {
        pending.left -= 1;
        if (pending.left <= 0) pending.settle(true);
        else this.#changed();
      }, 1000);
      this.#pending.set(uuid, pending);
      this.#changed();
    });
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
