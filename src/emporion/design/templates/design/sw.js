// Keeps the agenda and the list of exhibitors on the device, for halls without network.
//
// Two caches: what was fetched by somebody who had signed in is private, and goes when they sign
// out, sign in as somebody else, or when the server no longer knows them. Whatever does not say
// that it was written for a visitor is taken for private.

const PUBLIC = "emporion-public-1";
const PRIVATE = "emporion-private-1";
const KEPT = /^\/[a-z-]+\/[^/]+\/(day|exhibitors|personal)\/$/;
const DOORS = /\/(signin|signout|personal\/forget)\//;
const GONE = [404, 410];
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;
const LONGEST_WAIT = 5000;
const FRESH = 10 * 60 * 1000;
const OLDEST = 7 * 24 * 60 * 60 * 1000;
const LOCALES = { en: "en-GB", "zh-hans": "zh-CN", ar: "ar-EG" };

// Counts the times that private copies were thrown away: what was under way then is not kept.
let era = 0;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.map((name) => [PUBLIC, PRIVATE].includes(name) || caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

function forget() {
  era += 1;
  return caches.delete(PRIVATE);
}

// Keep a page as it is now, with the time.
async function keep(address, response, begun) {
  const html = await response.text();
  // What support sees of somebody else's is on no device.
  if (html.includes("data-seeing")) return;
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  headers.set("x-kept-at", String(Date.now()));
  const cache = await caches.open(html.includes("data-visitor") ? PUBLIC : PRIVATE);
  if (begun !== era) return;
  await cache.put(address, new Response(html, { headers }));
  // Somebody may have signed out while it was written.
  if (begun !== era) await cache.delete(address);
}

async function kept(address) {
  for (const name of [PRIVATE, PUBLIC]) {
    const found = await (await caches.open(name)).match(address);
    const age = found && Date.now() - Number(found.headers.get("x-kept-at"));
    if (found && age < OLDEST) return found;
  }
  return undefined;
}

async function drop(address) {
  return (await caches.open(PRIVATE)).delete(address);
}

function isPage(response) {
  const type = response.headers.get("content-type") || "";
  return response.ok && !response.redirected && type.startsWith("text/html");
}

// The page's own line for readers without network takes its place, with the time of the copy.
async function told(copy) {
  const html = await copy.text();
  const language = (html.match(/<html lang="([a-z-]+)"/) || [])[1];
  const at = new Date(Number(copy.headers.get("x-kept-at")));
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (at.toDateString() !== new Date().toDateString()) Object.assign(options, { day: "numeric", month: "short" });
  const time = at.toLocaleString(LOCALES[language] || "en-GB", options);
  const shown = html.replace(/<template id="offline-line">([\s\S]*?)<\/template>/, (_all, line) => line.replace("{time}", time));
  return new Response(shown, { headers: copy.headers });
}

async function list() {
  const found = new Map();
  for (const name of [PRIVATE, PUBLIC]) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const address = new URL(request.url);
      if (!KEPT.test(address.pathname)) continue;
      const html = await (await cache.match(request)).text();
      const title = (html.match(/<title>([^<]*)<\/title>/) || [])[1] || address.pathname;
      found.set(address.pathname + address.search, title);
    }
  }
  return [...found];
}

async function nothing(address) {
  const language = address.pathname.split("/")[1];
  const page = (await caches.match(`/${language}/offline/`)) || (await caches.match("/en/offline/"));
  if (!page) return Response.error();
  const items = (await list()).map(([href, title]) => `<li class="row"><a href="${href.replace(/[<>"&]/g, "")}">${title}</a></li>`);
  const html = (await page.text()).replace("<!--kept-->", items.join(""));
  return new Response(html, { status: 503, headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": page.headers.get("content-security-policy") || "" } });
}

async function page(event, address) {
  const begun = era;
  const keeps = KEPT.test(address.pathname) && !address.searchParams.has("forgotten");
  const copy = keeps ? await kept(address.pathname + address.search) : undefined;
  try {
    const asked = fetch(event.request);
    const slow = new Promise((_done, fail) => copy && setTimeout(() => fail(new Error("slow")), LONGEST_WAIT));
    const answer = await Promise.race([asked, slow]);
    if (keeps && answer.type === "opaqueredirect") event.waitUntil(forget());
    if (keeps && GONE.includes(answer.status)) event.waitUntil(drop(address.pathname + address.search));
    if (keeps && isPage(answer)) event.waitUntil(keep(address.pathname + address.search, answer.clone(), begun));
    return answer;
  } catch {
    return copy ? told(copy) : nothing(address);
  }
}

async function file(request, address) {
  const cache = await caches.open(PUBLIC);
  const copy = await cache.match(request);
  if (copy && HASHED.test(address.pathname)) return copy;
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return copy || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (address.origin !== self.location.origin) return;
  if (event.request.method === "POST") {
    if (DOORS.test(address.pathname)) event.waitUntil(forget());
    return;
  }
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(page(event, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(event.request, address));
});

// A page says what it wants kept: itself, before this worker stood beside it, and its files.
async function fetchAll({ pages, files, language }) {
  const begun = era;
  const cache = await caches.open(PUBLIC);
  // Without cookies: this page is for whoever comes after as well.
  const nowhere = `/${language}/offline/`;
  if (!(await cache.match(nowhere))) {
    const answer = await fetch(nowhere, { credentials: "omit" });
    if (answer.ok) await cache.put(nowhere, answer);
  }
  for (const address of files) if (!(await cache.match(address))) await cache.add(address);
  for (const address of pages) {
    const copy = await kept(address);
    if (copy && Date.now() - Number(copy.headers.get("x-kept-at")) < FRESH) continue;
    const answer = await fetch(address);
    if (isPage(answer)) await keep(address, answer, begun);
  }
}

self.addEventListener("message", (event) => {
  if (event.data && event.data.pages) event.waitUntil(fetchAll(event.data).catch(() => undefined));
});
