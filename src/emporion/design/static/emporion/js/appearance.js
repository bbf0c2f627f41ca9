// Light, dark, or as the device says, without loading the page again. The links work without it.

const A_YEAR = 31536000;

export function watchAppearance(page) {
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-theme-choice]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const choice = link.dataset.themeChoice;
    if (choice === "device") {
      page.documentElement.removeAttribute("data-theme");
      page.cookie = "theme=; path=/; max-age=0; samesite=lax";
    } else {
      page.documentElement.setAttribute("data-theme", choice);
      page.cookie = `theme=${choice}; path=/; max-age=${A_YEAR}; samesite=lax`;
    }
    for (const other of page.querySelectorAll("[data-theme-choice]")) {
      if (other.dataset.themeChoice === choice) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  });
}
