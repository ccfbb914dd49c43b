// Keeps the page itself, so that it opens in a pit without signal. Data and answers are never kept here.
const KEPT = "field-4";
const PAGE = ["/field", "/field/field.js", "/field/field.css"];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PAGE)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !PAGE.includes(path)) return;
  event.respondWith(
    fetch(event.request).then((answer) => {
      if (answer.ok && !answer.redirected) {
        const copy = answer.clone();
        event.waitUntil(caches.open(KEPT).then((cache) => cache.put(path, copy)));
      }
      return answer;
    }).catch(() => caches.match(path)),
  );
});
