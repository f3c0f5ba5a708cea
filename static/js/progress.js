/* Keeps the figures of an enrolment up to date. Without it they are true on each load. */
const EVERY_MS = 1000;
const SLOWLY_MS = 5000;

for (const box of document.querySelectorAll("[data-progress]:not([data-done])")) {
  follow(box);
}

async function follow(box) {
  let wait = EVERY_MS;
  try {
    const response = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) {
      return; // signed out, or the deployment is gone: the next load says so
    }
    const state = await response.json();
    show(box, state);
    if (state.is_done) {
      finish(box);
      return;
    }
  } catch {
    wait = SLOWLY_MS; // the connection is lost for a moment
  }
  setTimeout(follow, wait, box);
}

function show(box, state) {
  for (const figure of box.querySelectorAll("[data-count]")) {
    figure.textContent = state[figure.dataset.count];
  }
  const bar = box.querySelector("progress");
  if (bar) {
    bar.value = state.percent;
  }
}

function finish(box) {
  const words = box.querySelector(".progress-words");
  if (!words) {
    return;
  }
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = "Load the page again";
  words.replaceChildren("Every image is processed. ", again, " to see the list as it is now.");
}
