// A person's word on a link: asked for a reason first, then told to the server; the screen follows with the next generation.
(function () {
  "use strict";
  let form = null;

  function close() {
    if (form) form.remove();
    form = null;
  }
  async function say(button, reason) {
    const told = button.dataset;
    const body = JSON.stringify({
      report: told.linkReport,
      other: told.linkOther || "",
      verdict: told.linkVerdict,
      reason: reason,
    });
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/links/decided", { method: "POST", headers, body });
    button.textContent = answer.ok ? told.done : told.failed;
    button.disabled = answer.ok;
  }
  function open(button) {
    close();
    form = document.createElement("form");
    form.className = "export-menu asks";
    const input = document.createElement("input");
    input.required = true;
    input.maxLength = 200;
    input.placeholder = input.ariaLabel = button.dataset.askReason;
    const send = document.createElement("button");
    send.type = "submit";
    send.className = "choice is-on";
    send.textContent = button.dataset.say;
    form.append(input, send);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const reason = input.value.trim();
      if (!reason) return;
      close();
      say(button, reason).catch(() => (button.textContent = button.dataset.failed));
    });
    document.body.appendChild(form);
    const box = button.getBoundingClientRect();
    form.style.top = box.bottom + window.scrollY + 4 + "px";
    form.style.left = Math.max(8, box.right + window.scrollX - form.offsetWidth) + "px";
    input.focus({ preventScroll: true });
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-link-verdict]");
    if (button) open(button);
    else if (form && !form.contains(event.target)) close();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") close();
  });
})();
