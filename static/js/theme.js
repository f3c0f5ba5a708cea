/* The person's choice of light, dark or sunlight, kept on this device. Runs in the head, before
   anything is painted; without it the pages follow the system's preference. */
(function () {
  "use strict";
  const KEY = "lfr-theme";
  const THEMES = ["light", "dark", "sunlight"];
  const WORDS = { light: "Light colours", dark: "Dark colours", sunlight: "Colours for sunlight" };
  const sheets = {
    dark: document.querySelector("link[data-dark]"),
    sunlight: document.querySelector("link[data-sunlight-sheet]"),
  };
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    let choice = null;
    try {
      choice = localStorage.getItem(KEY);
    } catch {
      // storage is switched off: follow the system
    }
    return THEMES.includes(choice) ? choice : system.matches ? "dark" : "light";
  }

  function following(name) {
    return THEMES[(THEMES.indexOf(name) + 1) % THEMES.length];
  }

  function show() {
    const now = theme();
    for (const [name, sheet] of Object.entries(sheets)) {
      if (sheet) sheet.media = name === now ? "all" : "not all";
    }
    document.documentElement.dataset.theme = now;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      const next = following(now);
      button.hidden = false;
      button.title = WORDS[next];
      button.querySelector(".theme-words").textContent = WORDS[next];
      for (const icon of button.querySelectorAll("[data-when]")) {
        icon.toggleAttribute("hidden", icon.dataset.when !== now);
      }
    }
  }

  function change() {
    try {
      localStorage.setItem(KEY, following(theme()));
    } catch {
      return; // nothing to remember it by
    }
    show();
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", function () {
    show();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.addEventListener("click", change);
    }
  });
})();
