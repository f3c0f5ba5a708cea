// The open alert: what is known, the pictures, and the step that comes next for this operator.

import { find, findAll, setText, show } from "./dom.js";
import { Judgement } from "./judgement.js";
import { Pictures } from "./pictures.js";
import { get } from "./post.js";
import { clock, days } from "./times.js";

export class OpenAlert {
  constructor(root, { store, actions, you }) {
    this.root = root;
    this.store = store;
    this.actions = actions;
    this.you = you;
    this.uuid = null;
    this.article = find("[data-open-alert]", root);
    this.pictures = new Pictures(find("[data-pictures]", root));
    this.judgement = new Judgement(find('[data-step="judge"]', root));
    this.judgement.onChange = () => this.#allow();
    this.judgement.reveal.addEventListener("click", () => this.#reveal());
    this.sought = find('[data-step="dispatch"]', root);
    this.sought.addEventListener("submit", (event) => event.preventDefault());
    actions.addEventListener("change", () => this.render());
    store.addEventListener("change", ({ detail }) => this.#onChange(detail));
    for (const button of findAll("[data-action]", root)) {
      button.addEventListener("click", () => this.act(button.dataset.action));
    }
    find("[data-undo]", root).addEventListener("click", () => this.undo());
  }

  get facts() {
    return this.uuid && this.store.get(this.uuid);
  }

  open(uuid) {
    const facts = this.store.get(uuid);
    if (!facts) return;
    this.uuid = uuid;
    this.#problem("");
    this.pictures.showAlert(facts);
    this.judgement.open(uuid);
    this.sought.reset(); // an answer is about one person
    this.#describe(uuid, facts.url);
    this.render();
  }

  close(words = "") {
    this.uuid = null;
    this.pictures.clear();
    setText(find("[data-open-none] h2", this.root), words || "Nothing is open");
    this.render();
  }

  async act(name) {
    const facts = this.facts;
    const button = find(`[data-step]:not([hidden]) [data-action="${name}"]`, this.root);
    if (!facts || !button || button.disabled) return;
    if (name === "dismiss" && !this.judgement.reason.value) {
      this.#problem("Choose why the alert is dismissed.");
      this.judgement.reason.focus();
      return;
    }
    if ((name === "dispatch" || name === "not-sought") && !this.sought.elements.source.value) {
      this.#problem("Say who was asked whether the person is still sought.");
      this.sought.elements.source[0].focus();
      return;
    }
    this.#problem("");
    const words = await this.actions.act(facts, name, this.#fields(name));
    if (this.uuid === facts.uuid) this.#problem(words);
  }

  undo() {
    if (this.uuid) this.actions.undo(this.uuid);
  }

  render() {
    const facts = this.facts;
    show(this.article, Boolean(facts));
    show(find("[data-open-none]", this.root), !facts);
    if (!facts) return;
    this.#showFacts(facts);
    const step = this.#step(facts);
    for (const each of findAll("[data-step]", this.article)) show(each, each.dataset.step === step);
    this.#allow();
  }

  #onChange(detail) {
    if (detail?.facts.erased) this.judgement.forget(detail.facts.uuid);
    if (this.uuid && !this.facts) this.close("The alert was erased.");
    else this.render();
  }

  #step(facts) {
    if (this.actions.secondsToUndo(facts.uuid) !== null) return "undo";
    const isMine = facts.claimed_by_id === this.you.id;
    const steps = {
      raised: "claim",
      claimed: isMine ? "judge" : "other",
      confirmed: isMine ? "dispatch" : "other",
      dispatched: "sent",
      engaged: "outcome",
    };
    return steps[facts.status] ?? "over";
  }

  #fields(name) {
    if (name === "confirm") return this.judgement.factors;
    if (name === "dismiss") return { ...this.judgement.factors, reason: this.judgement.reason.value };
    if (name === "dispatch" || name === "not-sought") return Object.fromEntries(new FormData(this.sought));
    if (name === "resolve") return Object.fromEntries(new FormData(find('[data-step="outcome"]', this.article)));
    return {};
  }

  #showFacts(facts) {
    const head = find("[data-response]", this.article);
    head.dataset.response = facts.response;
    this.article.dataset.uuid = facts.uuid;
    this.article.dataset.status = facts.status;
    const values = {
      response_words: facts.response_words,
      category_words: facts.category_words,
      camera: facts.camera,
      captured: clock(facts.captured_at),
      sightings: String(facts.sightings),
      status_words: facts.claimed_by ? `${facts.status_words}: ${facts.claimed_by}` : facts.status_words,
      held_by: facts.claimed_by ?? "",
      over_words: facts.outcome_words || facts.status_words,
    };
    for (const [name, value] of Object.entries(values)) {
      setText(find(`[data-slot="${name}"]`, this.article), value);
    }
    show(find("[data-flag-lookalike]", this.article), facts.lookalike);
    setText(find("[data-undo-left]", this.article), `${this.actions.secondsToUndo(facts.uuid) ?? 0} s`);
  }

  // Decisions wait for a live connection: somebody else may have been quicker.
  #allow() {
    for (const button of findAll("[data-action]", this.article)) {
      const needsFindings = button.dataset.action === "confirm" && !this.judgement.hasFindings;
      button.disabled = this.actions.isBlocked || this.actions.isBusy(this.uuid) || needsFindings;
    }
    this.judgement.reveal.disabled = this.actions.isBlocked || !this.judgement.hasFindings;
    show(this.judgement.reveal, this.judgement.identity.hidden);
  }

  async #describe(uuid, url) {
    setText(find('[data-slot="image_age"]', this.article), "–");
    const { ok, answer } = await get(url);
    if (!ok || this.uuid !== uuid) return;
    const age = answer.sources ? days(answer.sources.image_age_days) : "–";
    setText(find('[data-slot="image_age"]', this.article), age);
  }

  async #reveal() {
    const { uuid, url } = this.facts;
    const { ok, answer, words } = await get(`${url}?identity=1`);
    if (this.uuid !== uuid) return;
    if (ok) this.judgement.showIdentity(answer.identity);
    else this.#problem(words);
  }

  #problem(words) {
    const problem = find("[data-problem]", this.article);
    setText(problem, words);
    show(problem, Boolean(words));
  }
}
