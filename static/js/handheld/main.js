// Joins the parts of the officers' handheld.

import { element, find, setText, setTone, show } from "../console/dom.js";
import { Connection } from "../console/socket.js";
import { Store } from "../console/store.js";
import { clock, setServerTime } from "../console/times.js";
import { FieldAlert } from "./field_alert.js";
import { Outbox } from "./outbox.js";

const ACTIVE = new Set(["dispatched", "engaged"]);
const SUNLIGHT = "lfr-handheld-sunlight";
const root = find("#handheld");
const list = find("[data-list]");
const store = new Store();
const outbox = new Outbox();
const connection = new Connection(root.dataset.socket);
connection.isFiltered = true;
const shown = new Map();

function render() {
  const active = store.all().filter((facts) => ACTIVE.has(facts.status));
  active.sort((one, other) => one.raised_at - other.raised_at);
  for (const [uuid, alert] of shown) {
    if (!active.some((facts) => facts.uuid === uuid)) {
      alert.remove();
      shown.delete(uuid);
    }
  }
  for (const facts of active) {
    if (!shown.has(facts.uuid)) {
      const alert = new FieldAlert(find("[data-template]"), facts, { outbox });
      shown.set(facts.uuid, alert);
      list.append(alert.article);
    }
    shown.get(facts.uuid).update(facts);
  }
  show(find("[data-empty]"), active.length === 0);
  renderDone();
  renderOutbox();
}

function renderDone() {
  const done = store.group("decided");
  show(find("[data-done]"), done.length > 0);
  find("[data-done-list]").replaceChildren(...done.map((facts) => element("li", {
    text: `${clock(facts.captured_at)} ${facts.category_words}: ${facts.outcome_words || facts.status_words}`,
  })));
}

function renderOutbox() {
  show(find("[data-outbox]"), outbox.waiting.length > 0);
  find("[data-outbox-list]").replaceChildren(
    ...outbox.waiting.map((decision) => element("li", { text: decision.words })),
  );
}

function notify(words, link = null) {
  setText(find("[data-notice-words]"), words);
  const anchor = find("[data-notice-link]");
  show(anchor, Boolean(link));
  if (link) {
    anchor.href = link;
    setText(anchor, "Sign in");
  }
  show(find("[data-notice]"), Boolean(words));
}

connection.addEventListener("hello", ({ detail }) => setServerTime(detail.server_time));
connection.addEventListener("heartbeat", ({ detail }) => setServerTime(detail.server_time));
for (const kind of ["snapshot", "resync"]) {
  connection.addEventListener(kind, ({ detail }) => store.replace(detail.alerts));
}
connection.addEventListener("event", ({ detail }) => {
  store.apply(detail.alert, { kind: detail.kind, missed: detail.missed });
  if (detail.kind === "dispatched" && detail.alert.status === "dispatched") alarm(detail.alert);
});
connection.addEventListener("ended", ({ detail }) => {
  notify(detail.reason, detail.code === 4401 ? root.dataset.signIn : null);
  store.replace([]);
});
connection.addEventListener("connection", ({ detail }) => {
  const words = {
    live: ["good", "Live"], behind: ["warn", "Behind"], offline: ["bad", "No signal"], ended: ["bad", "Closed"],
  }[detail];
  setTone(find("[data-connection]"), ...words);
  if (detail === "live") outbox.flush();
});
store.addEventListener("change", render);
outbox.addEventListener("change", render);
outbox.addEventListener("answer", ({ detail }) => {
  if (detail.answer.alert) store.apply(detail.answer.alert);
  if (detail.ok) return;
  const alert = shown.get(detail.decision.uuid);
  if (alert) alert.problem(detail.words);
  else notify(`Not recorded (${detail.decision.words}). ${detail.words}`);
});

function alarm(facts) {
  navigator.vibrate?.([300, 100, 300]);
  setText(find("[data-announce-now]"), `Officers needed: ${facts.response_words}, ${facts.camera}.`);
}

const sunlight = find("[data-sunlight]");
function applySunlight(isOn) {
  document.body.classList.toggle("sunlight", isOn);
  sunlight.setAttribute("aria-pressed", String(isOn));
}
sunlight.addEventListener("click", () => {
  const isOn = !document.body.classList.contains("sunlight");
  localStorage.setItem(SUNLIGHT, isOn ? "on" : "off");
  applySunlight(isOn);
});
applySunlight(localStorage.getItem(SUNLIGHT) === "on");
setInterval(() => shown.forEach((alert) => alert.showAge()), 1000);
render();
