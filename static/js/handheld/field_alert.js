// One alert on a handheld: both faces, what to do, and what the officers report.

import { find, findAll, setText, show } from "../console/dom.js";
import { Pictures } from "../console/pictures.js";
import { get } from "../console/post.js";
import { ago, clock } from "../console/times.js";
import { project, stepOf } from "./projection.js";

export class FieldAlert {
  constructor(template, facts, { outbox, you }) {
    this.outbox = outbox;
    this.you = you;
    this.article = template.content.firstElementChild.cloneNode(true);
    this.article.dataset.uuid = facts.uuid;
    this.pictures = new Pictures(find("[data-pictures]", this.article));
    this.form = find("form", this.article);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    find("[data-reveal]", this.article).addEventListener("click", () => this.#reveal());
    find("[data-again]", this.article).addEventListener("click", () => this.#assessAgain());
    for (const button of findAll("[data-action]", this.article)) {
      button.addEventListener("click", () => this.#act(button));
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
    this.#showOthers();
    this.#showStep();
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

  #showStep() {
    const standing = project(this.facts, this.outbox.of(this.facts.uuid), this.you);
    const step = this.isAssessingAgain && standing.status === "dispatched" ? "assess" : stepOf(standing);
    for (const each of findAll("[data-step]", this.article)) show(each, each.dataset.step === step);
    const chosen = find(`[data-view="${standing.view || "none"}"]`, this.article);
    for (const button of findAll("[data-view]", this.article)) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    setText(find('[data-slot="own_view"]', this.article), chosen?.textContent ?? "");
  }

  #showOthers() {
    const others = this.facts.officers.filter((officer) => officer.id !== this.you.id);
    const words = others.map(({ name, view_words: view }) => (view ? `${name}: ${view.toLowerCase()}` : `${name} is on it`));
    const line = find("[data-others]", this.article);
    setText(line, words.join(". "));
    show(line, others.length > 0);
  }

  #assessAgain() {
    this.isAssessingAgain = true;
    this.#showStep();
  }

  #act({ dataset: { action, view } }) {
    const fields = this.#fields(action, view);
    if (action === "resolve" && Object.keys(fields).length < 3) {
      this.problem("Answer all three questions.");
      return;
    }
    this.problem("");
    this.isAssessingAgain = false;
    this.outbox.add(this.facts.uuid, action, fields);
  }

  #fields(action, view) {
    if (action === "assess") return { view };
    if (action !== "resolve") return {};
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
