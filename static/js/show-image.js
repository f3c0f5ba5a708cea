/* Shows a watchlist image in a dialog of the page. Without it, the link opens the image. Either way
   the server records the view before it answers, and nothing is cached. */
const dialog = document.querySelector("#image-dialog");
const image = dialog.querySelector("img");
const fault = dialog.querySelector("[data-fault]");

for (const link of document.querySelectorAll("[data-show-image]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open(link.href);
  });
}

dialog.addEventListener("close", () => {
  image.removeAttribute("src");
  image.hidden = true;
});

function open(address) {
  fault.hidden = true;
  image.hidden = false;
  image.src = address;
  dialog.showModal();
}

image.addEventListener("error", () => {
  if (!image.getAttribute("src")) {
    return;
  }
  image.hidden = true;
  fault.hidden = false;
  fault.textContent = "The image cannot be shown: it may be erased, or of a kind that browsers do not show.";
});
