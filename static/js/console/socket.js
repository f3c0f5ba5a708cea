// One connection that comes back by itself and asks for what it missed. docs/protocol.md says what
// is sent. The newest sequence that was handled is the only thing it remembers.

// What this page speaks; the server answers in the newest that both do.
const VERSIONS = [2];
const STALE_AFTER_MS = 3500;
const DEAD_AFTER_MS = 8000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10000;
const ACK_EVERY_MS = 500;
// Said so often even when there is nothing new: the server closes on whoever is silent.
const SPEAK_EVERY_MS = 5000;
const RELOADED = "lfr-reloaded-for-version";
// Told by the server: another attempt would end the same way.
const FINAL_CODES = new Set([4400, 4401, 4403, 4404, 4406, 4409]);
const OTHER_VERSION = 4406;
// The deployment ended: the connection is made anew, at once, to finish what is open.
const ENDED_CODE = 4410;

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
    this.spokeAt = 0;
    this.leastDelayMs = null;
    this.delayMs = 0;
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
    const isLate = performance.now() - this.heardAt + this.delayMs > STALE_AFTER_MS;
    return isLate || this.serverSequence > (this.sequence ?? 0) ? "behind" : "live";
  }

  get secondsBehind() {
    return this.heardAt ? Math.round((performance.now() - this.heardAt + this.delayMs) / 1000) : 0;
  }

  #open() {
    clearTimeout(this.timer);
    this.timer = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const since = this.sequence === null ? "" : `&since=${this.sequence}`;
    const query = `?versions=${VERSIONS.join(",")}${since}`;
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}${query}`);
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
    if (message.type === "bye") this.byeReason = message.reason;
    if (message.type === "event") {
      if (this.sequence !== null && message.sequence <= this.sequence) return;
      this.sequence = message.sequence;
    }
    if (message.type === "snapshot" || message.type === "resync") this.sequence = message.sequence;
    if (message.type === "hello") {
      sessionStorage.removeItem(RELOADED);
      this.acknowledged = -1;
      if (this.sequence === null) this.serverSequence = message.sequence;
    }
    if (message.type === "heartbeat") {
      this.#measureDelay(message.server_time);
      this.serverSequence = message.sequence;
      this.#catchUpFiltered(message.sequence);
    }
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    // Timers of a page in the background are slowed down; messages are not.
    if (performance.now() - this.spokeAt >= ACK_EVERY_MS) this.#acknowledge();
    this.#tell();
  }

  // Messages that queue on the way come steadily, but late: the quickest one shows by how much.
  #measureDelay(serverTime) {
    const delayMs = performance.now() - serverTime * 1000; // of any zero, but always the same
    this.leastDelayMs = Math.min(this.leastDelayMs ?? delayMs, delayMs);
    this.delayMs = delayMs - this.leastDelayMs;
  }

  // A handheld is not sent every event; what comes in order before the heartbeat is all there is.
  #catchUpFiltered(sequence) {
    if (this.isFiltered && this.sequence !== null) this.sequence = Math.max(this.sequence, sequence);
  }

  #lost(code) {
    this.socket = null;
    this.heardAt = 0;
    this.leastDelayMs = null; // the server's clock may have been set meanwhile
    this.delayMs = 0;
    if (code === ENDED_CODE) {
      this.timer = setTimeout(() => this.#open());
    } else if (code === OTHER_VERSION && !sessionStorage.getItem(RELOADED)) {
      sessionStorage.setItem(RELOADED, "once"); // the server was updated under this page
      location.reload();
    } else if (FINAL_CODES.has(code)) {
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
    if (this.sequence === null) return;
    const isNews = this.acknowledged !== this.sequence;
    if (!isNews && performance.now() - this.spokeAt < SPEAK_EVERY_MS) return;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.acknowledged = this.sequence;
      this.spokeAt = performance.now();
      this.socket.send(JSON.stringify({ type: "ack", sequence: this.sequence }));
    }
  }

  #tell() {
    if (this.told === this.state && this.state !== "behind") return;
    this.told = this.state;
    this.dispatchEvent(new CustomEvent("connection", { detail: this.state }));
  }
}
