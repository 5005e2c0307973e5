// A run of the briefing that failed is said on every screen; plan, runs and deliveries stand in their own panel.
(function () {
  "use strict";
  const { h, say: wordsOf } = window.cockpit.briefing;
  const LOOK_MS = 60000;
  let askedAt = 0;
  let troubles = [];

  function tell() {
    const slot = document.querySelector("[data-trouble]");
    if (!slot) return;
    const say = wordsOf(slot);
    const texts = troubles.map((each) => (each.edition === "plan" ? say("plan_fault") : said(each, say)));
    const text = texts.join(" · ");
    if (slot.textContent !== text) slot.textContent = text;
    if (slot.hidden === Boolean(text)) slot.hidden = !text;
  }
  function said(each, say) {
    const again = each.next_at ? ` · ${say("again_at", { at: each.next_at.slice(11) })}` : "";
    return say("trouble", { edition: say(each.edition), day: each.day.slice(5), n: each.attempts }) + again;
  }
  async function ask() {
    askedAt = Date.now();
    const answer = await fetch("/briefing/alarm", { headers: { accept: "application/json" } });
    if (answer.ok) troubles = (await answer.json()).troubles;
    tell();
  }

  // ---- the panel ---------------------------------------------------------------------------------------------
  function rows(list, cells) {
    return list.map((each) => h("tr", { className: each.is_wrong || each.status_code === "failed" || each.status_code === "refused" ? "is-wrong" : null }, cells(each).map((cell) => h("td", {}, cell))));
  }
  function table(titles, body) {
    return h("div", { className: "scroll" }, h("table", { className: "table" }, h("thead", {}, h("tr", {}, titles.map((each) => h("th", { scope: "col" }, each)))), h("tbody", {}, body)));
  }
  function about(each, say) {
    const edition = say(each.edition || each.edition_code);
    const scope = [each.area || each.area_id, each.department || each.department_id].filter(Boolean).join(" ");
    return `${edition} · ${say(each.language || each.language_code)}${scope ? ` · ${scope}` : ""}`;
  }
  function state(each, say) {
    const code = each.status_code || each.status || "none";
    const at = "again_at" in each ? each.again_at : each.next_at;
    const again = code === "failed" && at ? ` · ${say("again_at", { at: at.slice(5) })}` : "";
    const tries = each.attempt_no > 1 ? ` · ${say("tries", { n: each.attempt_no })}` : "";
    return `${say(`status_${code}`)}${tries}${again}`;
  }
  function draw(box, told, words) {
    const say = wordsOf(box);
    const change = told.may_plan && !told.fault ? window.cockpit.briefing.plan(box, say, (kept) => fill(box, kept).catch(() => {})) : null;
    const kept = words ? h("p", { className: "note", role: "status" }, words) : null;
    const to = (each) => [...each.mail, each.folder].filter(Boolean).join(", ") || "—";
    const plan = table(
      [say("plan"), say("next_run"), say("last_run"), say("plan_to")],
      rows(told.orders, (each) => [about(each, say), each.next_at || "—", each.due_at ? `${each.due_at.slice(5)} ${state(each, say)}` : "—", `${to(each)}${to(each) === "—" ? "" : ` · ${say(`when_${each.when}`)}`}`]),
    );
    const runs = table(
      [say("recent_runs"), say("made_by"), say("col_state"), ""],
      rows(told.runs.slice(0, 12), (each) => [about(each, say), (each.ended_at || each.started_at).slice(5), state(each, say), each.error_text === "interrupted" ? say("interrupted") : each.error_text || ""]),
    );
    const sent = told.deliveries.length
      ? table([say("deliveries"), say("channel_mail"), say("col_state"), ""], rows(told.deliveries.slice(0, 20), (each) => [`${about(each, say)} · ${each.until_date}`, each.target_text, `${each.tried_at.slice(5)} ${state(each, say)}`, each.detail_text]))
      : h("p", { className: "note" }, say("deliveries_empty"));
    const faults = [told.fault ? h("p", { className: "briefing-fault", role: "alert" }, `${say("plan_fault")} · ${told.fault}`) : null, !told.is_mail_set && told.orders.some((each) => each.mail.length) ? h("p", { className: "briefing-fault" }, say("mail_unset")) : null];
    box.replaceChildren(h("section", { className: "panel" }, h("header", { className: "panel-head" }, h("h2", {}, say("runs"))), faults.filter(Boolean), told.orders.length ? plan : h("p", { className: "note" }, say("plan_empty")), kept, change, told.runs.length ? runs : null, sent));
  }
  const drawnAt = new WeakMap();
  async function fill(box, words) {
    drawnAt.set(box, Date.now());
    const answer = await fetch("/briefing/runs", { headers: { accept: "application/json" } });
    if (answer.ok) draw(box, await answer.json(), words);
  }

  window.cockpit.afterDrawing.push(tell);
  setInterval(function () {
    if (!document.querySelector("[data-trouble]")) return;
    if (Date.now() - askedAt > LOOK_MS) ask().catch(() => {});
    else tell();
    const box = document.querySelector("[data-runs]");
    // Not under the hand of somebody who changes the plan.
    if (box && !box.querySelector(".plan-form") && Date.now() - (drawnAt.get(box) || 0) > LOOK_MS) fill(box).catch(() => {});
  }, 1000);
})();
