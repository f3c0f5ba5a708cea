// The open alert: what is known, the pictures, and the step that comes next for this operator.

import { Compare } from "./compare.js";
import { find, findAll, setText, show } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Engagement } from "./engagement.js";
import { Judgement, comparedWords } from "./judgement.js";
import { get } from "./post.js";
import { secondsToUndo, stepOf, wayBack } from "./steps.js";
import { clock, days } from "./times.js";

const NARROW = window.matchMedia("(max-width: 56rem)");
const COMPARED = new Set(["confirm", "look", "answer-second"]);
// What another operator or the passing of time did to it, worth reading its details again.
const READ_AGAIN = new Set(["second_given", "second_ended", "undone", "dispatched", "engaged"]);

export class OpenAlert {
  constructor(root, { store, actions, you, say }) {
    this.root = root;
    this.store = store;
    this.actions = actions;
    this.you = you;
    this.uuid = null;
    this.looked = false;
    this.article = find("[data-open-alert]", root);
    this.compare = new Compare(find("[data-pictures]", root), { say });
    this.firstLook = find("[data-first-look]", root);
    this.judgement = new Judgement(find('[data-step="judge"]', root), this.firstLook);
    this.drafts = new Drafts();
    this.judgement.onChange = () => this.#allow();
    this.judgement.onEdit = (fields) => this.facts && this.drafts.keep(this.facts, fields);
    this.engagement = new Engagement(this.article);
    this.judgement.reveal.addEventListener("click", () => this.reveal());
    this.sought = find('[data-step="dispatch"]', root);
    this.sought.addEventListener("submit", (event) => event.preventDefault());
    actions.addEventListener("change", () => this.render());
    store.addEventListener("change", ({ detail }) => this.#onChange(detail));
    for (const button of findAll("[data-action]", root)) {
      button.addEventListener("click", () => this.act(button.dataset.action, button.dataset.verdict));
    }
    setInterval(() => this.#count(), 250);
  }

  get facts() {
    return this.uuid && this.store.get(this.uuid);
  }

  get canBeUndone() {
    return Boolean(this.facts) && stepOf(this.facts, this.you) === "undo";
  }

  open(uuid) {
    const facts = this.store.get(uuid);
    if (!facts) return;
    const isOther = this.uuid !== uuid;
    this.uuid = uuid;
    if (isOther) this.looked = false;
    this.#problem("");
    this.compare.showAlert(facts);
    this.judgement.open(uuid);
    this.sought.reset(); // an answer is about one person
    this.#describe(uuid, facts.url);
    this.render();
  }

  close(words = "") {
    this.uuid = null;
    this.compare.clear();
    setText(find("[data-open-none] h2", this.root), words || "Nothing is open");
    this.render();
  }

  async act(name, verdict) {
    const facts = this.facts;
    if (!facts || !this.#isOffered(name)) return;
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
    const words = await this.actions.act(facts, name, this.#fields(name, verdict));
    if (name === "release" && !words) this.#forget(facts.uuid);
    if (this.uuid === facts.uuid) this.#problem(words);
  }

  goBack() {
    const name = this.facts && wayBack(this.facts, this.you);
    if (name) this.act(name);
  }

  // The first look goes on record, and only then are the name and the score asked for.
  async reveal() {
    const { facts, judgement } = this;
    if (!facts || judgement.reveal.disabled || judgement.reveal.hidden) return;
    if (!this.looked) {
      const words = await this.actions.act(facts, "look", judgement.findings);
      if (this.uuid !== facts.uuid) return;
      this.#problem(words);
      if (words) return;
      this.looked = true;
    }
    const { ok, answer, words } = await get(`${facts.url}?identity=1`);
    if (this.uuid !== facts.uuid) return;
    if (ok) judgement.showIdentity(answer.identity);
    else this.#problem(words);
    this.#allow();
  }

  render() {
    const facts = this.facts;
    show(this.article, Boolean(facts));
    show(find("[data-open-none]", this.root), !facts);
    if (!facts) return;
    this.#showFacts(facts);
    const step = stepOf(facts, this.you);
    this.step = step;
    for (const each of findAll("[data-step]", this.article)) show(each, each.dataset.step === step);
    const isSecond = facts.claimed_by_id !== this.you.id;
    show(this.firstLook, !isSecond);
    this.#placeFirstLook();
    for (const part of findAll("[data-for]", this.article)) {
      show(part, part.dataset.for === (isSecond ? "second" : "holder"));
    }
    this.#count();
    this.#allow();
  }

  // Beside the pictures; where there is no room beside them, below the features that it records.
  #placeFirstLook() {
    const isBelow = NARROW.matches && this.step === "judge";
    const home = find(isBelow ? ".factors" : ".beside", this.article);
    if (this.firstLook.parentElement !== home) home.append(this.firstLook);
  }

  #onChange(detail) {
    if (detail?.facts.erased) this.#forget(detail.facts.uuid);
    if (this.uuid && !this.facts) this.close("The alert was erased.");
    else this.render();
    if (detail?.facts.uuid === this.uuid && this.facts && READ_AGAIN.has(detail.kind)) {
      this.#describe(this.uuid, this.facts.url);
    }
  }

  #forget(uuid) {
    this.drafts.forget(uuid);
    this.judgement.forget(uuid);
    if (this.uuid === uuid && this.facts) this.judgement.open(uuid);
  }

  #isOffered(name) {
    return findAll(`[data-step]:not([hidden]) [data-action="${name}"]`, this.root).some(
      (button) => !button.disabled && !button.closest("[hidden]"),
    );
  }

