// The phone's menu closes with Escape and gives the focus back.

export function watchMenu(page) {
  page.addEventListener("keydown", (event) => {
    const menu = page.querySelector("details.menu[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
