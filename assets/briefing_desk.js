// The briefing's desk: what the address names is asked for, drawn, noted, released and taken along.
(function () {
  "use strict";
  const { h, say: wordsOf, paper } = window.cockpit.briefing;
  const EDITIONS = ["daily", "weekly", "monthly", "period"];
  const NAMES = ["edition", "date", "until", "text", "area", "department", "version"];
  let shown = null; // what is on the desk now: its box, the address it was drawn for, the answers

  const params = () => new URLSearchParams(location.search);
  function addressed() {
    const now = params();
    return NAMES.map((name) => now.get(name) || "").join("|");
  }
  function go(changes) {
    const now = params();
    for (const [name, value] of Object.entries({ version: "", ...changes })) {
      if (value) now.set(name, value);
      else now.delete(name);
    }
    window.cockpit.go(location.pathname + (now.toString() ? `?${now}` : ""));
  }
  async function get(path) {
    const answer = await fetch(path, { headers: { accept: "application/json" } });
    return told(answer);
  }
  async function post(path, body) {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return told(answer);
  }
  async function told(answer) {
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.reason || said.error || String(answer.status));
    return said;
  }

  // ---- asking ------------------------------------------------------------------------------------------------
  async function load(desk) {
    const now = params();
    const asked = new URLSearchParams({ lang: desk.lang, language: now.get("text") || desk.lang });
    for (const [from, to] of [["edition", "edition"], ["date", "on"], ["until", "until"], ["area", "area"], ["department", "department"]]) {
      if (now.get(from)) asked.set(to, now.get(from));
    }
    desk.state = await get(`/briefing/state?${asked}`);
    const versions = desk.state.versions;
    const id = Number(now.get("version")) || (versions.length ? versions[0].briefing_id : 0);
    if (id) await take(desk, id);
  }
  async function take(desk, id) {
    const found = await get(`/briefing/document?id=${id}&lang=${desk.lang}`);
    Object.assign(desk, found);
    desk.isChinese = found.document.language === "zh";
    desk.gap = desk.isChinese ? "" : " ";
    desk.colon = desk.isChinese ? "：" : ": ";
    desk.canEdit = desk.state.may.edit && !found.row.released_at;
  }
  async function open(box) {
    const desk = { box: box, lang: box.dataset.briefing, say: wordsOf(box), address: addressed(), document: null, notes: [], row: null };
    Object.assign(desk, { notesAt, open: (place, sentence) => explain(desk, place, sentence), withdraw: (note) => unsay(desk, note) });
    function notesAt(part, number) {
      return desk.notes.filter((note) => !note.withdrawn_at && note.part_code === part && note.sentence_no === number);
    }
    shown = desk;
    if (!box.firstChild) box.replaceChildren(h("p", { className: "empty" }, desk.say("loading")));
    try {
      await load(desk);
    } catch (error) {
      if (shown === desk) box.replaceChildren(h("p", { className: "empty", title: error.message }, desk.say("failed")));
      return;
    }
    if (shown === desk) draw(desk);
  }
  function draw(desk) {
    desk.box.replaceChildren(choosers(desk), h("div", { className: "briefing-main" }, sheet(desk), rail(desk)));
  }
  async function again(desk, work) {
    try {
      await work();
      await load(desk);
    } catch (error) {
      desk.fault = error.message;
    }
    if (shown === desk) draw(desk);
    desk.fault = "";
  }

  // ---- choosing ----------------------------------------------------------------------------------------------
  function select(label, options, value, change) {
    const items = options.map(([key, text]) => h("option", { value: key, selected: key === value }, text));
    return h("label", {}, h("span", {}, label), h("select", { title: label, onchange: (event) => change(event.target.value) }, items));
  }
  function dateField(label, value, change) {
    return h("label", {}, h("span", {}, label), h("input", { type: "date", value: value, required: true, onchange: (event) => event.target.value && change(event.target.value) }));
  }
  function moved(day, days) {
    const at = new Date(`${day}T00:00:00Z`);
    at.setUTCDate(at.getUTCDate() + days);
    return at.toISOString().slice(0, 10);
  }
  function step(desk, days, title, sign) {
    return h("button", { type: "button", className: "day-step", title: title, "aria-label": title, onclick: () => go({ date: moved(desk.state.wanted.on, days) }) }, sign);
  }
  function choosers(desk) {
    const { say, state } = desk;
    const wanted = state.wanted;
    const stride = wanted.edition === "weekly" ? 7 : wanted.edition === "monthly" ? 30 : 1;
    const tabs = EDITIONS.map((each) =>
      h("button", { type: "button", className: each === wanted.edition ? "is-on" : null, "aria-pressed": String(each === wanted.edition), onclick: () => go({ edition: each, until: "" }) }, say(each)),
    );
    const days =
      wanted.edition === "period"
        ? [dateField(say("since"), wanted.on, (day) => go({ date: day })), dateField(say("until"), wanted.until || wanted.on, (day) => go({ until: day }))]
        : [step(desk, -stride, say("previous_day"), "‹"), dateField(say("date"), wanted.on, (day) => go({ date: day })), step(desk, stride, say("next_day"), "›")];
    const named = (list, every) => list.map((each) => [each.id, each.id ? each.name : every]);
    const { areas, departments } = state.choices;
    return h(
      "div",
      { className: "briefing-choose" },
      h("div", { className: "editions", role: "group", "aria-label": say("edition") }, tabs),
      h("div", { className: "on-days" }, days),
      select(say("text"), [["zh", say("zh")], ["en", say("en")]], wanted.language, (value) => go({ text: value })),
      areas.length > 1 || (areas[0] || {}).id ? select(say("area"), named(areas, say("whole_town")), wanted.area, (value) => go({ area: value })) : null,
      departments.length ? select(say("department"), named(departments, say("every_department")), wanted.department, (value) => go({ department: value })) : null,
    );
  }

  // ---- the paper ---------------------------------------------------------------------------------------------
  function sheet(desk) {
    const { say, state } = desk;
    if (desk.document) return h("div", { className: "briefing-sheet" }, paper(desk));
    const reason = state.reason ? h("p", { className: "note", title: state.reason }, say("not_reached")) : h("p", { className: "note" }, say("not_made_note"));
    return h("div", { className: "briefing-sheet" }, h("div", { className: "paper is-empty" }, h("h1", {}, say("not_made")), reason, state.reason ? null : makeButton(desk, say("make"), true), fault(desk)));
  }
  function fault(desk) {
    return desk.fault ? h("p", { className: "briefing-fault", role: "alert", title: desk.fault }, desk.say("failed")) : null;
  }
  function makeButton(desk, text, isMain) {
    const make = async function (event) {
      const button = event.currentTarget;
      button.disabled = true;
      button.textContent = desk.say("making");
      const { edition, language, on, until, area, department } = desk.state.wanted;
      const before = desk.row && desk.row.briefing_id;
      await again(desk, async function () {
        const made = await post("/briefing/make", { edition, language, on, until, area, department });
        if (made.briefing_id === before) desk.said = desk.say("same_again");
      });
    };
    return h("button", { type: "button", className: isMain ? "act is-main" : "act", onclick: make }, text);
  }
  function explain(desk, place, sentence) {
    const old = desk.box.querySelector(".explain");
    const at = desk.box.querySelector(`.sentence[data-part="${CSS.escape(place.part)}"][data-sentence="${place.number}"]`);
    const isSame = old && old.dataset.at === `${place.part}/${place.number}`;
    if (old) old.remove();
    for (const each of desk.box.querySelectorAll(".sentence.is-open")) each.classList.remove("is-open");
    if (isSame || !at) return;
    at.classList.add("is-open");
    at.closest("p").after(explanation(desk, place, sentence));
  }
  function explanation(desk, place, sentence) {
    const say = desk.say;
    const close = h("button", { type: "button", className: "act", onclick: () => explain(desk, place, sentence) }, say("close"));
    const facts = (sentence.facts || []).map((fact) => factRow(desk, fact));
    const titles = ["fact_metric", "fact_group", "fact_value", "fact_interval", "fact_n"].map((key) => h("th", { scope: "col" }, say(key)));
    const listed = facts.length
      ? h("div", { className: "scroll" }, h("table", { className: "table" }, h("thead", {}, h("tr", {}, titles)), h("tbody", {}, facts)))
      : h("p", { className: "note" }, say("no_facts"));
    return h("div", { className: "explain", dataset: { at: `${place.part}/${place.number}` } }, h("h3", {}, say("facts")), listed, desk.canEdit ? editor(desk, place, close) : close);
  }
  function factRow(desk, fact) {
    const metric = desk.metrics[fact.metric];
    const name = metric ? metric.name : desk.say("fact_list");
    const asked = metric ? h("button", { type: "button", className: "info", dataset: { ask: fact.metric }, "aria-label": name }, "i") : null;
    const number = (value) => (value === null || value === undefined ? "—" : (Math.round(value * 10) / 10).toLocaleString("en-US", { useGrouping: false }));
    const unit = metric && metric.unit && fact.value !== null ? ` ${metric.unit}` : "";
    const span = fact.low === null && fact.high === null ? "—" : `${number(fact.low)} – ${number(fact.high)}`;
    const group = fact.key ? desk.keys[`${fact.by}:${fact.key}`] || fact.key : "—";
    return h("tr", { title: fact.asked }, h("td", {}, name, " ", asked), h("td", {}, group), h("td", { className: "right" }, number(fact.value) + unit), h("td", { className: "right" }, span), h("td", { className: "right" }, number(fact.n)));
  }
  function editor(desk, place, close) {
    const say = desk.say;
    const words = h("textarea", { rows: "2", maxlength: "500", placeholder: say("note_text"), "aria-label": say("note_text") });
    const isStruck = desk.notesAt(place.part, place.number).some((note) => note.is_struck);
    const send = (strikes) =>
      again(desk, () => post("/briefing/note", { id: desk.row.briefing_id, part: place.part, sentence: place.number, text: words.value.trim(), is_struck: strikes }));
    const add = h("button", { type: "button", className: "act is-main", onclick: () => words.value.trim() && send(false) }, say("note_add"));
    const strike = isStruck ? null : h("button", { type: "button", className: "act", onclick: () => send(true) }, say("strike"));
    return h("div", { className: "editor" }, words, h("div", { className: "acts" }, add, strike, close));
  }
  function unsay(desk, note) {
    return again(desk, () => post("/briefing/note", { withdraw: note.note_id }));
  }

  // ---- beside it ---------------------------------------------------------------------------------------------
  function card(title, ...inside) {
    return h("section", { className: "panel" }, h("header", { className: "panel-head" }, h("h2", {}, title)), inside);
  }
  function rail(desk) {
    const parts = desk.row ? [standing(desk), copies(desk), notes(desk)] : [];
    return h("aside", { className: "briefing-rail" }, parts, archive(desk));
  }
  function facts(rows) {
    return h("dl", { className: "briefing-facts" }, rows.filter((each) => each[1]).map(([name, value, title]) => [h("dt", {}, name), h("dd", { title: title || null }, value)]));
  }
  function standing(desk) {
    const { say, row, state } = desk;
    const by = row.made_by_name === "clock" ? say("clock") : row.made_by_name;
    const state_ = row.released_at ? say("released_by", { name: row.released_by_name, at: row.released_at }) : say("draft");
    const told = facts([
      [say("made_by"), `${by} · ${row.made_at}`],
      [say("as_of"), desk.document.as_of],
      [say("generation"), String(row.generation_no)],
      [say("digest"), row.document_sha256.slice(0, 16), row.document_sha256],
      [say("definitions"), row.definitions_digest.slice(0, 16), row.definitions_digest],
    ]);
    const others = state.versions.length > 1 ? h("p", { className: "versions" }, state.versions.map((each) => versionLink(desk, each))) : null;
    const isNewest = !state.versions.length || state.versions[0].briefing_id === row.briefing_id;
    const acts = h("div", { className: "acts" }, state.may.release && !row.released_at && isNewest ? releaser(desk) : null, isNewest && !state.reason ? makeButton(desk, say("make_again"), false) : null);
    const said = desk.said ? h("p", { className: "note", role: "status" }, desk.said) : null;
    desk.said = "";
    return card(`${say(row.edition_code)} · ${say("version", { n: row.version_no })}`, h("p", { className: row.released_at ? "state is-released" : "state" }, state_), told, others, acts, said, fault(desk));
  }
  function versionLink(desk, each) {
    const isShown = each.briefing_id === desk.row.briefing_id;
    const text = desk.say("version", { n: each.version_no });
    return isShown ? h("b", {}, text) : h("button", { type: "button", className: "link", onclick: () => go({ version: String(each.briefing_id) }) }, text);
  }
  function releaser(desk) {
    const say = desk.say;
    const box = h("div", { className: "release" });
    const ask = h("button", { type: "button", className: "act is-main", onclick: confirm }, say("release"));
    function confirm() {
      const yes = h("button", { type: "button", className: "act is-main", onclick: (event) => release(event.currentTarget) }, say("release_yes"));
      const no = h("button", { type: "button", className: "act", onclick: () => box.replaceChildren(ask) }, say("cancel"));
      box.replaceChildren(h("p", { className: "note", role: "alert" }, say("release_ask")), h("div", { className: "acts" }, yes, no));
      yes.focus();
    }
    function release(button) {
      button.disabled = true;
      return again(desk, () => post("/briefing/release", { id: desk.row.briefing_id }));
    }
    box.append(ask);
    return box;
  }
  function copies(desk) {
    const say = desk.say;
    const mark = h("input", { type: "checkbox" });
    const links = desk.state.formats.map(function (code) {
      const file = desk.row.files[code];
      const size = file ? ` ${Math.max(1, Math.round(file.byte_count / 1024))} KB` : "";
      const take = function (event) {
        event.preventDefault();
        window.location.assign(`/briefing/download?id=${desk.row.briefing_id}&format=${code}${mark.checked ? "&watermark=1" : ""}`);
      };
      return h("a", { className: "act", href: `/briefing/download?id=${desk.row.briefing_id}&format=${code}`, title: file ? file.sha256 : null, "data-leave": true, onclick: take }, say(`format_${code}`), h("small", {}, size));
    });
    return card(say("download"), h("div", { className: "copies" }, links), h("label", { className: "mark" }, mark, h("span", {}, say("watermark"))), h("p", { className: "note" }, say("registered")));
  }
  function notes(desk) {
    const say = desk.say;
    const rows = desk.notes.map(function (note) {
      const who = { name: note.actor_name, at: note.noted_at };
      const head = note.is_struck ? say("struck_by", who) : say("note_by", who);
      const back = note.withdrawn_at ? h("em", {}, ` · ${say("withdrawn", { name: note.withdrawn_by_name })}`) : null;
      const show = () => {
        const at = desk.box.querySelector(`.sentence[data-part="${CSS.escape(note.part_code)}"][data-sentence="${note.sentence_no}"]`);
        if (at) at.scrollIntoView({ block: "center" });
      };
      return h("li", { className: note.withdrawn_at ? "is-withdrawn" : null }, h("button", { type: "button", onclick: show }, h("span", { className: "note" }, head), back, note.note_text ? h("span", {}, note.note_text) : null));
    });
    if (!rows.length && !desk.canEdit) return null;
    return card(say("notes"), rows.length ? h("ul", { className: "briefing-list" }, rows) : h("p", { className: "note" }, say("no_notes")));
  }
  function scopeName(desk, row) {
    const { areas, departments } = desk.state.choices;
    const named = (list, id) => (list.find((each) => each.id === id) || { name: id }).name;
    return [row.area_id && named(areas, row.area_id), row.department_id && named(departments, row.department_id)].filter(Boolean).join(" · ");
  }
  function archive(desk) {
    const { say, state } = desk;
    const names = ["day", "edition", "scope", "version", "state", "digest"];
    const rows = state.archive.map(function (row) {
      const link = { edition: row.edition_code, date: row.on, until: row.edition_code === "period" ? row.until_date : "", text: row.language_code, area: row.area_id, department: row.department_id, version: String(row.briefing_id) };
      const isShown = desk.row && desk.row.briefing_id === row.briefing_id;
      const scope = scopeName(desk, row) || say("whole_town");
      const text = `${say(row.edition_code)} · ${say(row.language_code)}`;
      const released = row.released_at ? `${say("released")} · ${row.released_by_name}` : say("draft");
      const cells = [h("button", { type: "button", className: "link", onclick: () => go(link) }, row.until_date), text, scope, String(row.version_no), released, h("code", { title: `${say("generation")} ${row.generation_no} · ${row.document_sha256}` }, row.document_sha256.slice(0, 8))];
      return h("tr", { className: isShown ? "is-selected" : null }, cells.map((each) => h("td", {}, each)));
    });
    const table = h("table", { className: "table" }, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, say(`col_${name}`))))), h("tbody", {}, rows));
    return card(say("archive"), rows.length ? h("div", { className: "scroll" }, table) : h("p", { className: "note" }, say("archive_empty")));
  }

  // The board may put the frame in at any time, and the address changes without a page load.
  setInterval(function () {
    const box = document.querySelector("[data-briefing]");
    if (!box) shown = null;
    else if (!shown || shown.box !== box || shown.lang !== box.dataset.briefing || shown.address !== addressed()) open(box);
  }, 200);
})();
