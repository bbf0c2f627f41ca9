// A form with data-busy says that it is being sent, and is not sent twice.

function begin(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-busy")) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  const button = event.submitter || form.querySelector("button");
  form.setAttribute("aria-busy", "true");
  if (!button || event.defaultPrevented) return;
  button.dataset.word = button.textContent;
  button.style.setProperty("min-inline-size", `${button.offsetWidth}px`);
  button.setAttribute("aria-busy", "true");
  button.textContent = `${button.dataset.word} …`;
}

function end(scope) {
  for (const form of scope.querySelectorAll('form[aria-busy="true"]')) {
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll('[aria-busy="true"]')) {
      button.removeAttribute("aria-busy");
      button.textContent = button.dataset.word;
    }
  }
}

export function watchForms(page) {
  page.addEventListener("submit", begin);
  page.addEventListener("htmx:afterRequest", () => end(page));
  // A page taken from the browser's memory must not look busy for ever.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) end(page);
  });
}
