// Watching a camera live: off until asked for, a few pictures a second with nobody's face, drawn and
// forgotten. It stops by itself when the page is hidden, when its ticket ends, or with the camera.

import { find, setText, show } from "./dom.js";
import { post } from "./post.js";

const EVERY_MS = 250;
const AGAIN_MS = 1500;

export class LiveView {
  #watching = null;

  constructor(panel) {
    this.panel = panel;
    this.base = panel.dataset.liveBase;
    this.canvas = find("canvas", panel);
    find("[data-live-stop]", panel).addEventListener("click", () => this.stop());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  get camera() {
    return this.#watching?.camera.id ?? null;
  }

  toggle(camera) {
    if (this.camera === camera.id) this.stop();
    else this.#start(camera);
  }

  stop() {
    this.#watching = null;
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    show(this.panel, false);
    this.panel.dispatchEvent(new CustomEvent("change"));
  }

  async #start(camera) {
    const watching = { camera };
    this.#watching = watching;
    setText(find("[data-live-name]", this.panel), camera.name);
    this.#say("Asking for the picture…");
    show(this.panel, true);
    this.panel.dispatchEvent(new CustomEvent("change"));
    const { ok, answer, words } = await post(`${this.base}${camera.id}/watch/`);
    if (this.#watching !== watching) return;
    if (!ok) {
      this.#say(words);
      return;
    }
    watching.ticket = answer.ticket;
    watching.until = performance.now() + answer.seconds * 1000;
    this.#read(watching);
  }

  async #read(watching) {
    while (this.#watching === watching) {
      if (performance.now() > watching.until) {
        this.stop();
        return;
      }
      const began = performance.now();
      const isDrawn = await this.#draw(watching);
      const pause = isDrawn ? EVERY_MS - (performance.now() - began) : AGAIN_MS;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, pause)));
    }
  }

  async #draw(watching) {
    try {
      const response = await fetch(`${this.base}${watching.camera.id}/picture/`, {
        headers: { "X-Ticket": watching.ticket, Accept: "image/jpeg, application/json" },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
      });
      if (this.#watching !== watching) return false;
      if (!response.ok) {
        this.#say((await response.json().catch(() => ({}))).error ?? "No picture.");
        return false;
      }
      const picture = await createImageBitmap(await response.blob());
      if (this.#watching === watching) this.#paint(picture);
      picture.close();
      return true;
    } catch {
      if (this.#watching === watching) this.#say("The server cannot be reached.");
      return false;
    }
  }

  #paint(picture) {
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.canvas.getContext("2d").drawImage(picture, 0, 0);
    this.#say("");
  }

  #say(words) {
    const note = find("[data-live-note]", this.panel);
    setText(note, words);
    show(note, Boolean(words));
  }
}
