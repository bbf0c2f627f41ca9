// Readable without network: the worker keeps what a page names in data-keep.

function resources(page) {
  const found = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const all = [...found.map((element) => element.href || element.src), ...loaded];
  return [...new Set(all)].filter((address) => address.startsWith(`${location.origin}/static/`));
}

export function keepOffline(page) {
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", async () => {
    try {
      await navigator.serviceWorker.register("/sw.js");
      const pages = (page.body.dataset.keep || "").split(" ").filter(Boolean);
      if (!pages.length) return;
      const ready = await navigator.serviceWorker.ready;
      ready.active.postMessage({ pages, files: resources(page), language: page.documentElement.lang });
    } catch {
      // Without a worker the pages are as they are.
    }
  });
}
