/* The person's choice of light or dark, kept on this device. Runs in the head, before anything is
   painted; without it the pages follow the system's preference. */
(function () {
  "use strict";
  const KEY = "lfr-theme";
  const sheet = document.querySelector("link[data-dark]");
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function saved() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off: follow the system
    }
  }

  function isDark() {
    const choice = saved();
    return choice ? choice === "dark" : system.matches;
  }

  function show() {
    sheet.media = isDark() ? "all" : "not all";
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      const label = isDark() ? "Light colours" : "Dark colours";
      button.title = label;
      button.querySelector(".theme-words").textContent = label;
      for (const icon of button.querySelectorAll("[data-when]")) {
        icon.toggleAttribute("hidden", icon.dataset.when !== (isDark() ? "dark" : "light"));
      }
    }
  }

  function change() {
    const choice = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, choice);
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
