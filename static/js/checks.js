/* Renews the start checks while a worker is finding something out. Without it they are true on
   each load. */
const EVERY_MS = 2000;
const SLOWLY_MS = 6000;

for (const box of document.querySelectorAll("[data-checks]")) {
  setTimeout(renew, EVERY_MS, box, 0);
}

async function renew(box, times) {
  let wait = EVERY_MS;
  try {
    const response = await fetch(box.dataset.checks);
    if (!response.ok || response.redirected) {
      return; // signed out, or the deployment is gone: the next load says so
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector(".checks");
    const old = box.querySelector(".checks");
    if (!fresh || !old) {
      return;
    }
    if (!old.contains(document.activeElement)) {
      old.replaceWith(fresh);
    }
    if (!fresh.hasAttribute("data-pending") && times > 0) {
      return;
    }
  } catch {
    wait = SLOWLY_MS; // the connection is lost for a moment
  }
  setTimeout(renew, wait, box, times + 1);
}
