// Asks for the false alerts to expect as the threshold or the profile is changed.

const form = document.querySelector("form[data-expected]");
const words = form.querySelector("[data-expected-words]");
const WAIT_MS = 250;
let timer = 0;
let asking = new AbortController();

async function ask() {
  asking.abort();
  asking = new AbortController();
  const question = new URLSearchParams({
    profile: form.elements.profile.value,
    threshold: form.elements.threshold.value,
  });
  try {
    const answer = await fetch(`${form.dataset.expected}?${question}`, { signal: asking.signal });
    if (answer.ok) words.innerHTML = (await answer.json()).html;
  } catch (error) {
    // A newer question took its place, or the line is down: saving the step answers too.
    if (error.name !== "AbortError") words.dataset.stale = "";
  }
}

form.addEventListener("input", (event) => {
  if (!["profile", "threshold"].includes(event.target.name)) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, WAIT_MS);
});
