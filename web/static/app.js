// Niceties only: every page does its work without this file.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fill = (text, value) => text.replace(/\{0(?:\|([^|}]*)\|([^}]*))?\}/g, (_, one, other) => one === undefined ? value : value === 1 ? one : other);
  const typing = (el) => el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // The error summary takes the focus, so that it is read first.
  document.querySelector("[data-focus]")?.focus();

  // Controls that need script are hidden until it is here.
  for (const el of all("[data-copy], [data-print], [data-close], [data-select-all]")) el.hidden = false;

  // Sending twice by a double click is a mistake, not a wish.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "download" in form.dataset || form.dataset.sending === "yes") {
      if (form.dataset.sending === "yes") event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Coming back with the back button, the form can be sent again.
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sending]")) delete form.dataset.sending;
    for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // Counters count what people see as characters, as the server does.
  for (const area of all("textarea[data-count]")) {
    const out = document.getElementById(area.id + "-count");
    const max = Number(area.dataset.count);
    const show = () => {
      const left = max - [...area.value].length;
      out.textContent = fill(left < 0 ? out.dataset.over : out.dataset.left, Math.abs(left));
      out.classList.toggle("over", left < 0);
    };
    // Announcing every key would drown the person's own voice output.
    area.addEventListener("input", show);
    area.addEventListener("blur", () => out.setAttribute("aria-live", "polite"));
    area.addEventListener("focus", () => out.removeAttribute("aria-live"));
    show();
  }

  // Files: dropped as well as chosen, and listed with their size.
  for (const drop of all("[data-drop]")) {
    const input = drop.querySelector("input[type=file]");
    const list = drop.querySelector(".drop-list");
    const show = () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const li = document.createElement("li");
        const name = document.createElement("span");
        const size = document.createElement("span");
        name.textContent = file.name;
        size.textContent = file.size > 1048576 ? (file.size / 1048576).toFixed(1) + " MB" : Math.ceil(file.size / 1024) + " KB";
        li.append(name, size);
        return li;
      }));
    };
    // More than the server takes: said before the upload, not after it.
    const weigh = () => {
      const total = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const { maxBytes, tooLarge } = input.form.dataset;
      input.setCustomValidity(maxBytes && total > Number(maxBytes) ? tooLarge : "");
      if (input.validationMessage) input.reportValidity();
    };
    input.addEventListener("change", show);
    input.addEventListener("change", weigh);
    for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = new DataTransfer();
      for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
      input.files = files.files;
      show();
      weigh();
    });
  }

  // Rows: select all, and the count in the buttons that act on them.
  const boxes = all("[data-select]");
  const everything = document.querySelector("[data-select-all]");
  const count = () => {
    const n = boxes.filter((box) => box.checked).length;
    for (const button of all("[data-counts]")) button.querySelector("[data-count-out]").textContent = n ? ` (${n})` : "";
    if (everything) {
      everything.checked = n > 0 && n === boxes.length;
      everything.indeterminate = n > 0 && n < boxes.length;
    }
  };
  everything?.addEventListener("change", () => { for (const box of boxes) box.checked = everything.checked; count(); });
  for (const box of boxes) box.addEventListener("change", count);
  if (boxes.length) count();

  // Codes are copied by a button.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return;
    }
    const said = document.createElement("div");
    said.className = "copied";
    said.setAttribute("role", "status");
    said.textContent = button.dataset.done;
    document.body.append(said);
    setTimeout(() => said.remove(), 1600);
  });
  for (const button of all("[data-print]")) button.addEventListener("click", () => print());
  for (const button of all("[data-close]")) {
    button.addEventListener("click", () => {
      const box = button.closest("details");
      box.open = false;
      box.querySelector("summary").focus();
    });
  }

  // Parts to be blacked out can be drawn; the numbers beside stay the truth.
  for (const board of all("[data-redact]")) {
    const svg = board.querySelector("svg");
    const lines = all("[data-box]");
    const cells = (line) => ["left", "top", "width", "height"].map((side) => line.querySelector(`[name$=".${side}"]`));
    const paint = () => {
      for (const rect of all("rect", svg)) rect.remove();
      for (const line of lines) {
        const [x, y, width, height] = cells(line).map((cell) => Number(cell.value));
        if (!(width > 0 && height > 0)) continue;
        const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
        svg.append(rect);
      }
    };
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      const part = (value, size) => Math.round(Math.min(1, Math.max(0, value / size)) * 1000) / 10;
      return [part(event.clientX - box.left, box.width), part(event.clientY - box.top, box.height)];
    };
    let from, line;
    svg.addEventListener("pointerdown", (event) => {
      line = lines.find((l) => cells(l).every((cell) => !cell.value));
      if (!line) return;
      from = at(event);
      svg.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = at(event);
      const tenth = (value) => Math.round(value * 10) / 10;
      const values = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), tenth(Math.abs(from[0] - to[0])), tenth(Math.abs(from[1] - to[1]))];
      cells(line).forEach((cell, i) => { cell.value = values[i]; });
      paint();
    });
    svg.addEventListener("pointerup", () => {
      if (from && cells(line).slice(2).some((cell) => !(Number(cell.value) > 0))) for (const cell of cells(line)) cell.value = "";
      from = undefined;
      paint();
    });
    for (const l of lines) l.addEventListener("input", paint);
    paint();
  }

  // Quick exit replaces this page in the history; Esc pressed twice does it too.
  const exit = document.querySelector("[data-quick-exit]");
  const leave = () => { document.body.hidden = true; location.replace(exit.href); };
  exit?.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  let escaped = 0;

  // The end of the session is said two minutes ahead.
  const notice = document.querySelector("[data-idle]");
  if (notice) {
    let timer;
    const start = () => {
      clearTimeout(timer);
      notice.hidden = true;
      timer = setTimeout(() => { notice.hidden = false; notice.querySelector("button").focus(); }, Math.max(0, Number(notice.dataset.idle) - 120) * 1000);
    };
    notice.querySelector("[data-stay]").addEventListener("click", async () => {
      const answer = await fetch(location.href, { method: "HEAD", credentials: "same-origin" }).catch(() => null);
      if (answer?.ok) start(); else location.reload();
    });
    start();
  }

  // Keys of the desk. Nothing happens while somebody types.
  const keys = document.querySelector("[data-keys]");
  const rows = all("[data-rows] tbody tr");
  let here = -1;
  const go = (step) => {
    if (!rows.length) return;
    rows[here]?.classList.remove("here");
    here = Math.min(rows.length - 1, Math.max(0, here + step));
    rows[here].classList.add("here");
    rows[here].querySelector("a")?.focus();
    rows[here].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && exit) {
      if (event.timeStamp - escaped < 800) leave();
      escaped = event.timeStamp;
      return;
    }
    if (!keys || typing(event.target)) return;
    switch (event.key) {
      case "j": go(1); break;
      case "k": go(-1); break;
      case "x": rows[here]?.querySelector("[data-select]")?.click(); break;
      case "/": {
        const search = document.querySelector("input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
        break;
      }
      case "?": if (keys.open) keys.close(); else keys.showModal(); break;
    }
  });
})();
