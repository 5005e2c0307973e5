// Warnings that were set aside leave the list; who, when and why stands below it. What holds is the server's to say.
(function () {
  "use strict";
  const PATH = "/warnings/dismissed";
  const ASK_MS = 60 * 1000;
  let told = null;
  let askedAt = 0;
  let askedFor = "";

  // One line on the wall: how many are open, and the most striking one. What is not known is unknown, never none.
  function sign() {
    const line = document.querySelector(".warn-sign[data-signs]");
    if (!line) return;
    const says = JSON.parse(line.dataset.signs);
    const count = told ? told.open_count : null;
    const isUnknown = typeof count !== "number";
    const worst = isUnknown || !told.worst ? null : told.worst;
    const text = isUnknown ? says.sign_unknown : says.sign_none;
    const figures = worst && says.sign_count.replace("#seen#", worst.observed_count).replace("#expected#", expected(worst.expected_count));
    const mark = JSON.stringify([count, worst, line.dataset.signs]);
    if (line.dataset.drawn === mark) return;
    line.dataset.drawn = mark;
    line.classList.toggle("is-unknown", isUnknown);
    line.classList.toggle("is-open", count > 0);
    line.querySelector(".warn-count").textContent = isUnknown ? "—" : String(count);
    line.querySelector(".warn-worst").textContent = worst ? `${worst.label[line.dataset.lang]} · ${figures}` : text;
  }
  function expected(value) {
    return value < 0.005 ? "<0.01" : value.toFixed(value >= 1 ? 1 : 2);
  }
  function desk() {
    return document.querySelector(".warnings-kept[data-says]");
  }
  function words() {
    return JSON.parse(desk().dataset.says);
  }
  function node(tag, about, ...inside) {
    const made = Object.assign(document.createElement(tag), about);
    made.append(...inside);
    return made;
  }
  async function refresh() {
    askedAt = Date.now();
    let answer = null;
    try {
      answer = await fetch(PATH, { headers: { accept: "application/json" } });
    } catch {
      answer = null;
    }
    // The list keeps what it was told; a sign that cannot be renewed is no longer known.
    if (!answer || !answer.ok) {
      if (told) told.open_count = null;
      return show();
    }
    told = await answer.json();
    show();
  }
  // Times of the server are UTC without a zone; they are shown as the town's clock shows them.
  function local(text) {
    const clock = document.querySelector("[data-zone]");
    const zone = clock ? clock.dataset.zone : undefined;
    const at = new Date(text.replace(" ", "T") + "Z");
    return at.toLocaleString("sv-SE", { timeZone: zone }).slice(5, 16);
  }
  function show() {
    sign();
    const root = desk();
    if (!root || !told) return;
    const says = words();
    for (const row of document.querySelectorAll("tr[data-warning]")) {
      row.hidden = told.standing.includes(row.dataset.warning);
    }
    const mark = JSON.stringify([told, root.dataset.says]);
    if (root.dataset.drawn === mark) return;
    root.dataset.drawn = mark;
    const items = told.history.slice(0, 20).map(function (each) {
      const holds = told.standing.includes(each.warning_id) ? ` · ${says.still}` : "";
      const reason = says[`reason_${each.reason_code}`] || each.reason_code;
      return node(
        "li", {},
        node("span", { className: "digits", textContent: local(each.at) }),
        node("b", { textContent: each.label[root.dataset.lang] }),
        node("span", { textContent: `${each.observed_count} / ${each.expected_count.toFixed(1)}` , className: "digits" }),
        node("span", { textContent: reason + (each.reason_text ? `：${each.reason_text}` : "") }),
        node("span", { className: "quiet", textContent: `${each.actor_name}${holds}` }),
      );
    });
    const head = node("h3", { textContent: says.dismissed });
    root.replaceChildren(head, items.length ? node("ul", { className: "dismissals" }, ...items) : node("p", { className: "note", textContent: says.none_dismissed }));
  }
  function open(button) {
    const says = words();
    const form = button.parentElement.querySelector(".warning-form");
    if (form.childElementCount) return form.replaceChildren();
    const choice = node("select", {}, ...desk().dataset.reasons.split(" ").map((each) => node("option", { value: each, textContent: says[`reason_${each}`] })));
    choice.setAttribute("aria-label", says.reason);
    const text = node("input", { type: "text", maxLength: 200, placeholder: says.remark });
    const send = node("button", { type: "button", className: "desk-button is-main", textContent: says.confirm });
    const fault = node("small", { className: "fault" });
    send.addEventListener("click", async function () {
      const body = { warning_id: button.closest("tr").dataset.warning, reason_code: choice.value, reason_text: text.value };
      const answer = await fetch(PATH, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      if (!answer.ok) fault.textContent = says.refused;
      else form.replaceChildren();
      refresh().catch(() => {});
    });
    form.replaceChildren(choice, text, send, fault);
    choice.focus();
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-dismiss]");
    if (button) open(button);
  });
  window.cockpit.afterDrawing.push(sign);
  setInterval(function () {
    if (!desk() && !document.querySelector(".warn-sign")) return;
    const ids = Array.from(document.querySelectorAll("tr[data-warning]"), (row) => row.dataset.warning).join(" ");
    if (Date.now() - askedAt > ASK_MS || ids !== askedFor) {
      askedFor = ids;
      refresh().catch(() => {});
    } else show();
  }, 1000);
})();
