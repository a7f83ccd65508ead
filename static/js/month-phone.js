// On a phone: one person at a time as a calendar, the codes within the thumb's reach, then the next person.
Month && (() => {
  const { rows, days, words, data } = Month;
  const phone = $(".phone"), bar = $(".ph-bar");
  if (!phone || !rows.length) return;
  const cal = $("#cal"), work = $("#ph-work");
  let who = 0;
  const make = (tag, css, text) => Object.assign(document.createElement(tag), { className: css || "", textContent: text ?? "" });
  $$("[data-without-script]", phone).forEach((part) => { part.hidden = true; });
  $$("[data-with-script]", phone).forEach((part) => { part.hidden = false; });
  if (bar) bar.hidden = Month.frozen();
  if (!Month.frozen()) document.body.classList.add("with-bar");

  // Fixed once: a day keeps its button, so that focus and a tap under way survive every redraw.
  const lead = data.lead;
  cal.append(...words.weekdays.map((word) => make("span", "wd", word)), ...Array.from({ length: lead }, () => make("span")));
  const buttons = days.map((day, c) => {
    const button = make("button", "day");
    button.type = "button";
    button.append(make("small", "", day.d), make("b"));
    button.addEventListener("click", () => {
      const row = rows[who];
      Month.apply([{ row, c, cell: Month.brush || Month.following(row, c) }]);
    });
    cal.append(button);
    return button;
  });

  function draw() {
    const row = rows[who], sum = Month.totals(row);
    $("#ph-name").textContent = row.name;
    $("#ph-sub").textContent = row.sub;
    $("#ph-n").textContent = `${who + 1} / ${rows.length}`;
    $("#prev").disabled = who === 0;
    $("#next").disabled = who === rows.length - 1;
    const next = $("#next2 span");
    if (next) next.textContent = who === rows.length - 1 ? words.submit : words.next_person;
    $("#ph-tot").replaceChildren(...["due", "attended", "leave", "absent", "unchecked"].map((key) => {
      const part = make("span");
      part.append(make("small", "", words.totals[key]), make("b", ["absent", "unchecked"].includes(key) && sum[key] ? "short" : "", Month.inDays(sum[key])));
      return part;
    }));
    buttons.forEach((button, c) => {
      const from = row.cells[c], off = ["X", "H"].includes(row.days[c]);
      button.className = `day ${from.className.replace(/\b(c|in)\b/g, "")}`;
      button.disabled = Month.closed(row, c);
      button.toggleAttribute("data-lock", Boolean(Month.lockOf(row, c)));
      button.lastChild.textContent = Month.closed(row, c) ? "" : off ? Month.signOf(row.days[c]) : from.textContent;
      button.setAttribute("aria-label", Month.saying(row, c));
    });
  }
  // The fields of the table below, again for this one person: what is typed here is typed there.
  function drawWork() {
    const line = $(`.work tr[data-work="${rows[who].id}"]`);
    work.replaceChildren(...$$("[data-code]", line ?? document.createElement("i")).map((field) => {
      const box = make("label", "ph-field"), side = make("span"), copy = field.cloneNode();
      copy.removeAttribute("id");
      copy.removeAttribute("name");
      copy.dataset.copyOf = `${field.dataset.rowId}:${field.dataset.code}:${field.dataset.part}`;
      delete copy.dataset.code;
      copy.value = field.value;
      const hint = make("span", "hint");
      side.append(make("span", "", field.dataset.label), hint);
      const follow = () => {
        const from = document.getElementById(field.getAttribute("aria-describedby"));
        hint.textContent = from?.textContent ?? "";
        hint.className = from?.className ?? "hint";
        copy.classList.toggle("is-warn", field.classList.contains("is-warn"));
        copy.classList.toggle("is-bad", field.classList.contains("is-bad"));
        if (field.dataset.part === "reason") box.hidden = field.closest(".why").hidden;
      };
      copy.addEventListener("input", () => {
        field.value = copy.value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      box.follow = follow;
      box.append(side, copy);
      follow();
      return box;
    }));
    $("#ph-work-h").hidden = !work.children.length;
  }
  Month.tellPhone = (field) => {
    [...work.children].forEach((box) => {
      const copy = $("input", box);
      if (copy?.dataset.copyOf === `${field.dataset.rowId}:${field.dataset.code}:${field.dataset.part}` && document.activeElement !== copy) copy.value = field.value;
      box.follow();
    });
  };
  function turn(by) {
    who = Math.max(0, Math.min(rows.length - 1, who + by));
    Month.setBrush(null);
    draw();
    drawWork();
    scrollTo({ top: 0 });
  }
  $("#prev").addEventListener("click", () => turn(-1));
  $("#next").addEventListener("click", () => turn(1));
  $("#next2")?.addEventListener("click", (e) => (who === rows.length - 1 ? Month.review(e) : turn(1)));
  let from = null;
  const head = $(".ph-head");
  head.addEventListener("touchstart", (e) => { from = e.touches[0].clientX; }, { passive: true });
  head.addEventListener("touchend", (e) => {
    const by = from === null ? 0 : e.changedTouches[0].clientX - from;
    from = null;
    if (Math.abs(by) > 60) turn(by < 0 ? 1 : -1);
  });
  Month.on("drawn", draw);
  draw();
  drawWork();
})();
