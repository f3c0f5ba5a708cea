// One alert on a handheld: both faces, what to do, and what the officers report.

import { find, findAll, setText, show } from "../console/dom.js";
import { Pictures } from "../console/pictures.js";
import { get } from "../console/post.js";
import { ago, clock } from "../console/times.js";

const WAITING_WORDS = {
  engage: "With the person",
  "not-located": "Not located",
  resolve: "Outcome",
};

export class FieldAlert {
  constructor(template, facts, { outbox }) {
    this.outbox = outbox;
    this.article = template.content.firstElementChild.cloneNode(true);
    this.article.dataset.uuid = facts.uuid;
    this.pictures = new Pictures(find("[data-pictures]", this.article));
    this.form = find("form", this.article);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    find("[data-reveal]", this.article).addEventListener("click", () => this.#reveal());
    for (const button of findAll("[data-action]", this.article)) {
      button.addEventListener("click", () => this.#act(button.dataset.action));
    }
    for (const radio of findAll("input[type=radio]", this.article)) radio.name += `-${facts.uuid}`;
  }

  update(facts) {
    this.facts = facts;
    this.article.dataset.status = facts.status;
    this.article.dataset.response = facts.response;
    this.pictures.showAlert(facts);
    for (const name of ["response_words", "category_words", "camera"]) {
      setText(find(`[data-slot="${name}"]`, this.article), facts[name]);
    }
    show(find("[data-flag-lookalike]", this.article), facts.lookalike);
    for (const step of findAll("[data-step]", this.article)) {
      show(step, step.dataset.step === facts.status && !this.outbox.isWaiting(facts.uuid));
    }
    this.showAge();
  }

  showAge() {
    const seen = this.facts.last_seen_at;
    setText(find('[data-slot="seen"]', this.article), `${clock(seen)}, ${ago(seen)}`);
  }

  problem(words) {
    const problem = find("[data-problem]", this.article);
    setText(problem, words);
    show(problem, Boolean(words));
  }

  remove() {
    this.pictures.clear();
    this.article.remove();
  }

  #act(action) {
    const fields = action === "resolve" ? this.#outcome() : {};
    if (action === "resolve" && Object.keys(fields).length < 3) {
      this.problem("Answer all three questions.");
      return;
    }
    this.problem("");
    this.outbox.add(this.facts, action, `${WAITING_WORDS[action]}: ${this.facts.category_words}`, fields);
  }

  #outcome() {
    const chosen = findAll("input:checked", this.form);
    return Object.fromEntries(chosen.map((radio) => [radio.name.split("-")[0], radio.value]));
  }

  async #reveal() {
    const { ok, answer, words } = await get(`${this.facts.url}?identity=1`);
    if (!ok) {
      this.problem(words);
      return;
    }
    const identity = find("[data-identity]", this.article);
    setText(find('[data-slot="name"]', identity), answer.identity.name);
    setText(find('[data-slot="reference"]', identity), answer.identity.reference);
    show(identity, true);
    show(find("[data-reveal]", this.article), false);
  }
}
