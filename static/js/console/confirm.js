// Asks whoever sits here to confirm that it is them, where the server wants to know before it shows
// an image. The way leads to the confirmation and back to this page.

import { find, setText } from "./dom.js";

export function prepareConfirmation(dialog) {
  document.addEventListener("confirmation-wanted", ({ detail }) => {
    setText(find("[data-confirm-words]", dialog), detail.error);
    find("[data-confirm-link]", dialog).href = `${detail.confirm}?next=${encodeURIComponent(location.pathname)}`;
    if (!dialog.open) dialog.showModal();
  });
  find("[data-close]", dialog).addEventListener("click", () => dialog.close());
}
