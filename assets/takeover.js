// A serious new incident takes the wall over until somebody acknowledges it; what is acknowledged is the server's to say.
(function () {
  "use strict";
  const cockpit = window.cockpit;
  const seen = new Set();
  const LONGEST_MS = 30 * 60 * 1000;
  let askedAt = 0;

  function cards() {
    return Array.from(document.querySelectorAll(".take[data-incident]"));
  }
  function isNew(card) {
    const age = Date.now() - (cockpit.skewMs || 0) - Date.parse(card.dataset.firstSignal);
    return age < LONGEST_MS && !seen.has(card.dataset.incident);
  }
  async function refresh() {
    askedAt = Date.now();
    const answer = await fetch("/acknowledged", { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    for (const each of (await answer.json()).incidents) seen.add(each.incident_id);
    show();
  }
  function show() {
    const first = askedAt > 0 ? cards().find(isNew) : undefined; // before the first answer nobody knows what was seen
    for (const card of cards()) {
      const isShown = card === first;
      if (card.hidden === !isShown) continue;
      card.hidden = !isShown;
      if (isShown && cockpit.pulseGrid) cockpit.pulseGrid(card.dataset.grid);
    }
  }
  async function acknowledge(card) {
    const body = JSON.stringify({ incident_id: card.dataset.incident });
    const answer = await fetch("/acknowledged", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!answer.ok) return;
    seen.add(card.dataset.incident);
    show();
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-seen]");
    if (button) acknowledge(button.closest(".take"));
  });
  // A card is only asked about while there is one: an empty half hour costs the server nothing.
  setInterval(function () {
    const open = cards().filter(isNew);
    if (open.length && Date.now() - askedAt > 4000) refresh().catch(() => {});
    else show();
  }, 1000);
})();
