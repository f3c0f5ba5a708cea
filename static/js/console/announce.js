// What a screen reader says. New alerts interrupt, the rest waits its turn; storms are summed up.

import { setText } from "./dom.js";

const GATHER_MS = 600;

export class Announcer {
  #new = [];

  constructor(polite, now) {
    this.polite = polite;
    this.now = now;
  }

  say(text) {
    setText(this.polite, text);
  }

  newAlert(facts) {
    this.#new.push(facts);
    this.timer ??= setTimeout(() => this.#sayNew(), GATHER_MS);
  }

  #sayNew() {
    const [first, ...more] = this.#new;
    this.#new = [];
    this.timer = null;
    const said = `New alert, ${first.response_words}, ${first.category_words}, ${first.camera}.`;
    setText(this.now, more.length ? `${said} And ${more.length} more.` : said);
  }
}

export function sayEvent({ facts, kind }) {
  const who = facts.claimed_by ?? "an operator";
  const told = {
    claimed: `${who} claimed the alert from ${facts.camera}.`,
    released: `The alert from ${facts.camera} waits again.`,
    confirmed: `${who} confirmed the alert from ${facts.camera}.`,
    dismissed: `${who} dismissed the alert from ${facts.camera}.`,
    second_asked: `${who} asks for a second operator on the alert from ${facts.camera}.`,
    second_given: `A second operator has answered on the alert from ${facts.camera}.`,
    undone: `${who} took the decision on the alert from ${facts.camera} back.`,
    dispatched: `Officers were sent to the alert from ${facts.camera}.`,
    engaged: `Officers are with the person seen by ${facts.camera}.`,
    not_located: `Officers did not locate the person seen by ${facts.camera}.`,
    not_sought: `The person seen by ${facts.camera} is no longer sought. Nobody is sent.`,
    resolved: `Outcome: ${facts.outcome_words}.`,
  };
  return told[kind] ?? "";
}
