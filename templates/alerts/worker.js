// Keeps the handheld's shell, so that it opens in a tunnel: styles, scripts and an empty page. It
// keeps no page of a person, no answer and no image: whatever is not named here goes to the network
// and is not looked at.

const CACHE = "handheld-{{ version }}";
const PAGE = "{{ page|escapejs }}";
const SCOPE = "{{ scope|escapejs }}";
const FILES = new Set([{% for file in files %}"{{ file|escapejs }}", {% endfor %}]);

self.addEventListener("install", (event) => {
  const requests = [PAGE, ...FILES].map((path) => new Request(path, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith(SCOPE)) {
    event.respondWith(fetch(request).catch(() => kept(PAGE)));
  } else if (FILES.has(url.pathname)) {
    event.respondWith(kept(url.pathname).then((answer) => answer ?? fetch(request)));
  }
});

async function kept(path) {
  const cache = await caches.open(CACHE);
  return cache.match(path);
}
