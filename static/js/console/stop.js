// Stopping recognition from the console. Needs no live connection: stopping is always allowed.

import { find, findAll, setText, show } from "./dom.js";
import { post } from "./post.js";

const POSSIBLE = { live: ["suspend", "end"], suspended: ["resume", "end"] };
const STOPPED = "Recognition is stopped: every camera is off. Say why, now or later.";

/** The emergency stop is one press: no question comes before it, the reason may follow. */
export function prepareStop({ opener, dialog, emergency }) {
  const reason = find("[name=reason]", dialog);
  const problem = find("[data-stop-problem]", dialog);
  const hint = find("[data-stop-hint]", dialog);
  const usualHint = hint.textContent;
  const say = (words) => {
    setText(problem, words);
    show(problem, Boolean(words));
  };
  const open = (possible, words) => {
    for (const button of findAll("[data-move]", dialog)) {
      show(button, possible.includes(button.dataset.moveName));
    }
    say("");
    setText(hint, words);
    if (!dialog.open) dialog.showModal();
    reason.focus();
  };
  opener.addEventListener("click", () => {
    open(POSSIBLE[document.body.dataset.deployment] ?? ["suspend", "end"], usualHint);
  });
  find("[data-close]", dialog).addEventListener("click", () => dialog.close());
  for (const button of findAll("[data-move]", dialog)) {
    button.addEventListener("click", async () => {
      const { ok, words } = await post(button.dataset.move, { reason: reason.value });
      if (ok) {
        reason.value = "";
        dialog.close();
      } else say(words);
    });
  }
  emergency.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ok, words } = await post(emergency.action);
    open(ok ? ["explain", "end"] : ["suspend", "end"], ok ? STOPPED : usualHint);
    if (!ok) say(words);
  });
}
