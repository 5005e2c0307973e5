// The way out of a panel: which forms it can be had in is the server's to say; the browser only fetches the file.
(function () {
  "use strict";
  const cockpit = window.cockpit;
  let menu = null;

  function close() {
    if (menu) menu.remove();
    menu = null;
  }
  function query(button, form) {
    const asked = new URLSearchParams(location.search);
    asked.delete("theme");
    const said = new URLSearchParams({
      path: location.pathname,
      search: asked.toString(),
      tile: button.dataset.export,
      lang: document.documentElement.lang.startsWith("en") ? "en" : "zh",
    });
    if (form) said.set("form", form);
    return said.toString();
  }
  function place(button) {
    const box = button.getBoundingClientRect();
    menu.style.top = box.bottom + window.scrollY + 4 + "px";
    menu.style.left = Math.max(8, box.right + window.scrollX - menu.offsetWidth) + "px";
  }
  async function open(button) {
    const answer = await fetch("/export/forms?" + query(button), { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const found = await answer.json();
    close();
    menu = document.createElement("nav");
    menu.className = "export-menu";
    for (const each of found.forms) {
      const link = document.createElement("a");
      link.textContent = each.label;
      link.href = "/export/file?" + query(button, each.form);
      link.setAttribute("download", "");
      link.dataset.form = each.form;
      menu.appendChild(link);
    }
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = found.forms.length ? found.note : found.none;
    menu.appendChild(note);
    document.body.appendChild(menu);
    place(button);
    const first = menu.querySelector("a");
    if (first) first.focus({ preventScroll: true });
  }
  // Before the page's own listener: a download is no move to another page.
  document.addEventListener(
    "click",
    function (event) {
      const button = event.target.closest("[data-export]");
      if (button) {
        event.preventDefault();
        event.stopPropagation();
        if (menu) close();
        else open(button).catch(() => {});
      } else if (menu && menu.contains(event.target)) {
        event.stopPropagation();
        setTimeout(close, 0);
      } else {
        close();
      }
    },
    true
  );
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") close();
  });
  cockpit.closeExport = close;
})();
