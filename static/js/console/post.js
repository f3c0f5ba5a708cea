// Asking the server to do something. Always answered with { ok, status, answer, words }.

const UNREACHABLE = "The server cannot be reached. Nothing was recorded.";

// The cookie is always the one in force; a page may be older than its sign-in.
function token() {
  const [, cookie] = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [];
  return cookie ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

// `keepalive`: the page may go away before there is an answer.
export async function post(url, fields = {}, { keepalive = false } = {}) {
  return ask(url, {
    method: "POST",
    keepalive,
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
    body: new URLSearchParams(pairs(fields)),
  });
}

export async function get(url) {
  return ask(url, { headers: { Accept: "application/json" } });
}

// A list becomes a field repeated.
function pairs(fields) {
  return Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
}

async function ask(url, options) {
  try {
    const response = await fetch(url, { ...options, credentials: "same-origin", redirect: "error" });
    const answer = await response.json().catch(() => ({}));
    if (answer.confirm) document.dispatchEvent(new CustomEvent("confirmation-wanted", { detail: answer }));
    const words = response.ok ? "" : answer.error ?? `The server refused this (${response.status}).`;
    return { ok: response.ok, status: response.status, answer, words };
  } catch {
    return { ok: false, status: 0, answer: {}, words: UNREACHABLE };
  }
}
