// What officers tell an operator by radio: since when they are with the person, when they parted and
// what came of it. Radio comes late, so both times can be set; what is left alone is by the clock.

import { find, findAll } from "./dom.js";
import { localMinute, serverNow } from "./times.js";

export class Engagement {
  constructor(article) {
    this.sent = find('[data-step="sent"]', article);
    this.form = find('[data-step="outcome"]', article);
    for (const form of [this.sent, this.form]) form.addEventListener("submit", (event) => event.preventDefault());
  }

  // What was begun for one alert is not another's.
  describe(uuid, times) {
    if (this.uuid !== uuid) this.#reset();
    this.uuid = uuid;
    this.times = times;
    this.tick();
  }

  // The times that stand unless somebody sets others go on with the clock.
  tick() {
    if (!this.times) return;
    const { sent_at: sentAt, engaged_from: engagedFrom } = this.times;
    for (const input of this.#moments()) {
      const isMeeting = this.form.contains(input) && input.name === "engaged_from";
      this.#offer(input, isMeeting ? engagedFrom : serverNow());
      if (sentAt !== null) input.min = localMinute(sentAt);
    }
  }

  get began() {
    return said(this.sent);
  }

  get outcome() {
    const { engaged_from: from, engaged_to: to, ...fields } = Object.fromEntries(new FormData(this.form));
    return { ...fields, ...said(this.form) };
  }

  #moments() {
    return [this.sent, this.form].flatMap((form) => findAll("[data-moment]", form));
  }

  #reset() {
    this.sent.reset();
    this.form.reset();
    for (const input of this.#moments()) input.dataset.moment = "";
  }

  #offer(input, seconds) {
    const isTheirs = input.value !== input.dataset.moment || input === document.activeElement;
    if (seconds === null || isTheirs) return;
    input.dataset.moment = localMinute(seconds);
    input.value = input.dataset.moment;
  }
}

// The times that somebody set.
function said(form) {
  const set = findAll("[data-moment]", form).filter((input) => input.value && input.value !== input.dataset.moment);
  return Object.fromEntries(set.map((input) => [input.name, input.value]));
}
