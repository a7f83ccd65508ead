// The month sheet as a grid: arrows, keys, pointer, palette, copy and paste. Keys go by their place on the keyboard,
// so that an input method that is switched on does not swallow them.
Month && (() => {
  const { data, rows, days, codes, words, grid, fill } = Month;
  if (!rows.length) return;
  const last = days.length - 1;
  let at = [0, Math.max(0, rows[0].days.findIndex((_cell, c) => Month.lockOf(rows[0], c) === undefined && !Month.closed(rows[0], c) && !Month.isOff(rows[0], c)))];
  let anchor = [...at], brush = null, dragging = false, moved = false, again = false, tapped = "";
  const cellAt = (r, c) => rows[r]?.cells[c];
  const where = $("#where");

  // ── Selection ──
  const span = () => [Math.min(at[0], anchor[0]), Math.max(at[0], anchor[0]), Math.min(at[1], anchor[1]), Math.max(at[1], anchor[1])];
  function selected() {
    const [top, bottom, left, right] = span(), found = [];
    for (let r = top; r <= bottom; r++) for (let c = left; c <= right; c++) found.push({ row: rows[r], c });
    return found;
  }
  function show(focus = true) {
    $$("td.in", grid).forEach((td) => { td.classList.remove("in"); td.removeAttribute("aria-selected"); });
    const many = selected();
    if (many.length > 1) many.forEach(({ row, c }) => { row.cells[c].classList.add("in"); row.cells[c].setAttribute("aria-selected", "true"); });
    $$('td.c[tabindex="0"]', grid).forEach((td) => { td.tabIndex = -1; });
    const td = cellAt(...at);
    td.tabIndex = 0;
    if (focus) td.focus();
    const [top, bottom, left, right] = span();
    where.textContent = many.length > 1 ? fill(words.chosen, { people: bottom - top + 1, days: right - left + 1 }) : Month.saying(rows[at[0]], at[1]);
  }
  function move(dr, dc, stretch) {
    tapped = "";
    at = [Math.max(0, Math.min(rows.length - 1, at[0] + dr)), Math.max(0, Math.min(last, at[1] + dc))];
    if (!stretch) anchor = [...at];
    show();
  }
  const place = (td) => [rows.findIndex((row) => row.tr === td.parentElement), Number(td.dataset.d) - 1];

  // ── Pointer: tap, tap again to go round, drag a range, a palette code as brush ──
  grid.addEventListener("pointerdown", (e) => {
    const td = e.target.closest("td.c");
    if (!td || e.button) return;
    if (e.pointerType !== "touch") e.preventDefault(); // a finger that moves scrolls
    const spot = place(td);
    // Only the second tap changes anything: the first one chooses, wherever the keyboard stood.
    again = !e.shiftKey && String(spot) === tapped && String(spot) === String(at) && String(anchor) === String(at);
    tapped = String(spot);
    at = spot;
    if (!e.shiftKey) anchor = [...spot];
    dragging = true;
    moved = false;
    show();
  });
  grid.addEventListener("pointerover", (e) => {
    const td = dragging && e.pointerType !== "touch" && e.target.closest("td.c");
    if (!td) return;
    const spot = place(td);
    if (String(spot) !== String(at)) { moved = true; at = spot; show(); }
  });
  addEventListener("pointercancel", () => { dragging = false; });
  addEventListener("pointerup", () => {
    if (!dragging) return;
    dragging = false;
    const row = rows[at[0]];
    if (brush) Month.apply(selected().map((each) => ({ ...each, cell: brush })));
    else if (!moved && again) Month.apply([{ row, c: at[1], cell: Month.following(row, at[1]) }]);
    show();
  });

  // ── Keys ──
  const digits = data.digits;
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const ended = (row) => { undoneTo(row); return show(); };
  function undoneTo(step) {
    if (!step) return;
    at = [step.row.r, step.c];
    anchor = [...at];
  }
  function put(code) {
    const many = selected();
    Month.apply(many.map((each) => ({ ...each, cell: code })));
    if (many.length > 1) show();
    else move(0, 1);
  }
  function onKey(e) {
    const { key, shiftKey } = e, ctrl = e.ctrlKey || e.metaKey;
    if (ARROWS[key]) return ctrl ? move(ARROWS[key][0] * 999, ARROWS[key][1] * 99, shiftKey) : move(...ARROWS[key], shiftKey);
    if (key === "Home" || key === "End") {
      const to = key === "Home" ? -999 : 999;
      return move(ctrl ? to : 0, to, shiftKey);
    }
    if (key === "PageUp" || key === "PageDown") return move(0, key === "PageUp" ? -7 : 7, shiftKey);
    if (key === "Enter") return ctrl ? $("#submit")?.click() : move(shiftKey ? -1 : 1, 0);
    if (ctrl) {
      const letter = e.code.replace("Key", "");
      if (letter === "Z") return ended(shiftKey ? Month.redo() : Month.undo());
      if (letter === "Y") return ended(Month.redo());
      if (letter !== "A") return false;
      anchor = [0, 0];
      at = [rows.length - 1, last];
      return show();
    }
    if (e.altKey) return false;
    if (key === "Escape") {
      anchor = [...at];
      setBrush(null);
      return show();
    }
    if (e.code === "Space") {
      const cell = Month.following(rows[at[0]], at[1]);
      Month.apply(selected().map((each) => ({ ...each, cell })));
      return show();
    }
    if (e.code === "Slash" || e.code === "NumpadDivide") {
      Month.apply(selected().map(({ row, c }) => ({ row, c, cell: Month.halved(row.days[c]) })), { exact: true });
      return show();
    }
    if (key === "Delete" || key === "Backspace") {
      Month.apply(selected().map(({ row, c }) => ({ row, c, cell: row.base[c] })), { exact: true });
      return show();
    }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(e.code);
    const letter = /^Key[A-Z]$/.test(e.code) ? e.code[3] : key.length === 1 ? key.toUpperCase() : "";
    const code = digit ? digits[digit[1] - 1] : data.keys.includes(letter) ? letter : null;
    return code ? put(code) : false;
  }
  grid.addEventListener("keydown", (e) => {
    if (e.target.matches("td.c") && onKey(e) !== false) e.preventDefault();
  });

  // ── Copy and paste: the same words that a spreadsheet has; the server reads what comes ──
  const inGrid = () => document.activeElement?.matches("#grid td.c");
  document.addEventListener("copy", (e) => {
    if (!inGrid()) return;
    const [top, bottom, left, right] = span(), lines = [];
    for (let r = top; r <= bottom; r++) lines.push(rows[r].cells.slice(left, right + 1).map((td) => td.textContent).join("\t"));
    e.clipboardData.setData("text/plain", lines.join("\n"));
    e.preventDefault();
    say(fill(words.copied, { n: (bottom - top + 1) * (right - left + 1) }));
  });
  document.addEventListener("paste", async (e) => {
    if (!inGrid() || Month.frozen()) return;
    e.preventDefault();
    const [top, , left] = span();
    try {
      const said = await Month.post(data.urls.paste, { text: e.clipboardData.getData("text/plain"), row: rows[top].id, day: left + 1 });
      Month.apply(said.cells.map(({ row, day, cell }) => {
        const to = Month.byId.get(row);
        return { row: to, c: day - 1, cell: cell ?? to.base[day - 1] };
      }), { exact: true });
      anchor = [top, left];
      at = [Math.min(rows.length - 1, top + said.height - 1), Math.min(last, left + said.width - 1)];
      show();
    } catch (trouble) {
      say(trouble.said?.message ?? words.trouble);
    }
  });

  // ── Palette ──
  function setBrush(code) {
    brush = code;
    Month.brush = code;
    $$("[data-brush]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.brush === code));
    grid.classList.toggle("brushing", Boolean(code));
    // A code from behind "more" shows on its button.
    for (const menu of $$("details:has([data-brush])")) {
      const held = Boolean(code && $(`[data-brush="${code}"]`, menu)), sign = $("summary b", menu);
      $("summary", menu).classList.toggle("on", held);
      sign.textContent = held ? codes[code].sign : "…";
    }
  }
  $$("[data-brush]").forEach((button) => button.addEventListener("click", () => {
    const many = selected();
    const menu = button.closest("details");
    if (menu) menu.open = false;
    if (button.closest(".pals") && many.length > 1) {
      Month.apply(many.map((each) => ({ ...each, cell: button.dataset.brush })));
      show();
    } else setBrush(brush === button.dataset.brush ? null : button.dataset.brush);
  }));
  Month.setBrush = setBrush;

  const [undo, redo] = [$("#undo"), $("#redo")];
  Month.on("drawn", (has) => {
    if (!undo) return;
    undo.disabled = !has.undo;
    redo.disabled = !has.redo;
  });
  undo?.addEventListener("click", () => ended(Month.undo()));
  redo?.addEventListener("click", () => ended(Month.redo()));

  document.documentElement.classList.add("with-keys");
  Month.sum();
  show(false);
  // Nothing else is done here so often: on a wide screen the keyboard is in the grid from the start.
  if (!Month.frozen() && !location.hash && matchMedia("(min-width: 768px)").matches) cellAt(...at).focus({ preventScroll: true });
})();
