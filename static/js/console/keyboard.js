// Single keys, with a switch to turn them off (WCAG 2.1.4).

import { find } from "./dom.js";

const KEY = "lfr-console-keys";

export class Keyboard {
  constructor({ dialog, opener, commands }) {
    this.dialog = dialog;
    this.commands = commands;
    this.toggle = find("[data-keys-switch]", dialog);
    this.toggle.checked = localStorage.getItem(KEY) !== "off";
    this.toggle.addEventListener("change", () => {
      localStorage.setItem(KEY, this.toggle.checked ? "on" : "off");
    });
    opener.addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    if (!this.toggle.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
    if (event.key === "?") {
      this.dialog.showModal();
      event.preventDefault();
      return;
    }
    const command = this.commands[event.key];
    if (command) {
      event.preventDefault();
      command();
    }
  }
}

function isTyping(target) {
  return target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])");
}