  #fields(name, verdict) {
    if (name === "dismiss") return { ...this.judgement.findings, reason: this.judgement.reason.value };
    if (name === "answer-second") return { ...this.judgement.findings, verdict };
    if (COMPARED.has(name)) return this.judgement.findings;
    if (name === "dispatch" || name === "not-sought") return Object.fromEntries(new FormData(this.sought));
    if (name === "engage") return this.engagement.began;
    if (name === "resolve") return this.engagement.outcome;
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
      over_words: [facts.outcome_words || facts.status_words, facts.kind_words].join(" · "),
    };
    for (const [name, value] of Object.entries(values)) {
      for (const slot of findAll(`[data-slot="${name}"]`, this.article)) setText(slot, value);
    }
    show(find("[data-flag-lookalike]", this.article), facts.lookalike);
  }

  // What can be taken back is counted down; the server decides when it is over.
  #count() {
    const facts = this.facts;
    if (!facts) return;
    if (stepOf(facts, this.you) !== this.step) this.render();
    this.engagement.tick();
    if (this.step !== "undo") return;
    const what = facts.status === "dismissed" ? "Dismissed. Its images are erased in" : "Officers are told in";
    setText(find("[data-undo-words]", this.article), what);
    setText(find("[data-undo-left]", this.article), `${Math.ceil(secondsToUndo(facts))} s`);
  }

  // Decisions wait for a live connection: somebody else may have been quicker.
  #allow() {
    const { hasFindings, reveal, identity } = this.judgement;
    const isOff = this.actions.isBlocked || this.actions.isBusy(this.uuid);
    for (const button of findAll("[data-action]", this.article)) {
      const { action } = button.dataset;
      const needsFindings = (COMPARED.has(action) && !hasFindings) || (action === "ask-second" && !this.looked);
      button.disabled = isOff || needsFindings;
    }
    reveal.disabled = isOff || !(hasFindings || this.looked);
    show(reveal, identity.hidden && this.step === "judge");
  }

  async #describe(uuid, url) {
    const age = find('[data-slot="image_age"]', this.article);
    const { ok, answer } = await get(url);
    if (this.uuid !== uuid) return;
    setText(age, ok && answer.sources ? days(answer.sources.image_age_days) : "–");
    if (!ok) return;
    this.looked = answer.looked;
    this.compare.describe(answer.sources);
    this.#showSecond(answer.second);
    this.judgement.restore(uuid, answer.draft);
    this.engagement.describe(uuid, answer.field);
    this.#allow();
  }

  #showSecond(second) {
    const box = find("[data-second]", this.article);
    const given = second?.answered_by ? second : null;
    setText(box, given ? `${given.answered_by}: ${given.verdict_words.toLowerCase()}. ${comparedWords(given.compared)}` : "");
    show(box, Boolean(given));
  }

  #problem(words) {
    const problem = find("[data-problem]", this.article);
    setText(problem, words);
    show(problem, Boolean(words));
  }
}
