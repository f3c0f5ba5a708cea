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
  explain(image.src);
});

// The server may want to know first that it is still the same person; the address itself then leads
// to the confirmation and back.
async function explain(address) {
  image.hidden = true;
  fault.hidden = false;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  const answer = response.status === 403 ? await response.json().catch(() => ({})) : {};
  if (answer.confirm) {
    location.href = `${answer.confirm}?next=${encodeURIComponent(location.pathname + location.search)}`;
    return;
  }
  fault.textContent = "The image cannot be shown: it may be erased, or of a kind that browsers do not show.";
}
