// Comparing the two faces: at one eye distance, zoomed and moved together, one laid over the other
// in turn, and beside the others on the list who are almost as similar.

import { transformOf } from "./alignment.js";
import { element, find, findAll, setText, show } from "./dom.js";
import { Pictures } from "./pictures.js";
import { days } from "./times.js";

const BLINK_MS = 700; // well under three changes a second
const ZOOMS = { least: 1, most: 4, step: 0.25 };
const MOVE = 0.08;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Compare {
  #sources = null;
  #centre = [0.5, 0.5];
  #other = 0;

  constructor(root, { say }) {
    this.root = root;
    this.say = say;
    this.pictures = new Pictures(root, { onLoad: () => this.#lay() });
    this.zoom = find("[data-zoom]", root);
    this.blink = find("[data-blink]", root);
    this.others = find("[data-others]", root);
    this.caption = find('[data-picture="candidate"] figcaption', root);
    this.captionWords = this.caption.textContent;
    this.zoom.addEventListener("input", () => this.#lay());
    this.blink.addEventListener("click", () => this.toggleBlink());
    this.others.addEventListener("click", () => this.nextOther());
    new ResizeObserver(() => this.#lay()).observe(root);
    for (const frame of findAll(".face .frame", root)) {
      frame.addEventListener("keydown", (event) => this.#move(event));
      frame.addEventListener("click", (event) => this.#centreOn(event, frame));
    }
  }

  showAlert(facts) {
    if (!this.pictures.showAlert(facts)) return;
    this.#begin();
  }

  // `sources` of the alert's detail: where the eyes are, and who else is near.
  describe(sources) {
    this.#sources = sources;
    const count = sources?.others.length ?? 0;
    show(this.others, count > 0);
    setText(find("[data-others-count]", this.others), String(count));
    this.#lay();
  }

  clear() {
    this.pictures.clear();
    this.#begin();
  }

  zoomBy(steps) {
    const value = Number(this.zoom.value) + steps * ZOOMS.step;
    this.zoom.value = Math.min(ZOOMS.most, Math.max(ZOOMS.least, value));
    this.#lay();
  }

  // Where motion is unwelcome each press shows the other face, and a third puts them side by side.
  toggleBlink() {
    const { classList } = this.root;
    if (!classList.contains("blinking")) this.#startBlink();
    else if (STILL.matches && classList.contains("blink-candidate")) classList.remove("blink-candidate");
    else this.stopBlink();
    if (STILL.matches) this.say(this.#shownWords());
  }

  stopBlink() {
    clearInterval(this.blinking);
    this.root.classList.remove("blinking", "blink-candidate");
    this.blink.setAttribute("aria-pressed", "false");
  }

  nextOther() {
    const others = this.#sources?.others ?? [];
    if (!others.length) return;
    this.#other = (this.#other + 1) % (others.length + 1);
    this.#showCandidate();
    this.say(this.caption.textContent);
  }

  #begin() {
    this.stopBlink();
    this.zoom.value = ZOOMS.least;
    this.#centre = [0.5, 0.5];
    this.#other = 0;
    this.#sources = null;
    for (const image of findAll("[data-rank]", this.root)) image.remove();
    setText(this.caption, this.captionWords);
    show(this.others, false);
  }

  #startBlink() {
    this.root.classList.add("blinking", "blink-candidate");
    this.blink.setAttribute("aria-pressed", "true");
    if (STILL.matches) return;
    this.blinking = setInterval(() => this.root.classList.toggle("blink-candidate"), BLINK_MS);
  }

  #shownWords() {
    const { classList } = this.root;
    if (!classList.contains("blinking")) return "Both faces are shown.";
    return classList.contains("blink-candidate") ? "The watchlist image is shown." : "The face seen is shown.";
  }

  #showCandidate() {
    const frame = find('[data-picture="candidate"] .frame', this.root);
    const other = this.#sources.others[this.#other - 1];
    for (const image of findAll("img", frame)) {
      image.classList.toggle("laid-aside", Number(image.dataset.rank ?? 0) !== this.#other);
    }
    const words = other ? `Almost as similar, ${this.#other} of ${this.#sources.others.length}` : this.captionWords;
    setText(this.caption, other ? `${words}, ${days(other.image_age_days)}` : words);
    if (other && !find(`[data-rank="${other.rank}"]`, frame)) {
      const image = frame.appendChild(element("img", { "data-rank": other.rank, hidden: "" }));
      this.pictures.load(image, other.image, words);
    }
  }

  #move(event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    this.#lookAt(this.#centre.map((at, axis) => at + (arrow[axis] * MOVE) / this.zoom.value));
  }

  // The point that was pressed comes to the middle, in both pictures.
  #centreOn(event, frame) {
    if (Number(this.zoom.value) === ZOOMS.least) return;
    const box = frame.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    this.#lookAt(this.#centre.map((now, axis) => now + (at[axis] - 0.5) / this.zoom.value));
  }

  #lookAt(point) {
    const reach = 0.5 - 0.5 / this.zoom.value;
    this.#centre = point.map((at) => Math.min(0.5 + reach, Math.max(0.5 - reach, at)));
    this.#lay();
  }

  #lay() {
    const zoom = Number(this.zoom.value);
    if (zoom === ZOOMS.least) this.#centre = [0.5, 0.5];
    for (const image of findAll(".face img", this.root)) {
      if (!image.naturalWidth) continue;
      const eyes = this.#eyesOf(image);
      image.dataset.eyes = JSON.stringify(eyes ?? null);
      image.style.transform = transformOf({
        width: image.naturalWidth,
        height: image.naturalHeight,
        eyes,
        frame: image.parentElement.clientWidth,
        zoom,
        centre: this.#centre,
      });
    }
  }

  #eyesOf(image) {
    if (!this.#sources) return null;
    if (image.closest("figure").dataset.picture === "probe") return this.#sources.probe_eyes;
    const rank = Number(image.dataset.rank ?? 0);
    return rank ? this.#sources.others[rank - 1]?.eyes : this.#sources.candidate_eyes;
  }
}
