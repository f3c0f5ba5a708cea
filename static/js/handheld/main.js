// Joins the parts of the officers' handheld.

import { prepareConfirmation } from "../console/confirm.js";
import { element, find, setText, setTone, show } from "../console/dom.js";
import { Connection } from "../console/socket.js";
import { Store } from "../console/store.js";
import { clock, setServerTime } from "../console/times.js";
import { FieldAlert } from "./field_alert.js";
import { Outbox } from "./outbox.js";
import { prepareSunlight } from "./sunlight.js";

const ACTIVE = new Set(["dispatched", "engaged"]);
const ACTIONS = {
  acknowledge: "Acknowledged",
  assess: "Assessed",
  engage: "With the person",
  "not-located": "Not located",
  resolve: "Outcome",
};
const NOTHING = "Nothing for you. An alert appears here when an operator sends officers.";
const NO_SIGNAL = "No signal. Alerts appear again when there is one.";
// The shell that a phone keeps knows no deployment: its address names it.
const [, deployment] = location.pathname.match(/\/handheld\/([0-9a-f-]{36})\//) ?? [];
const root = find("#handheld");
const list = find("[data-list]");
const you = { id: null, name: "" };
const store = new Store();
const outbox = new Outbox(you);
const connection = new Connection(`/ws/deployments/${deployment}/handheld/`);
connection.isFiltered = true;
const shown = new Map();
const refused = [];

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
      const alert = new FieldAlert(find("[data-template]"), facts, { outbox, you });
      shown.set(facts.uuid, alert);
      list.append(alert.article);
    }
    shown.get(facts.uuid).update(facts);
  }
  show(find("[data-empty]"), active.length === 0);
  renderList("[data-done]", store.group("decided").map((facts) =>
    `${clock(facts.captured_at)} ${facts.category_words}: ${facts.outcome_words || facts.status_words}`));
  renderList("[data-outbox]", outbox.waiting.map(describe));
}

function renderList(section, words) {
  show(find(section), words.length > 0);
  find(`${section} ul`).replaceChildren(...words.map((text) => element("li", { text })));
}

// In the words of this page: what waits on the phone holds ids and choices only.
function describe({ uuid, action, at }) {
  const facts = store.get(uuid);
  const which = facts ? `${facts.category_words}, ${facts.camera}` : "an alert";
  return `${clock(at / 1000)} ${ACTIONS[action]}: ${which}`;
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

prepareConfirmation(find("[data-confirm-dialog]"));
connection.addEventListener("hello", ({ detail }) => {
  setServerTime(detail.server_time);
  Object.assign(you, detail.you);
  notify("");
  outbox.discardOthers();
});
connection.addEventListener("heartbeat", ({ detail }) => {
  setServerTime(detail.server_time);
  setText(find("[data-title]"), detail.deployment.title);
});
for (const kind of ["snapshot", "resync"]) {
  connection.addEventListener(kind, ({ detail }) => store.replace(detail.alerts));
}
connection.addEventListener("event", ({ detail }) => {
  store.apply(detail.alert, { kind: detail.kind, missed: detail.missed });
  if (detail.kind === "dispatched" && detail.alert.status === "dispatched") alarm(detail.alert);
});
connection.addEventListener("ended", ({ detail }) => {
  const signIn = `${root.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
  const waiting = outbox.waiting.length;
  const kept = waiting ? ` ${waiting} ${waiting === 1 ? "decision waits" : "decisions wait"} on this phone.` : "";
  notify(detail.reason + kept, detail.code === 4401 ? signIn : null);
  store.replace([]);
});
connection.addEventListener("connection", ({ detail }) => {
  const words = {
    live: ["good", "Live"], behind: ["warn", "Behind"], offline: ["bad", "No signal"], ended: ["bad", "Closed"],
  }[detail];
  setTone(find("[data-connection]"), ...words);
  setText(find("[data-empty-words]"), detail === "offline" ? NO_SIGNAL : NOTHING);
  if (detail === "live") outbox.flush();
});
store.addEventListener("change", render);
outbox.addEventListener("change", render);
outbox.addEventListener("facts", ({ detail }) => store.apply(detail));
outbox.addEventListener("refused", ({ detail: { decision, words } }) => {
  refused.push(`${describe(decision)}. ${words}`);
  renderList("[data-refused]", refused);
  render();
});
find("[data-refused-read]").addEventListener("click", () => {
  refused.length = 0;
  renderList("[data-refused]", refused);
});

function alarm(facts) {
  navigator.vibrate?.([300, 100, 300]);
  setText(find("[data-announce-now]"), `Officers needed: ${facts.response_words}, ${facts.camera}.`);
}

prepareSunlight(find("[data-sunlight]"));
setInterval(() => shown.forEach((alert) => alert.showAge()), 1000);
navigator.serviceWorker?.register(root.dataset.worker);
render();
