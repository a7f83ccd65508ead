// Allocation: the drawer closes after placing; both lists by keyboard and by drag; what happened is read out.
(() => {
  document.documentElement.classList.add("with-keys");
  const board = () => document.getElementById("board");
  const told = Object.assign(document.createElement("p"), { className: "vh" });
  told.setAttribute("role", "status");
  told.setAttribute("aria-live", "polite");
  document.getElementById("main")?.append(told);
  const announce = (text) => { told.textContent = ""; setTimeout(() => { told.textContent = text; }, 60); };

  const gos = (list) => [...list.querySelectorAll("[data-go]")];
  const lists = () => [...document.querySelectorAll("[data-list]")];
  let last = { side: "", index: 0 };
  let cancelled = false;

  // Arrows: up and down within a list, left and right to the other one; Escape lets go of what is chosen.
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || !board()) return;
    if (e.key === "Escape" && document.getElementById("drawer")?.hidden !== false) {
      const cancel = board().querySelector("[data-cancel-choice]");
      if (!cancel) return;
      e.preventDefault();
      cancelled = true;
      cancel.click();
      return;
    }
    const go = e.target.closest?.("[data-go]");
    const list = go?.closest("[data-list]");
    if (!list) return;
    const all = gos(list), here = all.indexOf(go);
    const other = lists().find((each) => each !== list);
    const next = { ArrowDown: all[here + 1], ArrowUp: all[here - 1], Home: all[0], End: all.at(-1) }[e.key]
      ?? (["ArrowLeft", "ArrowRight"].includes(e.key) && other ? gos(other)[Math.min(here, gos(other).length - 1)] : null);
    if (!next) return;
    e.preventDefault();
    next.focus();
    next.closest("li").scrollIntoView({ block: "nearest" });
  });

  // Where somebody was is remembered, so that after placing the next one is at hand.
  document.addEventListener("focusin", (e) => {
    const list = e.target.closest?.("[data-list]");
    if (list && e.target.matches("a[data-go]")) last = { side: list.dataset.list, index: gos(list).indexOf(e.target) };
  });

  document.addEventListener("htmx:afterSettle", (e) => {
    if (e.detail.target?.id !== "board" && e.target.id !== "board") return;
    const now = board();
    const said = [...now.querySelectorAll(".messages .note")].map((note) => note.textContent.trim()).join(" ");
    const drawer = document.getElementById("drawer");
    if (said && drawer && !drawer.hidden) drawer.querySelector("[data-close]")?.click();
    const chosen = now.querySelector("[data-chosen]");
    if (said) announce(said);
    else if (chosen) announce(chosen.dataset.chosen);
    else if (cancelled) announce(now.dataset.cancelled ?? "");
    if (!lists().length || document.activeElement?.matches("input, select")) return;
    if (chosen) {
      (now.querySelector("button[data-go]") ?? now.querySelector("[data-cancel-choice]"))?.focus({ preventScroll: true });
    } else {
      const side = lists().find((each) => each.dataset.list === last.side);
      const all = side ? gos(side) : [];
      all[Math.min(last.index, all.length - 1)]?.focus();
    }
    cancelled = false;
  });

  // What the form is sent with: the two entries, and who gives way where the place is taken.
  const fill = (form, li) => {
    form.querySelector(`input[name="${li.parentElement.dataset.list}"]`).value = li.dataset.key;
    if (li.dataset.instead) form.querySelector('input[name="instead"]').value = li.dataset.instead;
  };
  document.addEventListener("click", (e) => {
    const go = e.target.closest?.("button[data-go]");
    if (go?.form) fill(go.form, go.closest("li"));
  });

  // Dragging: an entry of one list onto an entry of the other asks the same as choosing both.
  let held = null;
  const entry = (e) => e.target.closest?.("[data-list] > li[data-key]");
  const meets = (li) => held && li && li.parentElement !== held.parentElement;
  const clear = () => document.querySelectorAll(".pick > .over").forEach((li) => li.classList.remove("over"));
  document.addEventListener("dragstart", (e) => {
    held = entry(e);
    if (!held) return;
    e.dataTransfer.effectAllowed = "link";
    e.dataTransfer.setData("text/plain", held.querySelector("b")?.textContent ?? "");
  });
  document.addEventListener("dragover", (e) => {
    const li = entry(e);
    clear();
    if (!meets(li)) return;
    e.preventDefault();
    e.dataTransfer.dropEffect = "link";
    li.classList.add("over");
  });
  document.addEventListener("dragend", () => { held = null; clear(); });
  document.addEventListener("drop", (e) => {
    const li = entry(e), form = document.getElementById("pair");
    if (!meets(li) || !form) return;
    e.preventDefault();
    for (const each of [held, li]) fill(form, each);
    held = null;
    clear();
    form.requestSubmit();
  });
})();
