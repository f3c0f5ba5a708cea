// The queue: what waits, most urgent and oldest first; then what is judged, sent and decided.

import { groupOf } from "./store.js";
import { element, find, findAll, setText, show } from "./dom.js";
import { ago, clock } from "./times.js";

const SHOWN = 100; // of a group: a storm is counted, not drawn

export class QueueView {
  #cards = new Map();

  constructor(root, store, { onOpen }) {
    this.root = root;
    this.store = store;
    this.onOpen = onOpen;
    this.openUuid = null;
    store.addEventListener("change", () => this.#schedule());
    setInterval(() => this.#showAges(), 1000);
  }

  setOpen(uuid) {
    this.openUuid = uuid;
    for (const [key, card] of this.#cards) mark(card.button, key === uuid);
  }

  // Alerts in the order of the page, for the keys.
  order() {
    return findAll("[data-uuid]", this.root).map((card) => card.dataset.uuid);
  }

  reveal(uuid) {
    this.#cards.get(uuid)?.item.scrollIntoView({ block: "nearest" });
  }

  #schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.#render();
    });
  }

  #render() {
    const drawn = new Set();
    for (const section of findAll("[data-group]", this.root)) {
      const members = this.store.group(section.dataset.group);
      show(section, members.length > 0);
      setText(find("[data-count]", section), String(members.length));
      this.#fill(find(".cards", section), members.slice(0, SHOWN), drawn);
    }
    for (const [uuid, card] of this.#cards) {
      if (!drawn.has(uuid)) {
        card.item.remove();
        this.#cards.delete(uuid);
      }
    }
    show(find("[data-queue-empty]", this.root), drawn.size === 0);
  }

  #fill(list, members, drawn) {
    members.forEach((facts, index) => {
      drawn.add(facts.uuid);
      const card = this.#card(facts);
      card.update(facts);
      if (list.children[index] !== card.item) list.insertBefore(card.item, list.children[index] ?? null);
    });
  }

  #card(facts) {
    const known = this.#cards.get(facts.uuid);
    if (known) return known;
    const card = new Card(facts, () => this.onOpen(facts.uuid));
    mark(card.button, facts.uuid === this.openUuid);
    this.#cards.set(facts.uuid, card);
    return card;
  }

  #showAges() {
    for (const card of this.#cards.values()) card.showAge();
  }
}

class Card {
  constructor(facts, onOpen) {
    this.category = element("strong", { className: "card-category" });
    this.response = element("span");
    this.place = element("span", { className: "card-place" });
    this.age = element("span", { className: "card-age number" });
    this.note = element("span", { className: "card-note" });
    this.button = element("button", { type: "button", className: "card" },
      this.response, this.age, this.category, this.place, this.note);
    this.button.addEventListener("click", onOpen);
    this.item = element("li", { "data-uuid": facts.uuid }, this.button);
    this.item.dataset.capturedAt = facts.captured_at;
    // The second frame begins once the first, with the card in it, is on the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      this.item.dataset.paintedAt = Date.now() / 1000;
    }));
  }

  update(facts) {
    if (this.facts === facts) return;
    this.facts = facts;
    this.item.dataset.status = facts.status;
    this.button.classList.toggle("card-late", facts.escalated && facts.status === "raised");
    this.response.className = `badge badge-response-${facts.response}`;
    setText(this.response, facts.response_words.split(":")[0]);
    setText(this.category, facts.category_words);
    setText(this.place, `${facts.camera}, ${clock(facts.captured_at)}`);
    setText(this.note, noteOn(facts));
    this.showAge();
  }

  showAge() {
    setText(this.age, groupOf(this.facts) === "decided" ? "" : ago(this.facts.raised_at));
  }
}

function mark(button, isOpen) {
  if (isOpen) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}

function noteOn(facts) {
  const notes = [];
  if (facts.lookalike) notes.push("Look-alike on the list");
  if (facts.sightings > 1) notes.push(`Seen ${facts.sightings} times`);
  if (facts.status === "raised" && facts.escalated) notes.push("Nobody has taken this alert");
  if (facts.status === "second_look") notes.push(`${facts.claimed_by} asks for a second operator`);
  if (facts.status === "claimed") notes.push(`With ${facts.claimed_by}`);
  if (facts.status === "confirmed") notes.push(`Confirmed by ${facts.claimed_by}`);
  if (facts.sending_at !== null) notes.push("Officers are about to be told");
  if (facts.status === "engaged") notes.push(facts.status_words);
  if (groupOf(facts) === "decided") notes.push(facts.outcome_words || facts.status_words, facts.kind_words);
  return notes.join(" · ");
}
