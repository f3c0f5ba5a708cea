/* Follows an import, and shows the page anew with each stage. */
const EVERY_MS = 700;
const SLOWLY_MS = 4000;
const box = document.querySelector("[data-import][data-working]");

if (box) follow();

async function follow() {
  let wait = EVERY_MS;
  try {
    const response = await fetch(box.dataset.import, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return; // signed out, or the deployment is over
    const state = await response.json();
    if (!state.is_working || state.status !== box.dataset.status) {
      location.reload();
      return;
    }
    for (const figure of box.querySelectorAll("[data-count]")) {
      figure.textContent = state[figure.dataset.count].toLocaleString("en-GB");
    }
    box.querySelector("progress").value = state.percent;
  } catch {
    wait = SLOWLY_MS;
  }
  setTimeout(follow, wait);
}
