// The month sheet as data: cells, what they count as, totals at once, changes that can be undone. The page is whole
// without any of this; scripts only make it quicker. What is said comes from the page (#month-data).
const Month = (() => {
  const source = document.getElementById("month-data");
  if (!source) return null;
  const data = JSON.parse(source.textContent);
  const { codes, days, words } = data;
  const HALF = "h";
  const grid = document.getElementById("grid");
  const rows = data.rows.map((row, r) => ({
    ...row, r, saved: [...row.days], tr: grid.querySelector(`tr[data-row="${row.id}"]`), clash: new Set(),
  }));
  rows.forEach((row) => { row.cells = [...row.tr.querySelectorAll("td.c")]; });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const past = [], future = [], listeners = { changed: [], drawn: [] };
  const on = (name, run) => listeners[name].push(run);
  const tell = (name, ...what) => listeners[name].forEach((run) => run(...what));
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, key) => values[key] ?? "");

  // ── One cell ──
  const letter = (cell) => cell[0];
  const isHalf = (cell) => cell.endsWith(HALF);
  const code = (cell) => codes[letter(cell)];
  const signOf = (cell) => (isHalf(cell) ? "½" : "") + code(cell).sign;
  const labelOf = (cell) => (isHalf(cell) ? fill(words.half, { what: code(cell).label }) : code(cell).label);
  const closed = (row, c) => code(row.days[c]).counts === "closed";
  const lockOf = (row, c) => row.locks[c + 1];
  const frozen = () => !data.editable;
  const mayChange = (row, c) => !frozen() && !closed(row, c) && !lockOf(row, c);
  const isOff = (row, c) => code(row.base[c]).counts === "off";
  const saying = (row, c) => `${row.name} ${days[c].label}，${closed(row, c) ? words.closed : labelOf(row.days[c])}${lockOf(row, c) ? "，" + lockOf(row, c) : ""}`;

  const KINDS = Object.keys(codes).map((each) => "v-" + each);
  function paint(row, c) {
    const td = row.cells[c], cell = row.days[c];
    td.textContent = closed(row, c) || (["X", "H"].includes(cell) && td.matches(".rest, .hol")) ? "" : signOf(cell);
    td.classList.remove(...KINDS);
    td.classList.add("v-" + letter(cell));
    td.classList.toggle("half", isHalf(cell));
    td.classList.toggle("edited", cell !== row.base[c] && !lockOf(row, c));
    td.classList.toggle("clash", row.clash.has(c));
    td.setAttribute("aria-label", saying(row, c));
  }

  // ── Totals, in half days as the database keeps them ──
  const KEYS = ["due", "attended", "leave", "absent", "unchecked", "night", "extra"];
  function totals(row) {
    const sum = { due: row.due * 2, attended: 0, leave: 0, absent: 0, unchecked: 0, night: 0, extra: 0 };
    for (const cell of row.days) {
      const part = isHalf(cell) ? 1 : 2, counts = code(cell).counts;
      if (isHalf(cell)) sum.attended += 1;
      else if (counts === "attended") sum.attended += 2;
      if (["leave", "absent", "unchecked"].includes(counts)) sum[counts] += part;
      if (letter(cell) === "N") sum.night += part;
      if (letter(cell) === "D") sum.extra += part;
    }
    return sum;
  }
  const inDays = (halves) => String(halves / 2);
  const present = (cell) => code(cell).counts === "attended" || isHalf(cell);
  const shown = (key, halves) => (halves || key === "due" || key === "attended" ? inDays(halves) : "");
  function sum() {
    const all = Object.fromEntries(KEYS.map((key) => [key, 0]));
    for (const row of rows) {
      const own = totals(row);
      for (const key of KEYS) {
        all[key] += own[key];
        const td = row.tr.querySelector(`[data-t="${key}"]`);
        td.textContent = shown(key, own[key]);
        td.classList.toggle("short", (key === "absent" || key === "unchecked") && own[key] > 0);
      }
    }
    for (const key of KEYS) grid.querySelector(`[data-g="${key}"]`).textContent = shown(key, all[key]);
    days.forEach((_day, c) => {
      grid.querySelector(`[data-s="${c + 1}"]`).textContent = rows.filter((row) => present(row.days[c])).length || "";
    });
    return all;
  }

  // ── Changing: every way of entering ends here ──
  // On a day off "present" is duty on a rest day, unless the person works in shifts.
  const meant = (row, c, cell) => (letter(cell) === "P" && isOff(row, c) && !row.shifts ? "D" + cell.slice(1) : cell);
  function put(row, c, cell) {
    row.days[c] = cell;
    paint(row, c);
  }
  function refuse(row, c) {
    if (frozen()) return say(words.frozen);
    say(closed(row, c) ? words.closed_why : lockOf(row, c));
  }
  // `changes` are {row, c, cell}; over a range days off stay days off unless nothing else is chosen.
  function apply(changes, { exact = false } = {}) {
    const many = changes.length > 1, done = [];
    const working = changes.some(({ row, c }) => mayChange(row, c) && !isOff(row, c));
    let kept = 0, off = 0;
    for (const { row, c, cell } of changes) {
      if (!mayChange(row, c)) { kept += 1; continue; }
      if (!exact && many && working && isOff(row, c) && !row.shifts && !["off"].includes(code(cell).counts) && letter(cell) !== "D" && letter(cell) !== "N") { off += 1; continue; }
      const after = exact ? cell : meant(row, c, cell);
      if (row.days[c] !== after) done.push({ row, c, before: row.days[c], after });
    }
    for (const { row, c, after } of done) put(row, c, after);
    if (done.length) {
      past.push(done);
      future.length = 0;
      drawn();
      tell("changed");
    }
    if (kept && !many) refuse(changes[0].row, changes[0].c);
    else if (kept || (off && done.length)) say(fill(kept ? words.some_kept : words.off_kept, { n: done.length }));
    return done.length;
  }
  function replay(from, to, key) {
    const step = from.pop();
    if (!step || frozen()) return null;
    for (const each of step) put(each.row, each.c, each[key]);
    to.push(step);
    drawn();
    tell("changed");
    return step[0];
  }
  const undo = () => replay(past, future, "before");
  const redo = () => replay(future, past, "after");
  function drawn() {
    sum();
    tell("drawn", { undo: past.length > 0, redo: future.length > 0 });
  }

  // What stands here and not yet with the server; a cell in conflict waits for the clerk's decision.
  function pending() {
    const found = [];
    for (const row of rows) {
      row.days.forEach((cell, c) => {
        if (cell !== row.saved[c] && !row.clash.has(c)) found.push({ row: row.id, day: c + 1, cell, was: row.saved[c] });
      });
    }
    return found;
  }
  // What the server holds now: taken over wherever nothing of ours is under way.
  function adopt(fresh) {
    for (const [id, held] of Object.entries(fresh)) {
      const row = byId.get(Number(id));
      if (!row) continue;
      Object.assign(row, { locks: held.locks ?? row.locks, base: held.base ?? row.base, due: held.due ?? row.due });
      held.days.forEach((cell, c) => {
        const ours = row.days[c] !== row.saved[c];
        row.saved[c] = cell;
        if (!ours) row.days[c] = cell;
        paint(row, c);
      });
    }
    drawn();
  }

  const CYCLE = ["P", "S", "B", "R", "X"], OFF_CYCLE = ["X", "D", "N"];
  function following(row, c) {
    const ring = isOff(row, c) ? OFF_CYCLE : CYCLE, now = ring.indexOf(row.days[c] === "H" ? "X" : letter(row.days[c]));
    const next = ring[(now + 1) % ring.length];
    return isOff(row, c) && next === "X" ? row.base[c] : next;
  }
  const halved = (cell) => (code(cell).halves ? (isHalf(cell) ? letter(cell) : cell + HALF) : cell);

  return {
    data, rows, byId, days, codes, words, grid, on, tell, fill, letter, signOf, labelOf, closed, lockOf, frozen, isOff, saying, paint, totals,
    inDays, sum, put, apply, undo, redo, drawn, pending, adopt, following, halved, KEYS,
  };
})();
