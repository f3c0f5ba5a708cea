// What the operator compared, for each alert until it is decided. The findings come first: only once
// this first look is on record are the name and the score band shown.

import { find, findAll, setText, show } from "./dom.js";

const NEXT = { "": "agrees", agrees: "differs", differs: "" };
const FINDINGS = { agrees: "in_favour", differs: "against" };

export class Judgement {
  #drafts = new Map();

  constructor(form, firstLook) {
    this.form = form;
    this.reason = find("[data-reason]", form);
    this.reveal = find("[data-reveal]", firstLook);
    this.identity = find("[data-identity]", firstLook);
    this.onChange = () => {};
    this.onEdit = () => {};
    for (const prompt of findAll("[data-prompt]", form)) {
      prompt.addEventListener("click", () => {
        setFinding(prompt, NEXT[prompt.dataset.finding]);
        this.#changed();
      });
    }
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  open(uuid) {
    if (this.uuid === uuid) return;
    this.uuid = uuid;
    this.#show(this.#drafts.get(uuid));
    show(this.identity, false);
    this.onChange();
  }

  // What this person wrote down before the page was loaded. What they have written since comes first.
  restore(uuid, draft) {
    if (!draft || this.uuid !== uuid || this.#drafts.has(uuid)) return;
    const { in_favour: agrees, against, reason, ...texts } = draft;
    const findings = Object.fromEntries([
      ...agrees.map((value) => [value, "agrees"]), ...against.map((value) => [value, "differs"]),
    ]);
    this.#drafts.set(uuid, { findings, texts, reason });
    this.#show(this.#drafts.get(uuid));
    this.onChange();
  }

  #show(draft = { findings: {}, texts: {}, reason: "" }) {
    for (const prompt of this.#prompts()) setFinding(prompt, draft.findings[prompt.dataset.value] ?? "");
    for (const input of this.#texts()) input.value = draft.texts[input.name] ?? "";
    this.reason.value = draft.reason;
  }

  // A decided alert's words go as the alert's images do.
  forget(uuid) {
    this.#drafts.delete(uuid);
    if (this.uuid === uuid) this.uuid = null;
  }

  showIdentity(identity) {
    for (const name of ["name", "reference", "band", "band_meaning"]) {
      setText(find(`[data-slot="${name}"]`, this.identity), identity[name]);
    }
    const near = identity.others.map((other) => `${other.name} (${other.reference}), ${other.band.toLowerCase()}`);
    setText(find('[data-slot="near"]', this.identity), near.length ? `Almost as similar: ${near.join("; ")}.` : "");
    show(this.identity, true);
    show(this.reveal, false);
  }

  get hasFindings() {
    return Object.values(this.findings).some((value) => value.length > 0);
  }

  // As the server takes it: factors for and against, and the texts by subject.
  get findings() {
    const chosen = { in_favour: [], against: [] };
    for (const { dataset } of this.#prompts()) {
      if (dataset.finding) chosen[FINDINGS[dataset.finding]].push(dataset.value);
    }
    return { ...chosen, ...Object.fromEntries(this.#texts().map((input) => [input.name, input.value.trim()])) };
  }

  #prompts() {
    return findAll("[data-prompt]", this.form);
  }

  #texts() {
    return findAll("[data-factor] input", this.form);
  }

  #changed() {
    this.#drafts.set(this.uuid, {
      findings: Object.fromEntries(this.#prompts().map(({ dataset }) => [dataset.value, dataset.finding])),
      texts: Object.fromEntries(this.#texts().map((input) => [input.name, input.value])),
      reason: this.reason.value,
    });
    this.onChange();
    this.onEdit({ ...this.findings, reason: this.reason.value });
  }
}

function setFinding(prompt, finding) {
  prompt.dataset.finding = finding;
  setText(find("[data-finding-words]", prompt), finding ? `, ${finding}` : ", not compared");
}

export function comparedWords({ in_favour: agrees, against, subject, system, environment }) {
  const parts = [];
  if (agrees.length) parts.push(`Agrees: ${agrees.join(", ")}.`);
  if (against.length) parts.push(`Differs: ${against.join(", ")}.`);
  return [...parts, ...[subject, system, environment].filter(Boolean)].join(" ");
}
