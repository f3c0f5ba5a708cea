// One connection that comes back by itself and asks for what it missed. docs/protocol.md says what
// is sent. The newest sequence that was handled is the only thing it remembers.

const VERSION = 1;
const STALE_AFTER_MS = 3500;
const DEAD_AFTER_MS = 8000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10000;
const ACK_EVERY_MS = 500;
// Told by the server: another attempt would end the same way.
const FINAL_CODES = new Set([4400, 4401, 4403, 4404, 4409]);

export class Connection extends EventTarget {
  constructor(path) {
    super();
    this.path = path;
    this.sequence = null;
    this.serverSequence = 0;
    this.heardAt = 0;
    this.attempts = 0;
    this.ended = null;
    this.acknowledged = -1;
    setInterval(() => this.#watch(), 500);
    setInterval(() => this.#acknowledge(), ACK_EVERY_MS);
    window.addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => this.#retryNow());
    this.#open();
  }

  // live: heard from just now, nothing outstanding; behind: the picture may be old; offline.
  get state() {
    if (this.ended) return "ended";
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN || !this.heardAt) return "offline";
    const isLate = performance.now() - this.heardAt > STALE_AFTER_MS;
    return isLate || this.serverSequence > (this.sequence ?? 0) ? "behind" : "live";
  }

  get secondsBehind() {
    return this.heardAt ? Math.round((performance.now() - this.heardAt) / 1000) : 0;
  }

  #open() {
    clearTimeout(this.timer);
    this.timer = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const since = this.sequence === null ? "" : `?since=${this.sequence}`;
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}${since}`);
    this.socket = socket;
    this.openedAt = performance.now();
    socket.addEventListener("message", (message) => {
      if (socket === this.socket) this.#hear(JSON.parse(message.data));
    });
    socket.addEventListener("close", (closed) => {
      if (socket === this.socket) this.#lost(closed.code);
    });
  }

  #hear(message) {
    this.heardAt = performance.now();
    this.attempts = 0;
    if (message.type === "hello" && message.version !== VERSION) {
      location.reload(); // the server was updated under this page
      return;
    }
    if (message.type === "bye") this.byeReason = message.reason;
    if (message.type === "event") {
      if (this.sequence !== null && message.sequence <= this.sequence) return;
      this.sequence = message.sequence;
    }
    if (message.type === "snapshot" || message.type === "resync") this.sequence = message.sequence;
    if (message.type === "hello" && this.sequence === null) this.serverSequence = message.sequence;
    if (message.type === "state") {
      this.serverSequence = message.sequence;
      this.#catchUpFiltered(message.sequence);
    }
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    this.#tell();
  }

  // A handheld is not sent every event; what comes in order before the heartbeat is all there is.
  #catchUpFiltered(sequence) {
    if (this.isFiltered && this.sequence !== null) this.sequence = Math.max(this.sequence, sequence);
  }

  #lost(code) {
    this.socket = null;
    this.heardAt = 0;
    if (FINAL_CODES.has(code)) {
      this.ended = { code, reason: this.byeReason ?? "The server closed this connection." };
      this.dispatchEvent(new CustomEvent("ended", { detail: this.ended }));
    } else {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
      this.attempts += 1;
      this.timer = setTimeout(() => this.#open(), wait * (0.5 + Math.random() / 2));
    }
    this.#tell();
  }

  #retryNow() {
    if (this.timer && !this.ended) this.#open();
  }

  // A socket may look open long after the network is gone.
  #watch() {
    const quietSince = this.heardAt || this.openedAt;
    if (this.socket && performance.now() - quietSince > DEAD_AFTER_MS) {
      const dead = this.socket;
      this.#lost(4000);
      dead.close();
    }
    this.#tell();
  }

  #acknowledge() {
    if (this.sequence === null || this.acknowledged === this.sequence) return;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.acknowledged = this.sequence;
      this.socket.send(JSON.stringify({ type: "ack", sequence: this.sequence }));
    }
  }

  #tell() {
    if (this.told === this.state && this.state !== "behind") return;
    this.told = this.state;
    this.dispatchEvent(new CustomEvent("connection", { detail: this.state }));
  }
}
