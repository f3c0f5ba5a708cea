// The two faces at one size, zoomed together or one laid over the other in turn, and the scene.
// Each picture is fetched once: every fetch is a recorded look at a person.

import { find, findAll, setText, show } from "./dom.js";
import { get } from "./post.js";

const BLINK_MS = 700; // well under three changes a second

export class Pictures {
  constructor(root) {
    this.root = root;
    this.shown = null;
    this.blink = find("[data-blink]", root);
    this.zoom = find("[data-zoom]", root);
    this.zoom?.addEventListener("input", () => this.#applyZoom());
    this.blink?.addEventListener("click", () => this.toggleBlink());
  }

  showAlert(facts) {
    if (this.shown === facts.uuid) return;
    this.shown = facts.uuid;
    this.stopBlink();
    if (this.zoom) this.zoom.value = 1;
    this.#applyZoom();
    for (const figure of findAll("[data-picture]", this.root)) {
      this.#load(figure, facts.images[figure.dataset.picture], facts.uuid);
    }
  }

  // Nothing of a person stays in the page once their alert is closed.
  clear() {
    this.shown = null;
    this.stopBlink();
    for (const image of findAll("img", this.root)) {
      image.removeAttribute("src");
      show(image, false);
    }
  }

  toggleBlink() {
    if (this.blinking) this.stopBlink();
    else this.#startBlink();
  }

  stopBlink() {
    clearInterval(this.blinking);
    this.blinking = null;
    this.root.classList.remove("blinking", "blink-candidate");
    this.blink?.setAttribute("aria-pressed", "false");
  }

  #startBlink() {
    this.root.classList.add("blinking");
    this.blink.setAttribute("aria-pressed", "true");
    this.blinking = setInterval(() => this.root.classList.toggle("blink-candidate"), BLINK_MS);
  }

  #applyZoom() {
    this.root.style.setProperty("--zoom", this.zoom?.value ?? 1);
  }

  // An <img> does not tell why it failed; asking again does.
  async #explain(note, path, uuid) {
    if (this.shown !== uuid) return;
    setText(note, "This picture is not available. It may have been erased.");
    const { answer, words } = await get(path);
    if (answer.confirm && this.shown === uuid) setText(note, words);
  }

  #load(figure, path, uuid) {
    const image = find("img", figure);
    const note = find("[data-note]", figure);
    show(image, false);
    show(note, true);
    setText(note, "Loading…");
    image.onload = () => {
      show(image, true);
      show(note, false);
      image.dataset.paintedAt = Date.now() / 1000;
    };
    image.onerror = () => this.#explain(note, path, uuid);
    image.alt = find("figcaption", figure).textContent;
    image.src = path;
  }
}
