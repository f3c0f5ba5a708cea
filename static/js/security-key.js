/* Joins a form to a security key. The browser and allauth's script do the work; this says in words
   what went wrong. */
const WORDS = "The security key was not used. It may be the wrong one, or it took too long. Try again.";
const button = document.querySelector("[data-security-key]");
const { request_options: request, creation_options: creation } = JSON.parse(
  document.getElementById("js_data").textContent,
);
const ids = { credential: button.dataset.credential, add: button.id, authenticate: button.id };

button.hidden = false;
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.querySelector("[data-key-problem]");
  problem.querySelector("p").textContent = WORDS;
  problem.hidden = false;
});
if (request) {
  window.allauth.webauthn.forms.authenticateForm({ ids, data: { request_options: request } });
} else {
  window.allauth.webauthn.forms.addForm({ ids, data: { creation_options: creation } });
}
