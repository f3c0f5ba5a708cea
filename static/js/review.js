/* Reviewing by keyboard: arrows move between the ticks, space ticks. Without it, Tab does. */
const form = document.querySelector("[data-review]");

if (form) prepare(form);

function prepare(form) {
  const ticks = [...form.querySelectorAll("input[type=checkbox]")];
  const all = form.querySelector("[data-tick-all]");
  all.hidden = ticks.length === 0;
  form.querySelector("[data-keys]").hidden = ticks.length === 0;
  all.addEventListener("click", () => {
    for (const tick of ticks) tick.checked = true;
  });
  form.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = ticks.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    const next = ticks[Math.min(ticks.length - 1, Math.max(0, at + by))];
    next.focus();
    next.closest(".review-card").scrollIntoView({ block: "nearest" });
  });
}
