// The drawer in which every number opens: it does not cover the page, takes the focus, and gives it back on Escape.
(() => {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;
  let cameFrom = null;

  const unmark = () => document.querySelectorAll("tr.sel").forEach((row) => row.classList.remove("sel"));
  const close = () => {
    if (drawer.hidden) return;
    drawer.hidden = true;
    drawer.replaceChildren();
    unmark();
    cameFrom?.focus({ preventScroll: true });
  };

  document.addEventListener("htmx:beforeRequest", (e) => {
    if (e.detail.target === drawer && !drawer.contains(e.detail.elt)) cameFrom = e.detail.elt;
  });
  document.addEventListener("htmx:afterSwap", (e) => {
    if (e.detail.target !== drawer) return;
    drawer.hidden = false;
    unmark();
    cameFrom?.closest("tr")?.classList.add("sel");
    drawer.querySelector("h2")?.focus({ preventScroll: true });
  });
  drawer.addEventListener("click", (e) => { if (e.target.closest("[data-close]")) close(); });
  document.addEventListener("keydown", (e) => {
    if (drawer.hidden || e.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (e.key === "Escape") { close(); return; }
    // Up and down go from row to row while the drawer is open, and its content follows.
    if (!["ArrowDown", "ArrowUp"].includes(e.key) || e.target.closest("input, select, textarea, .drawer-b a, .drawer-b button")) return;
    const openers = [...document.querySelectorAll("tr a[hx-target='#drawer'][data-open]")];
    const here = openers.findIndex((opener) => opener.closest("tr").classList.contains("sel"));
    const next = openers[here + (e.key === "ArrowDown" ? 1 : -1)];
    if (!next || here < 0) return;
    e.preventDefault();
    next.click();
    next.closest("tr").scrollIntoView({ block: "nearest" });
  });
})();
