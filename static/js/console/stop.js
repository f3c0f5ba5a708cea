// Stopping recognition from the console. Needs no live connection: stopping is always allowed.

import { find, findAll, setText, show } from "./dom.js";
import { post } from "./post.js";

const POSSIBLE = { live: ["suspend", "end"], suspended: ["resume", "end"] };

export function prepareStop(opener, dialog) {
  const reason = find("[name=reason]", dialog);
  const problem = find("[data-stop-problem]", dialog);
  const say = (words) => {
    setText(problem, words);
    show(problem, Boolean(words));
  };
  opener.addEventListener("click", () => {
    const possible = POSSIBLE[document.body.dataset.deployment] ?? ["suspend", "end"];
    for (const button of findAll("[data-move]", dialog)) {
      show(button, possible.includes(button.dataset.moveName));
    }
    say("");
    reason.value ||= "Emergency stop";
    dialog.showModal();
    find("[data-move]:not([hidden])", dialog).focus();
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
}
