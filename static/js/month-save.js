// Saving by itself: 0.7 seconds after a change, kept in this browser until the server has it, both values on a conflict.
Month && (() => {
  const { data, rows, byId, days, words, fill } = Month;
  const KEY = `month-${data.sheet}-${data.keeper}`;
  const box = $("#save"), banner = $("#conflict"), list = $("#conflicts");
  const fields = new Map($$("[data-code]").map((input) => [`${input.dataset.rowId}:${input.dataset.code}:${input.dataset.part}`, input]));
  let timer = null, busy = false, state = "saved", token = $("[name=csrfmiddlewaretoken]")?.value ?? "";
  const clashes = []; // {kind, row, c | code, theirs, yours, by, at}

  const status = (shape, text) => {
    const word = Object.assign(document.createElement("span"), { className: `st st-${shape}`, textContent: text });
    box.replaceChildren(word);
  };

  // ── Workload fields ──
  const numeral = (text) => text.normalize("NFKC").replace(/[,，\s]/g, "");
  const partner = (input, part) => fields.get(`${input.dataset.rowId}:${input.dataset.code}:${part}`);
  function pendingWork(all = false) {
    const found = [];
    for (const input of fields.values()) {
      if (input.dataset.part !== "value" || input.disabled || input.dataset.clash) continue;
      const reason = partner(input, "reason");
      if (!all && (input.classList.contains("is-bad") || reason?.classList.contains("is-bad"))) continue;
      const changed = numeral(input.value) !== input.dataset.was;
      if (changed || (reason && reason.value.trim() !== reason.dataset.was)) {
        found.push({ row: Number(input.dataset.rowId), code: input.dataset.code, value: numeral(input.value), reason: reason?.value.trim() ?? "", was: input.dataset.was });
      }
    }
    return found;
  }
  const count = () => Month.pending().length + pendingWork().length;

  // ── Kept in this browser ──
  function keep() {
    const cells = Month.pending(), work = pendingWork(true);
    try {
      if (cells.length || work.length) localStorage.setItem(KEY, JSON.stringify({ cells, work }));
      else localStorage.removeItem(KEY);
    } catch { /* storage is forbidden in some private windows */ }
  }
  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(KEY) || "null"); } catch { /* unreadable: nothing was kept */ }
    if (!kept) return;
    let cells = 0;
    for (const { row: id, day, cell, was } of kept.cells ?? []) {
      const row = byId.get(id);
      if (!row || Month.frozen() || Month.closed(row, day - 1) || row.days[day - 1] === cell) continue;
      row.saved[day - 1] = was;
      Month.put(row, day - 1, cell);
      cells += 1;
    }
    for (const { row, code, value, reason, was } of kept.work ?? []) {
      const input = fields.get(`${row}:${code}:value`);
      if (!input || input.disabled || input.value === value) continue;
      input.value = value;
      input.dataset.was = was;
      const why = partner(input, "reason");
      if (why) why.value = reason;
      input.dispatchEvent(new CustomEvent("month:set", { bubbles: true }));
      cells += 1;
    }
    if (!cells) return keep();
    Month.drawn();
    say(fill(words.restored, { n: cells }));
    changed(0);
  }

  // ── Sending ──
  async function renewed() { // a new sign-in elsewhere gives a new token: read it from this very page
    const answer = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    token = page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? token;
    return true;
  }
  async function post(url, body, again = true) {
    const answer = await fetch(url, {
      method: "POST", redirect: "manual", keepalive: JSON.stringify(body).length < 60000, body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw { state: "signed_out" };
    if (answer.status === 403 && again && await renewed()) return post(url, body, false);
    if (answer.status === 403) throw { state: "signed_out" };
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409 || answer.status === 422) throw { state: "refused", said };
    if (!answer.ok) throw { state: "trouble" };
    return said;
  }
  function clashed(kind, said) {
    for (const each of said.conflicts ?? []) {
      if (kind === "cell") {
        const row = byId.get(each.row);
        row.clash.add(each.day - 1);
        row.saved[each.day - 1] = each.theirs;
        Month.paint(row, each.day - 1);
        clashes.push({ ...each, kind, row, c: each.day - 1 });
      } else {
        const input = fields.get(`${each.row}:${each.code}:value`);
        input.dataset.clash = "1";
        input.dataset.was = each.theirs;
        clashes.push({ ...each, kind, input });
      }
    }
    if (said.conflicts?.length) showClashes();
  }
  async function sendCells() {
    const changes = Month.pending();
    if (!changes.length) return null;
    // What says the same as the roster goes back to it, and follows it from then on.
    const plain = ({ row, day, cell }) => (cell === byId.get(row).base[day - 1] ? null : cell);
    const said = await post(data.urls.cells, { changes: changes.map((each) => ({ ...each, cell: plain(each) })) });
    for (const { row, day, cell } of changes) byId.get(row).saved[day - 1] = cell;
    clashed("cell", said);
    Month.adopt(said.rows ?? {});
    if (said.refused?.length) say(said.refused[0].message);
    return said;
  }
  async function sendWork() {
    const entries = pendingWork();
    if (!entries.length) return null;
    const said = await post(data.urls.workload, { entries });
    for (const { row, code, value, reason } of entries) {
      const input = fields.get(`${row}:${code}:value`);
      input.dataset.was = value;
      input.closest(".wcell")?.classList.remove("said");
      const why = partner(input, "reason");
      if (why) why.dataset.was = reason;
    }
    clashed("work", said);
    return said;
  }
  // What the server refuses goes back to what it holds; the sentence says which rule, and where the way out is.
  function refused(said) {
    const place = said.context ?? {};
    const input = fields.get(`${place.row}:${place.code}:value`);
    if (input) {
      input.classList.add("is-bad");
      const hint = document.getElementById(input.getAttribute("aria-describedby"));
      if (hint) { hint.textContent = said.message; hint.className = "hint warn"; }
    } else {
      for (const { row, day, was } of Month.pending()) Month.put(byId.get(row), day - 1, was);
      Month.drawn();
    }
    state = "refused";
    say(said.message);
    status("bad", said.message);
    if (["month_closed", "not_open", "state"].includes(said.code)) setTimeout(() => location.reload(), 4000);
  }
  async function send() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    if (state !== "offline") status("run", words.saving);
    try {
      const [cells, work] = [await sendCells(), await sendWork()];
      state = "saved";
      keep();
      const at = (work ?? cells)?.saved_at ?? "";
      if (clashes.length) status("warn", fill(words.clashes, { n: clashes.length }));
      else if (at) status("ok", fill(words.saved, { at }));
    } catch (trouble) {
      keep();
      if (trouble.state === "refused") { refused(trouble.said); keep(); }
      else if (trouble.state === "signed_out") { state = "signed_out"; status("bad", fill(words.signed_out, { n: count() })); $("#signed-out").hidden = false; }
      else {
        state = "offline";
        status("warn", fill(words.offline, { n: count() }));
        timer = setTimeout(send, 15000);
      }
    } finally {
      busy = false;
      if (state === "saved" && count()) changed();
      if (state === "saved") $("#signed-out").hidden = true;
    }
  }
  function changed(wait = 700) {
    keep();
    if (state === "offline" || !navigator.onLine) {
      state = "offline";
      status("warn", fill(words.offline, { n: count() }));
    } else if (state === "signed_out") {
      status("bad", fill(words.signed_out, { n: count() }));
    } else status("run", words.saving);
    clearTimeout(timer);
    timer = setTimeout(send, state === "offline" ? 3000 : wait);
  }
  // Resolves once everything is with the server, or says that it is not.
  async function flush() {
    while (busy) await new Promise((go) => { setTimeout(go, 40); });
    if (count()) await send();
    return !count() && !clashes.length && !$$("[data-code].is-bad").length;
  }

  // ── Conflicts: both values, one decision each ──
  function decided(clash, theirs) {
    clashes.splice(clashes.indexOf(clash), 1);
    if (clash.kind === "cell") {
      clash.row.clash.delete(clash.c);
      if (theirs) clash.row.days[clash.c] = clash.theirs;
      Month.paint(clash.row, clash.c);
      Month.drawn();
    } else {
      delete clash.input.dataset.clash;
      if (theirs) clash.input.value = clash.theirs;
      clash.input.dispatchEvent(new CustomEvent("month:set", { bubbles: true }));
    }
    showClashes();
    changed(0);
  }
  const value = (clash, cell) => (clash.kind === "cell" ? Month.labelOf(cell) : cell || words.nothing);
  function showClashes() {
    banner.hidden = !clashes.length;
    list.replaceChildren(...clashes.map((clash) => {
      const line = document.createElement("li"), acts = document.createElement("span");
      const what = clash.kind === "cell" ? `${clash.row.name} ${days[clash.c].label}` : clash.input.getAttribute("aria-label");
      line.append(fill(words.clash, { what, by: clash.by, at: clash.at, theirs: value(clash, clash.theirs), yours: value(clash, clash.yours) }));
      acts.className = "acts";
      for (const [label, theirs] of [[words.take_theirs, true], [words.keep_mine, false]]) {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: label });
        button.addEventListener("click", () => decided(clash, theirs));
        acts.append(button);
      }
      line.append(acts);
      return line;
    }));
    if (!clashes.length && !count()) status("ok", words.settled);
  }

  Month.on("changed", () => changed());
  document.addEventListener("visibilitychange", () => { if (document.hidden && count() && state === "saved") send(); });
  addEventListener("pagehide", keep);
  addEventListener("online", () => { if (count()) { state = "saved"; send(); } });
  addEventListener("offline", () => { if (count()) changed(); });
  addEventListener("focus", () => { if (state === "signed_out" && count()) { state = "saved"; send(); } });
  addEventListener("beforeunload", (e) => { if (["refused"].includes(state) && count()) e.preventDefault(); });
  Object.assign(Month, { flush, changed, numeral, post });
  if (!Month.frozen()) restore();
})();
