// Plays the opened segments one after the other. Without this script each is a link of its own.
const player = document.querySelector("[data-footage-player]");
const video = player.querySelector("video");
const links = [...player.querySelectorAll("[data-segment]")];
const current = links.findIndex((link) => link.hasAttribute("aria-current"));

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
