// Reads the supervised deployments again every two seconds, and sounds for what nobody took in time.

import { find, findAll, setText, setTone } from "./console/dom.js";
import { Sound } from "./console/sound.js";

const EVERY_MS = 2000;
const part = find("[data-supervised]");
const fresh = find("[data-fresh]");
const sound = new Sound({
  button: find("[data-sound]"),
  words: find("[data-sound-words]"),
  test: find("[data-sound-test]"),
  warning: find("[data-sound-warning]"),
});
let readAt = performance.now();
let late = lateIn(part);
let shown = "";

function lateIn(root) {
  return findAll("[data-late]", root).reduce((sum, each) => sum + Number(each.dataset.late), 0);
}

async function read() {
  try {
    const response = await fetch(part.dataset.url, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
    readAt = performance.now();
    setTone(fresh, "good", "Up to date");
  } catch {
    setTone(fresh, "bad", `Not read for ${Math.round((performance.now() - readAt) / 1000)} s`);
  }
  setTimeout(read, EVERY_MS);
}

// Left alone while nothing changed, so that a reader's place and focus stay.
function show(page) {
  const text = page.body.innerHTML.trim();
  if (text === shown) return;
  shown = text;
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  part.replaceChildren(...page.body.children);
  if (focused) findAll("a", part).find((link) => link.getAttribute("href") === focused)?.focus();
  const now = lateIn(part);
  if (now > late) {
    sound.play("red", { louder: true });
    setText(find("[data-announce-now]"), `${now} alerts wait that nobody has taken.`);
  }
  late = now;
}

setTimeout(read, EVERY_MS);
