// Workload below the grid: mild warnings at once, arrows from person to person, and submitting as it stands.
Month && (() => {
  const { data, words, fill, numeral } = Month;
  const table = $(".work"), tally = $("#wtally");
  const values = () => $$('.work [data-part="value"]');

  // ── One field: what cannot be saved, what is only pointed out ──
  function check(input) {
    const { low, high, lowest, highest, decimals, most, usual } = input.dataset;
    const plain = numeral(input.value), hint = document.getElementById(input.getAttribute("aria-describedby"));
    const form = Number(decimals) ? new RegExp(`^\\d+(\\.\\d{1,${decimals}})?$`) : /^\d+$/;
    const top = most || highest;
    let wrong = "";
    if (plain && !form.test(plain)) wrong = Number(decimals) ? fill(words.decimals, { n: decimals }) : words.whole;
    else if (plain && top && Number(plain) > Number(top)) wrong = fill(words.at_most, { n: top });
    else if (plain && lowest && Number(plain) < Number(lowest)) wrong = fill(words.at_least, { n: lowest });
    const far = !wrong && plain && ((low && Number(plain) < Number(low)) || (high && Number(plain) > Number(high)));
    input.classList.toggle("is-bad", Boolean(wrong));
    input.classList.toggle("is-warn", Boolean(far));
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (hint) {
      hint.className = wrong || far ? "hint warn" : "hint";
      hint.textContent = wrong || (far ? fill(Number(plain) < Number(low) ? words.low : words.high, { usual }) : plain === "" && "required" in input.dataset ? `${words.empty} ${usual}`.trim() : usual);
    }
    const reason = input.closest(".wcell")?.querySelector('[data-part="reason"]');
    if (!reason) return;
    const from = input.dataset.reasonFrom, asked = Boolean(plain) && !wrong && (!from || Number(plain) <= Number(from));
    reason.closest(".why").hidden = !asked && !reason.value;
    reason.classList.toggle("is-bad", asked && !reason.value.trim());
  }
  function count() {
    if (!tally) return;
    const far = $$(".work .is-warn").length, bad = $$(".work .is-bad").length;
    const empty = values().filter((input) => !input.value && "required" in input.dataset).length;
    const parts = [bad && fill(words.n_wrong, { n: bad }), far && fill(words.n_far, { n: far }), empty && fill(words.n_empty, { n: empty })].filter(Boolean);
    const word = Object.assign(document.createElement("span"), { className: `st st-${bad ? "bad" : parts.length ? "warn" : "ok"}`, textContent: parts.join("，") || words.complete });
    tally.replaceChildren(word);
  }
  const changed = (input) => {
    check(input.dataset.part === "value" ? input : input.closest(".wcell").querySelector('[data-part="value"]'));
    count();
    Month.tellPhone?.(input);
  };
  values().forEach(check);
  count();
  table?.addEventListener("input", (e) => {
    if (!e.target.matches("[data-code]")) return;
    changed(e.target);
    if (!Month.frozen()) Month.changed();
  });
  table?.addEventListener("month:set", (e) => changed(e.target));
  table?.addEventListener("change", (e) => {
    // Full-width digits and thousands separators are put right when the field is left.
    if (e.target.matches('[data-part="value"]') && /^\d/.test(numeral(e.target.value))) e.target.value = numeral(e.target.value);
  });
  table?.addEventListener("focusin", (e) => { if (e.target.matches('[data-part="value"]')) e.target.select(); });
  table?.addEventListener("keydown", (e) => {
    const input = e.target.closest('[data-part="value"]');
    if (!input || e.isComposing) return;
    const column = input.closest("td").cellIndex, back = e.key === "ArrowUp" || (e.key === "Enter" && e.shiftKey);
    if (["ArrowDown", "ArrowUp", "Enter"].includes(e.key) && !e.ctrlKey) {
      e.preventDefault();
      let tr = input.closest("tr"), next = null;
      do {
        tr = back ? tr.previousElementSibling : tr.nextElementSibling;
        next = tr?.cells[column]?.querySelector('[data-part="value"]');
      } while (tr && !next);
      next?.focus();
    } else if (["ArrowRight", "ArrowLeft"].includes(e.key) && input.selectionEnd - input.selectionStart === input.value.length) {
      const all = values().filter((each) => each.closest("tr") === input.closest("tr"));
      const next = all[all.indexOf(input) + (e.key === "ArrowRight" ? 1 : -1)];
      if (next) { e.preventDefault(); next.focus(); }
    }
  });
  $(".work-form")?.addEventListener("submit", (e) => { e.preventDefault(); Month.flush(); });

  Month.on("changed", () => {
    const label = $("#submit span");
    if (label) label.textContent = words.submit;
  });

  // ── Everyone present, submit: one tap; the dialog says what it means before anything is sent ──
  const dialog = $("#confirm");
  async function review(e) {
    e.preventDefault();
    if (!await Month.flush()) { say(words.not_saved); return; }
    const answer = await fetch(data.urls.submit, { redirect: "manual", headers: { "HX-Request": "true" } });
    if (!answer.ok) { location.assign(data.urls.submit); return; }
    dialog.innerHTML = await answer.text();
    dialog.showModal();
    $("[type=submit]", dialog)?.focus();
  }
  $$("#submit, [data-submit]").forEach((button) => button.addEventListener("click", review));
  Month.review = review;
  // Without a scan and the like the page says what is missing in the dialog itself.
  dialog?.addEventListener("submit", async (e) => {
    const form = e.target;
    if (form.method === "dialog") return;
    e.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
    if (answer.redirected || answer.headers.get("X-Done")) location.assign(answer.headers.get("X-Done") || answer.url);
    else if (answer.status === 422 || answer.status === 409) dialog.innerHTML = await answer.text();
    else location.reload();
  });
})();
