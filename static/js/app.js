// Shared by every page: menu, theme, find key, menus, dialogs, copying, rows that open, unsaved changes, files to drop.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = () => JSON.parse(document.body.dataset.words || "{}");

function say(text) {
  $(".toast-line")?.remove();
  const line = Object.assign(document.createElement("div"), { className: "toast-line", textContent: text });
  line.setAttribute("role", "status");
  document.body.append(line);
  setTimeout(() => line.remove(), 6000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or not a secure address: the old way through a selection
    const box = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  say(words().copied);
}

function toggleNavigation(open) {
  document.body.classList.toggle("nav-open", open);
  $("[data-nav]")?.setAttribute("aria-expanded", open);
  if (open) $(".side a")?.focus();
}

document.addEventListener("click", (e) => {
  const on = (selector) => e.target.closest(selector);
  if (on("[data-nav]")) return toggleNavigation(!document.body.classList.contains("nav-open"));
  if (document.body.classList.contains("nav-open") && !on(".side")) toggleNavigation(false);
  $$("details.menu[open]").filter((menu) => !menu.contains(e.target)).forEach((menu) => { menu.open = false; });
  if (on("[data-theme-toggle]")) {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch { /* storage is forbidden in some private windows */ }
  }
  if (on("[data-print]")) print();
  if (on("[data-copy]")) copy(document.getElementById(on("[data-copy]").dataset.copy)?.textContent.trim() ?? "");
  if (on("[data-copy-link]")) copy(new URL(on("[data-copy-link]").dataset.copyLink || location.href, location.href).href);
  if (on("[data-dialog]")) document.getElementById(on("[data-dialog]").dataset.dialog)?.showModal();
  if (on("[data-cancel]")) on("dialog")?.close();
  // A row that opens: anywhere but on a control of its own follows the row's own link.
  const row = on("tr.go");
  if (row && !on("a, button, input, select, label, summary") && !String(getSelection())) {
    (row.querySelector("a[data-open]") || row.querySelector("a"))?.click();
  }
});

document.addEventListener("keydown", (e) => {
  const typing = e.target.closest("input, textarea, select, [contenteditable]");
  if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.target.closest("[data-own-keys]") && $("#q")) {
    e.preventDefault();
    $("#q").focus();
  }
  if (e.key !== "Escape") return;
  const menu = e.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    e.preventDefault();
  } else if (document.body.classList.contains("nav-open")) {
    toggleNavigation(false);
    $("[data-nav]").focus();
    e.preventDefault();
  }
});

// A form whose entries would be lost says so before the page is left; sending it is not leaving it.
let unsaved = false;
document.addEventListener("input", (e) => { if (e.target.closest("form[data-unsaved]")) unsaved = true; });
document.addEventListener("submit", (e) => {
  if (e.target.matches("form[data-unsaved]")) unsaved = false;
  // One press, one write: a second press while the first is on its way does nothing.
  if (e.target.method === "post" && !e.target.closest("[hx-post]")) {
    if (e.target.dataset.sent) e.preventDefault();
    e.target.dataset.sent = "1";
    setTimeout(() => { delete e.target.dataset.sent; }, 4000);
  }
});
addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });

// A filter that changes is applied at once (htmx asks for its own forms); the button is for those without script.
document.addEventListener("change", (e) => {
  if (e.target.matches("form[data-auto]:not([hx-get]) :is(select, input:not([type=search], [type=text]))")) e.target.form.requestSubmit();
});

// One box ticks all of its name on the page, those of a filtered list or of a form alike.
document.addEventListener("change", (e) => {
  if (!e.target.matches("[data-tick-all]")) return;
  $$(`input[type=checkbox][name="${e.target.dataset.tickAll}"]`).forEach((box) => { box.checked = e.target.checked; });
});

// The file drop: a dropped file is put into the form's own file field, whose name is then shown.
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (e) => {
    const area = e.target.closest?.(".drop");
    if (!area) return;
    e.preventDefault();
    area.classList.toggle("over", type === "dragover");
    const field = area.querySelector("input[type=file]");
    if (type === "drop" && field && e.dataTransfer.files.length) {
      field.files = e.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
document.addEventListener("change", (e) => {
  const name = e.target.closest(".drop")?.querySelector("[data-file-name]");
  const files = [...(e.target.files || [])];
  if (name && files.length) name.textContent = files.slice(0, 5).map((file) => file.name).join("、") + (files.length > 5 ? ` … (${files.length})` : "");
});

// While htmx asks, the target says it is busy; an answer that could not be had is said in words.
document.addEventListener("htmx:beforeRequest", (e) => { e.detail.target?.setAttribute("aria-busy", "true"); });
document.addEventListener("htmx:afterRequest", (e) => { e.detail.target?.removeAttribute("aria-busy"); });
document.addEventListener("htmx:sendError", () => say(words().offline));
document.addEventListener("htmx:responseError", (e) => {
  const { status } = e.detail.xhr;
  if (status === 401 || status === 403) location.reload();
  else say(words().trouble);
});
