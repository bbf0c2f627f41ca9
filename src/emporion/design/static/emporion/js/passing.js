// Passing messages float above the bottom bar for 8 s, and stay while pointer or focus is on them.

const SHOWN_FOR = 8000;

function pass(message) {
  let timer = 0;
  const leave = () => message.remove();
  const start = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(leave, SHOWN_FOR);
  };
  const hold = () => window.clearTimeout(timer);
  message.addEventListener("pointerenter", hold);
  message.addEventListener("focusin", hold);
  message.addEventListener("pointerleave", start);
  message.addEventListener("focusout", start);
  start();
}

export function watchPassing(page) {
  const area = page.getElementById("passing-area");
  if (!area) return;
  area.classList.add("passing-floats");
  for (const message of area.children) pass(message);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node instanceof HTMLElement) pass(node);
      }
    }
  }).observe(area, { childList: true });
}
