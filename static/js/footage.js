// Plays the opened segments one after the other, with the time of day of the picture that is shown.
// Without this script each is a link of its own.
import { clock } from "./console/times.js";

const player = document.querySelector("[data-footage-player]");
const video = player.querySelector("video");
const links = [...player.querySelectorAll("[data-segment]")];
const current = links.findIndex((link) => link.hasAttribute("aria-current"));

const began = Date.parse(video.dataset.began) / 1000;
const shownClock = player.querySelector("[data-clock]");
const moment = player.querySelector("[data-at]");

function showTime() {
  const at = clock(began + video.currentTime);
  shownClock.textContent = at;
  if (moment) moment.value = at;
}

for (const change of ["timeupdate", "seeking", "seeked"]) video.addEventListener(change, showTime);

video.addEventListener("error", () => {
  player.querySelector("[data-unplayable]").hidden = false;
});

video.addEventListener("ended", () => {
  const next = links[current + 1];
  if (next) {
    sessionStorage.setItem("footage-goes-on", "1");
    location.assign(next.href);
  }
});

if (sessionStorage.getItem("footage-goes-on")) {
  sessionStorage.removeItem("footage-goes-on");
  video.play().catch(() => {}); // a browser may want a press first
}
