// What the operator compared, kept for each alert until it is decided. The findings come first: only
// then are the name and the score band shown, and only then can the alert be confirmed.

import { find, findAll, setText, show } from "./dom.js";

const NEXT = { "": "agrees", agrees: "differs", differs: "" };
const LONGEST = 300;

export class Judgement {
  #drafts = new Map();

  constructor(form) {
    this.form = form;
    this.reason = find("[data-reason]", form);
    this.reveal = find("[data-reveal]", form);
    this.identity = find("[data-identity]", form);
    this.onChange = () => {};
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
    const draft = this.#drafts.get(uuid) ?? { findings: {}, texts: {}, reason: "" };
    for (const prompt of findAll("[data-prompt]", this.form)) {
      setFinding(prompt, draft.findings[prompt.dataset.prompt] ?? "");
    }
    for (const group of this.#groups()) group.input.value = draft.texts[group.name] ?? "";
    this.reason.value = draft.reason;
    show(this.identity, false);
    this.onChange();
  }

  // A decided alert's words go as the alert's images do.
  forget(uuid) {
    this.#drafts.delete(uuid);
    if (this.uuid === uuid) this.uuid = null;
  }

  showIdentity(identity) {
    for (const name of ["name", "reference", "band"]) {
      setText(find(`[data-slot="${name}"]`, this.identity), identity[name]);
    }
    show(this.identity, true);
    show(this.reveal, false);
  }

  get hasFindings() {
    return Object.values(this.factors).some((text) => text !== "");
  }

  // "Agrees: Nose; Ears. Differs: Apparent age. Hat pulled low." by subject, system, environment.
  get factors() {
    return Object.fromEntries(this.#groups().map((group) => [group.name, sentence(group)]));
  }

  #groups() {
    return findAll("[data-factor]", this.form).map((fieldset) => ({
      name: fieldset.dataset.factor,
      input: find("input", fieldset),
      prompts: findAll("[data-prompt]", fieldset),
    }));
  }

  #changed() {
    this.#drafts.set(this.uuid, {
      findings: Object.fromEntries(
        findAll("[data-prompt]", this.form).map((each) => [each.dataset.prompt, each.dataset.finding]),
      ),
      texts: Object.fromEntries(this.#groups().map((group) => [group.name, group.input.value])),
      reason: this.reason.value,
    });
    this.onChange();
  }
}

function setFinding(prompt, finding) {
  prompt.dataset.finding = finding;
  setText(find("[data-finding-words]", prompt), finding ? `, ${finding}` : ", not compared");
}

function sentence({ input, prompts }) {
  const parts = [];
  for (const [finding, word] of [["agrees", "Agrees"], ["differs", "Differs"]]) {
    const names = prompts.filter((each) => each.dataset.finding === finding);
    if (names.length) parts.push(`${word}: ${names.map((each) => each.dataset.prompt).join("; ")}.`);
  }
  if (input.value.trim()) parts.push(input.value.trim());
  return parts.join(" ").slice(0, LONGEST);
}
