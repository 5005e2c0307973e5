// Accounts, audit trail and export register: asked of the server by themselves. Every word goes in as text, never as markup.
(function () {
  "use strict";
  const { h, say: wordsOf } = window.cockpit.briefing;
  const drawnAt = new WeakMap();

  function local(text) {
    const at = new Date(String(text).replace(" ", "T") + (/[zZ]$/.test(text) ? "" : "Z"));
    const zone = document.querySelector("[data-zone]");
    return isNaN(at) ? text || "—" : at.toLocaleString("sv-SE", zone ? { timeZone: zone.dataset.zone } : {}).slice(0, 19);
  }
  const named = (say, section, code) => {
    const key = `${section}_${code}`;
    return say(key) === key ? code : say(key);
  };
  function table(titles, rows) {
    const head = h("tr", {}, titles.map((each) => h("th", { scope: "col" }, each)));
    return h("div", { className: "scroll" }, h("table", { className: "table" }, h("thead", {}, head), h("tbody", {}, rows)));
  }
  const row = (cells, className) => h("tr", { className }, cells.map((each) => h("td", {}, each)));
  async function ask(path) {
    const answer = await fetch(path, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(path);
    return answer.json();
  }

  // ---- accounts ----------------------------------------------------------------------------------------------
  function rowsSeen(each, say, names) {
    const side = document.documentElement.lang.startsWith("en") ? 1 : 0;
    const called = (kind, id) => names[kind]?.[id]?.[side] || id;
    const ids = [...(each.areas || []).map((id) => called("area", id)), ...(each.departments || []).map((id) => called("department", id))];
    if (!ids.length) return say("whole");
    return ids.slice(0, 4).join(", ") + (ids.length > 4 ? ` ${say("more_ids", { n: ids.length })}` : "");
  }
  function field(name, label, more) {
    const input = h("input", { name, maxlength: "200", autocomplete: "off", ...(more || {}) });
    return h("label", { className: "query-field" }, h("span", {}, label), input);
  }
  function form(box, say, action, name) {
    const ids = (text) => text.split(/[,，\s]+/).filter(Boolean);
    const role = h("select", { name: "role" }, box.dataset.roles.split(" ").map((each) => h("option", { value: each }, named(say, "role", each))));
    const fields = action === "add"
      ? [field("name", say("name"), { required: true }), field("label", say("label")), h("label", { className: "query-field" }, h("span", {}, say("role")), role), field("areas", say("areas")), field("departments", say("departments"))]
      : [h("b", {}, `${say(action)} · ${name}`)];
    const own = field("confirm", say("confirm"), { type: "password", required: true, autocomplete: "current-password" });
    const node = h("form", { className: "admin-form", onsubmit: send }, fields, own, h("button", { type: "submit", className: "choice is-on" }, say("send")), h("button", { type: "button", className: "choice", onclick: () => node.remove() }, say("cancel")), action === "add" ? h("p", { className: "note" }, say("ids_note")) : null);
    async function send(event) {
      event.preventDefault();
      const told = Object.fromEntries(new FormData(node));
      const body = { ...told, action, name: name || told.name.trim(), areas: ids(told.areas || ""), departments: ids(told.departments || "") };
      const answer = await fetch("/admin/accounts", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      const said = await answer.json().catch(() => ({ error: String(answer.status) }));
      if (answer.ok) return fill(box, said.password ? [say("told_once", { name: said.name }), h("code", {}, said.password)] : say("done", { name: said.name }));
      const [code, which] = said.error.split(" ", 2);
      const why = say(`error_${code}`) === `error_${code}` ? said.error : say(`error_${code}`, { which: which || "" });
      node.querySelector("[role=alert]")?.remove();
      node.append(h("p", { className: "admin-fault", role: "alert" }, say("failed", { why })));
    }
    return node;
  }
  function drawAccounts(box, told, news) {
    const say = wordsOf(box);
    const slot = h("div", {});
    const open = (action, name) => {
      slot.replaceChildren(form(box, say, action, name));
      slot.querySelector("input").focus();
    };
    const deed = (action, name) => h("button", { type: "button", className: "choice", onclick: () => open(action, name) }, say(action));
    const rows = told.accounts.map((each) => {
      const state = `${say(each.is_active ? "active" : "closed")}${each.is_demo ? ` · ${say("demo")}` : ""}`;
      const deeds = [each.is_active ? deed("disable", each.name) : null, each.is_demo ? null : deed("password", each.name)];
      const seen = each.seen_at ? local(each.seen_at) : "—";
      return row([h("b", {}, each.name), each.label, named(say, "role", each.role), rowsSeen(each, say, told.names), state, each.sessions, seen, local(each.password_at), h("span", { className: "admin-deeds" }, deeds)], each.is_active ? null : "is-thin");
    });
    const titles = ["name", "label", "role", "scope", "state", "sessions", "seen", "password_at"].map((each) => say(each));
    const add = h("button", { type: "button", className: "choice is-on", onclick: () => open("add") }, say("add"));
    box.replaceChildren(h("div", { className: "admin-head" }, add, news ? h("p", { className: "admin-news", role: "status" }, news) : null), slot, table([...titles, ""], rows));
  }

  // ---- the trail -----------------------------------------------------------------------------------------------
  function trailRow(each, say) {
    const action = named(say, "audited", each.action_code) + (each.is_success ? "" : ` · ${say("is_refused")}`);
    return row([local(each.at), each.actor_name, named(say, "role", each.role_code), each.source_text, action, each.target_text, each.detail_text], each.is_success ? null : "is-wrong");
  }
  async function drawTrail(box, told) {
    const say = wordsOf(box);
    const chosen = box.dataset.action || "";
    const body = h("tbody", {}, told.rows.map((each) => trailRow(each, say)));
    const older = h("button", { type: "button", className: "choice", onclick: more }, say("older"));
    let last = told.rows.at(-1)?.seq_no;
    older.hidden = !told.is_more;
    async function more() {
      const next = await ask(`/admin/trail?before=${last}&action=${encodeURIComponent(chosen)}`);
      body.append(...next.rows.map((each) => trailRow(each, say)));
      last = next.rows.at(-1)?.seq_no ?? last;
      older.hidden = !next.is_more;
    }
    const choose = h("select", { "aria-label": say("action"), onchange: (event) => { box.dataset.action = event.target.value; fill(box); } }, h("option", { value: "" }, say("every_action")), told.actions.map((each) => h("option", { value: each }, named(say, "audited", each))));
    choose.value = chosen;
    const chain = told.faults.length ? h("p", { className: "admin-fault", role: "alert" }, say("broken", { why: told.faults.join("; ") })) : h("p", { className: "note" }, say("intact", { n: told.row_count }));
    const grid = table(["at", "actor", "role", "source", "action", "target", "detail"].map((each) => say(each)), []);
    grid.querySelector("tbody").replaceWith(body);
    box.replaceChildren(h("div", { className: "admin-head query-field" }, choose, chain), grid, older);
  }

  // ---- the register --------------------------------------------------------------------------------------------
  function drawExports(box, told) {
    const say = wordsOf(box);
    const rows = told.exports.map((each) => row([local(each.at), each.actor_name, named(say, "role", each.role_code), each.what_text, each.filters_text, each.format_code, each.row_count ?? "—", say(each.is_masked ? "is_masked" : "unmasked"), h("code", { title: each.sha256 }, each.sha256.slice(0, 12))]));
    const titles = ["at", "actor", "role", "what", "filters", "form", "rows", "masked", "digest"].map((each) => say(each));
    box.replaceChildren(rows.length ? table(titles, rows) : h("p", { className: "empty" }, say("nothing")));
  }

  const DESKS = {
    accounts: { path: () => "/admin/accounts", draw: drawAccounts },
    trail: { path: (box) => `/admin/trail?action=${encodeURIComponent(box.dataset.action || "")}`, draw: drawTrail },
    exports: { path: () => "/export/register", draw: drawExports },
  };
  async function fill(box, news) {
    drawnAt.set(box, Date.now());
    const desk = DESKS[box.dataset.admin];
    desk.draw(box, await ask(desk.path(box)), news);
  }
  setInterval(function () {
    for (const box of document.querySelectorAll("[data-admin]")) {
      if (!drawnAt.has(box)) fill(box).catch(() => {});
    }
  }, 500);
})();
