// What a plain field cannot ask: two days of the calendar, one of several hundred metrics by a part of its name.
(function () {
  "use strict";
  const cockpit = window.cockpit;
  let box = null;

  function close() {
    if (box) box.remove();
    box = null;
  }
  function node(tag, marks, ...inside) {
    const made = Object.assign(document.createElement(tag), marks);
    made.append(...inside);
    return made;
  }
  function open(anchor, form) {
    close();
    box = form;
    document.body.appendChild(box);
    const at = anchor.getBoundingClientRect();
    const most = window.scrollX + document.documentElement.clientWidth - box.offsetWidth - 8;
    box.style.top = at.bottom + window.scrollY + 4 + "px";
    box.style.left = Math.max(8, Math.min(at.left + window.scrollX, most)) + "px";
    box.querySelector("input").focus({ preventScroll: true });
  }

  function askDays(select) {
    const told = select.dataset;
    const first = node("input", { type: "date", required: true, value: told.since || "", max: told.last || "", ariaLabel: told.from });
    const last = node("input", { type: "date", required: true, value: told.until || "", max: told.last || "", ariaLabel: told.to });
    const send = node("button", { type: "submit", className: "choice is-on", textContent: told.show });
    const form = node("form", { className: "export-menu asks days" }, first, node("span", { textContent: "–" }), last, send);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const days = [first.value, last.value].sort().join("..");
      close();
      if (new URLSearchParams(location.search).get("period") !== days) cockpit.filter("period=" + days);
    });
    open(select, form);
  }

  function askName(button) {
    const select = button.closest("[data-finds]").querySelector("select");
    const entries = [...select.options].map((each) => {
      const group = each.parentElement.label || "";
      const has = [each.textContent, group, each.value, each.title].join(" ").toLowerCase();
      return { value: each.value, text: each.textContent, group: group, title: each.title, name: each.textContent.toLowerCase(), has: has };
    });
    const search = node("input", { type: "search", placeholder: button.textContent, ariaLabel: button.textContent });
    const list = node("div", { className: "found" });
    const form = node("form", { className: "export-menu finds" }, search, list);
    const choose = function (value) {
      close();
      if (value !== select.dataset.value) cockpit.filter(select.dataset.param + "=" + encodeURIComponent(value));
    };
    const fill = function () {
      const parts = search.value.trim().toLowerCase().split(/\s+/);
      const fitting = entries.filter((each) => parts.every((part) => each.has.includes(part)));
      // Those named so before those whose meaning says it.
      const isNamed = (each) => parts.every((part) => each.name.includes(part));
      fitting.sort((one, other) => isNamed(other) - isNamed(one));
      list.replaceChildren(
        ...fitting.map((each) => {
          const line = node("a", { href: "#", title: each.title }, node("span", { textContent: each.text }), node("small", { textContent: each.group }));
          line.addEventListener("click", (event) => (event.preventDefault(), event.stopPropagation(), choose(each.value)));
          if (each.value === select.dataset.value) line.setAttribute("aria-current", "true");
          return line;
        })
      );
      if (!fitting.length) list.append(node("p", { className: "empty", textContent: button.dataset.none }));
    };
    search.addEventListener("input", fill);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first) first.click();
    });
    fill();
    open(button, form);
  }

  // Before the page's own listener: to ask for days is no choice yet.
  document.addEventListener(
    "change",
    function (event) {
      const select = event.target;
      if (!select.matches || !select.matches("select[data-since]") || select.value !== "days") return;
      event.stopPropagation();
      select.value = select.dataset.value;
      askDays(select);
    },
    true
  );
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-find]");
    if (button) {
      event.preventDefault();
      askName(button);
    } else if (box && !box.contains(event.target)) close();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") close();
  });
})();
