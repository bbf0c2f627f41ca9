// Light, dark, or as the device says, without loading the page again. The links work without it.

const A_YEAR = 31536000;

// The server names the cookie: over HTTPS it has a prefix, and browsers take that only with secure.
function keep(page, link, choice, seconds) {
  const name = link.closest("[data-theme-cookie]").dataset.themeCookie;
  const secure = page.location.protocol === "https:" ? "; secure" : "";
  page.cookie = `${name}=${choice}; path=/; max-age=${seconds}; samesite=lax${secure}`;
}

export function watchAppearance(page) {
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-theme-choice]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const choice = link.dataset.themeChoice;
    if (choice === "device") {
      page.documentElement.removeAttribute("data-theme");
      keep(page, link, "", 0);
    } else {
      page.documentElement.setAttribute("data-theme", choice);
      keep(page, link, choice, A_YEAR);
    }
    for (const other of page.querySelectorAll("[data-theme-choice]")) {
      if (other.dataset.themeChoice === choice) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  });
}
