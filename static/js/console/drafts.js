// What an operator has begun to write down goes to the server a moment after each change, so that a
// reload, a confirmation or a lost connection costs nothing. Nothing of it is kept in the browser
// beyond the page: what is said of a person would stay on this computer's disk.

import { post } from "./post.js";

const WAIT_MS = 500;
const AGAIN_MS = 3000;

export class Drafts {
  #unsaved = new Map();

  constructor() {
    window.addEventListener("pagehide", () => this.#save({ keepalive: true }));
  }

  keep({ uuid, url }, fields) {
    this.#unsaved.set(uuid, { url, fields });
    this.#saveIn(WAIT_MS);
  }

  forget(uuid) {
    this.#unsaved.delete(uuid);
  }

  #saveIn(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#save(), ms);
  }

  // One after the other, so that a later draft is never overtaken by an earlier one. A page that
  // goes away has no time for that.
  async #save({ keepalive = false } = {}) {
    if (this.isSaving && !keepalive) {
      this.#saveIn(WAIT_MS);
      return;
    }
    this.isSaving = true;
    await Promise.all([...this.#unsaved].map(([uuid, draft]) => this.#send(uuid, draft, keepalive)));
    this.isSaving = false;
    if (this.#unsaved.size) this.#saveIn(AGAIN_MS);
  }

  // What the server refuses is decided, or another's by now; what did not reach it waits.
  async #send(uuid, draft, keepalive) {
    const { status } = await post(`${draft.url}draft/`, draft.fields, { keepalive });
    const isAnswered = status > 0 && status < 500 && status !== 401;
    if (isAnswered && this.#unsaved.get(uuid) === draft) this.#unsaved.delete(uuid);
  }
}
