// Joins the parts of the operators' console.

import { Actions } from "./actions.js";
import { Announcer, sayEvent } from "./announce.js";
import { prepareConfirmation } from "./confirm.js";
import { find } from "./dom.js";
import { Keyboard } from "./keyboard.js";
import { LiveView } from "./live_view.js";
import { OpenAlert } from "./open_alert.js";
import { QueueView } from "./queue.js";
import { Connection } from "./socket.js";
import { Sound } from "./sound.js";
import { StateView, showNotice } from "./state.js";
import { prepareStop } from "./stop.js";
import { Store, groupOf } from "./store.js";
import { serverNow, setServerTime } from "./times.js";

const root = find("#console");
const you = { id: null, name: "" };
const store = new Store();
const connection = new Connection(root.dataset.socket);
const actions = new Actions(store, connection);
const announcer = new Announcer(find("[data-announce]"), find("[data-announce-now]"));
const sound = new Sound({
  button: find("[data-sound]"),
  words: find("[data-sound-words]"),
  test: find("[data-sound-test]"),
  warning: find("[data-sound-warning]"),
});
const openAlert = new OpenAlert(find("[data-open]"), { store, actions, you, say: (words) => announcer.say(words) });
const queue = new QueueView(find(".queue"), store, { onOpen: open });
const liveView = new LiveView(find("[data-live]"));
const state = new StateView(connection, liveView);

function open(uuid) {
  openAlert.open(uuid);
  queue.setOpen(uuid);
  queue.reveal(uuid);
}

// The most urgent alert opens by itself, but never in place of one that is being looked at.
function openNextIfIdle() {
  const current = openAlert.facts;
  if (current && groupOf(current) !== "decided") return;
  if (current && (actions.isBusy(current.uuid) || openAlert.canBeUndone)) return;
  // After a reload one goes on with what one holds.
  const own = store.group("held").find((facts) => facts.claimed_by_id === you.id);
  const next = own ?? store.group("waiting")[0];
  if (next && !document.querySelector("dialog[open]")) open(next.uuid);
}

function step(by) {
  const order = queue.order();
  const at = order.indexOf(openAlert.uuid);
  const next = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))];
  if (next) open(next);
}

// One's own alert is decided; to another's question one answers.
function judge(decision, verdict) {
  openAlert.act(decision);
  openAlert.act("answer-second", verdict);
}

connection.addEventListener("hello", ({ detail }) => {
  setServerTime(detail.server_time);
  Object.assign(you, detail.you);
});
for (const kind of ["snapshot", "resync"]) {
  connection.addEventListener(kind, ({ detail }) => store.replace(detail.alerts));
}
connection.addEventListener("event", ({ detail }) => {
  store.apply(detail.alert, { kind: detail.kind, missed: detail.missed });
});
connection.addEventListener("heartbeat", ({ detail }) => setServerTime(detail.server_time));
connection.addEventListener("ended", ({ detail }) => {
  const signIn = { href: root.dataset.signIn, words: "Sign in" };
  const page = { href: root.dataset.page, words: "To the deployment" };
  liveView.stop();
  showNotice(detail.reason, detail.code === 4401 ? signIn : page);
  openAlert.close(); // before it goes: it was not erased
  store.replace([]);
});

store.addEventListener("change", ({ detail }) => {
  if (detail && isNew(detail)) {
    sound.play(detail.facts.response);
    announcer.newAlert(detail.facts);
  } else if (detail && !detail.missed) {
    const words = sayEvent(detail);
    if (words) announcer.say(words);
  }
  openNextIfIdle();
});

// Of what was missed, only what still waits is worth a sound.
function isNew({ facts, before, kind }) {
  return (kind === "raised" || kind === "released") && facts.status === "raised" && before?.status !== "raised";
}

setInterval(() => {
  sound.remind(store.group("waiting"), serverNow());
  openNextIfIdle(); // once a decision can no longer be taken back
}, 1000);
new Keyboard({
  dialog: find("[data-keys-dialog]"),
  opener: find("[data-keys]"),
  commands: {
    j: () => step(1),
    k: () => step(-1),
    c: () => openAlert.act("claim"),
    m: () => judge("confirm", "confirmed"),
    n: () => judge("dismiss", "dismissed"),
    d: () => openAlert.act("dispatch"),
    x: () => openAlert.act("not-sought"),
    s: () => openAlert.act("ask-second"),
    v: () => openAlert.reveal(),
    z: () => openAlert.goBack(),
    b: () => openAlert.facts && openAlert.compare.toggleBlink(),
    o: () => openAlert.facts && openAlert.compare.nextOther(),
    "+": () => openAlert.compare.zoomBy(1),
    "=": () => openAlert.compare.zoomBy(1),
    "-": () => openAlert.compare.zoomBy(-1),
  },
});
const stopper = find("[data-stop]");
if (stopper) {
  prepareStop({
    opener: stopper,
    dialog: find("[data-stop-dialog]"),
    emergency: find("[data-emergency-stop]"),
  });
}
prepareConfirmation(find("[data-confirm-dialog]"));
state.showConnection();
