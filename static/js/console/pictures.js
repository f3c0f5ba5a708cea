// The pictures of one alert. Each is fetched once: every fetch is a recorded look at a person.

import { find, findAll, setText, show } from "./dom.js";
import { get } from "./post.js";

const GONE = "This picture is not available. It may have been erased.";

export class Pictures {
  constructor(root, { onLoad = () => {} } = {}) {
    this.root = root;
    this.shown = null;
    this.onLoad = onLoad;
  }

  showAlert(facts) {
    if (this.shown === facts.uuid) return false;
    this.shown = facts.uuid;
    for (const figure of findAll("[data-picture]", this.root)) {
      const image = find("img", figure);
      this.load(image, facts.images[figure.dataset.picture], find("figcaption", figure).textContent);
    }
    return true;
  }

  // Nothing of a person stays in the page once their alert is closed.
  clear() {
    this.shown = null;
    for (const image of findAll("img", this.root)) {
      image.removeAttribute("src");
      show(image, false);
    }
  }

  // An <img> does not tell why it failed; asking again does.
  async #explain(note, path, shown) {
    if (this.shown !== shown) return;
    setText(note, GONE);
    const { answer, words } = await get(path);
    if (answer.confirm && this.shown === shown) setText(note, words);
  }

  load(image, path, alt) {
    const note = find("[data-note]", image.closest("figure"));
    const { shown } = this;
    show(image, false);
    show(note, true);
    setText(note, "Loading…");
    image.onload = () => {
      if (this.shown !== shown) return;
      show(image, true);
      show(note, false);
      image.dataset.paintedAt = Date.now() / 1000;
      this.onLoad(image);
    };
    image.onerror = () => this.#explain(note, path, shown);
    image.alt = alt;
    image.src = path;
  }
}
