// The state of things, always on the screen: connection, deployment, cameras, window, watchlist.

import { element, find, setText, setTone, show } from "./dom.js";
import { period, serverNow } from "./times.js";

const DEPLOYMENT_TONES = { live: "live", suspended: "warn", ready: "good" };
const CAMERA_TONES = { live: "good", connecting: "accent", idle: "", ended: "" };
const OLD_PICTURE_S = 5;

export class StateView {
  constructor(connection, liveView) {
    this.connection = connection;
    this.liveView = liveView;
    liveView.panel.addEventListener("change", () => this.#showWatched());
    this.badge = find("[data-connection]");
    this.cameras = find("[data-cameras]");
    connection.addEventListener("heartbeat", ({ detail }) => this.#show(detail));
    connection.addEventListener("connection", () => this.showConnection());
    setInterval(() => this.#tick(), 1000);
  }

  showConnection() {
    const { state, secondsBehind } = this.connection;
    const words = {
      live: ["good", "Live"],
      behind: ["warn", `Behind ${secondsBehind} s`],
      offline: ["bad", "Offline"],
      ended: ["bad", "Closed"],
    }[state];
    setTone(this.badge, ...words);
    document.body.dataset.connection = state;
  }

  #show({ deployment, cameras, operators }) {
    this.endsAt = deployment.status === "ended" ? null : deployment.ends_at;
    document.body.dataset.deployment = deployment.status;
    const emergency = find("[data-emergency-stop]");
    if (emergency) show(emergency, deployment.status === "live");
    setTone(find("[data-status]"), DEPLOYMENT_TONES[deployment.status] ?? "", deployment.status_words);
    setText(find("[data-watchlist]"), watchlistWords(deployment));
    setText(find("[data-threshold]"), `${deployment.threshold.toFixed(3)} · ${deployment.profile}`);
    setText(find("[data-operators]"), String(operators.filter((operator) => operator.present).length));
    this.#showOperators(operators);
    this.#tick();
    this.#showCameras(cameras);
  }

  #tick() {
    if (this.endsAt === undefined) return;
    setText(find("[data-window]"), this.endsAt === null ? "Over" : period(this.endsAt - serverNow()));
  }

  #showOperators(operators) {
    const words = operators.map(operatorWords);
    if (words.join() === this.operatorWords) return;
    this.operatorWords = words.join();
    find("[data-operators-list]").replaceChildren(...words.map((text) => element("li", { text })));
  }

  #showCameras(cameras) {
    while (this.cameras.children.length > cameras.length) this.cameras.lastChild.remove();
    cameras.forEach((camera, index) => {
      const item = this.cameras.children[index] ?? this.cameras.appendChild(this.#cameraItem());
      item.camera = camera;
      setText(find("[data-name]", item), camera.name);
      setTone(find("[data-state]", item), cameraTone(camera), camera.state_words);
      setText(find("[data-figures]", item), cameraFigures(camera));
    });
    this.#showWatched();
  }

  #cameraItem() {
    const name = element("strong", { "data-name": "" });
    const watch = element("button", { type: "button", className: "tool camera-name", title: "Watch live" }, name);
    const item = element("li", { className: "camera" }, watch,
      element("span", { className: "badge", "data-state": "" }),
      element("span", { className: "camera-figures number", "data-figures": "" }));
    watch.addEventListener("click", () => this.liveView.toggle(item.camera));
    return item;
  }

  #showWatched() {
    for (const item of this.cameras.children) {
      find("button", item).setAttribute("aria-pressed", String(item.camera.id === this.liveView.camera));
    }
  }
}

export function showNotice(words, link) {
  const notice = find("[data-notice]");
  setText(find("[data-notice-words]", notice), words);
  const anchor = find("[data-notice-link]", notice);
  show(anchor, Boolean(link));
  if (link) {
    anchor.href = link.href;
    setText(anchor, link.words);
  }
  show(notice, true);
}

function hasOldPicture(camera) {
  return camera.state === "live" && camera.picture_age_s > OLD_PICTURE_S;
}

function cameraTone(camera) {
  return hasOldPicture(camera) ? "warn" : CAMERA_TONES[camera.state] ?? "bad";
}

function cameraFigures(camera) {
  if (camera.picture_age_s === null) return "no picture yet";
  return [
    `picture ${period(camera.picture_age_s)} old`,
    `${camera.frames_per_s.toFixed(1)} fps`,
    `${camera.dropped} dropped`,
    `${Math.round(camera.faces_per_min)} faces/min`,
  ].join(" · ");
}

function watchlistWords({ watchlist_size: size, watchlist_built_at: builtAt }) {
  if (!builtAt) return String(size);
  return `${size} · ${period(serverNow() - builtAt)} old`;
}

function operatorWords({ name, present, holding }) {
  return `${name}${present ? "" : " (away)"}${holding ? `, holds ${holding}` : ""}`;
}
