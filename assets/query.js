// The SQL console: tables beside, the statement, its parameters, its way through the queue, what is kept.
// Every text from the server is put in as text, never as markup.
(function () {
  "use strict";
  const LOOK_MS = 300;
  const GIVEN = ["as_of_at", "as_of_date"];
  const KINDS = ["text", "number", "date", "instant", "boolean"];
  const own = (window.cockpitQuery = window.cockpitQuery || {});

  function node(tag, about, ...inside) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(about || {})) {
      if (key === "on") for (const [name, act] of Object.entries(value)) made.addEventListener(name, act);
      else if (key === "class") made.className = value;
      else if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...inside.filter((each) => each !== null && each !== undefined));
    return made;
  }
  own.node = node;

  async function ask(path, body) {
    let got;
    try {
      got = await fetch(path, body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    } catch {
      throw { error: "network" };
    }
    const said = await got.json().catch(() => ({ error: "internal" }));
    if (!got.ok) throw said;
    return said;
  }

  class Desk {
    constructor(root) {
      this.root = root;
      this.words = JSON.parse(root.dataset.says);
      this.examples = JSON.parse(root.dataset.examples);
      this.levels = JSON.parse(root.dataset.levels);
      this.lang = root.dataset.lang;
      this.parameters = {};
      this.kept = null;
      this.job = null;
      this.view = { mode: "table" };
      this.draw();
      this.begin();
    }
    t(key, values) {
      const text = this.words[key.includes(".") ? key : `console.${key}`] || key;
      return Object.entries(values || {}).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
    }
    fault(said) {
      const detail = said.text || said.detail || "";
      return this.t(`console_error.${said.error}`, { detail: detail.replace(/^\w+ Error: /, "") });
    }

    // Instants of the book are UTC; the town's own clock is shown.
    local(text) {
      const clock = document.querySelector("[data-zone]");
      const at = new Date(`${text.replace(" ", "T")}Z`);
      return isNaN(at) ? text : at.toLocaleString("sv-SE", clock ? { timeZone: clock.dataset.zone } : {}).slice(0, 16);
    }

    // ---- the parts --------------------------------------------------------------------------------------------
    draw() {
      const button = (word, act, extra) => node("button", { type: "button", class: "desk-button", "data-act": word, on: { click: act }, ...extra }, this.t(word));
      this.tabs = node("div", { class: "desk-tabs", role: "tablist" });
      this.side = node("div", { class: "desk-side-body" });
      this.editor = node("textarea", { class: "desk-editor", spellcheck: "false", "aria-label": "SQL", on: { input: () => this.readParameters(), keydown: (event) => this.keys(event) } });
      this.title = node("input", { class: "desk-title", maxlength: "120", placeholder: this.t("name"), "aria-label": this.t("name") });
      this.fields = node("div", { class: "desk-parameters" });
      this.state = node("div", { class: "desk-state", role: "status", "aria-live": "polite" }, this.t("ready"));
      this.bar = node("i", {});
      this.progress = node("span", { class: "desk-progress", hidden: true }, this.bar);
      this.runner = button("run", () => this.run(), { class: "desk-button is-main" });
      this.stopper = button("cancel", () => this.cancel(), { hidden: true });
      this.saver = button("save", () => this.save(false));
      this.other = button("save_as", () => this.save(true), { hidden: true });
      this.linker = button("link", () => this.copyLink(), { hidden: true });
      this.result = node("div", { class: "desk-result" });
      const tools = node("div", { class: "desk-tools" }, this.runner, this.stopper, this.progress, this.title, this.saver, this.other, this.linker);
      const main = node("div", { class: "desk-main" }, this.editor, this.fields, tools, this.state, this.result);
      this.root.replaceChildren(node("aside", { class: "desk-side" }, this.tabs, this.side), main);
      for (const name of ["tables", "examples", "mine", "history"]) {
        this.tabs.append(node("button", { type: "button", role: "tab", "data-tab": name, on: { click: () => this.open(name) } }, this.t(name)));
      }
    }
    async begin() {
      this.open("tables");
      try {
        this.schema = await ask(`/query/schema?lang=${this.lang}`);
        if (this.opened === "tables") this.open("tables");
        const wanted = new URLSearchParams(location.search).get("q");
        if (wanted) await this.openKept(wanted);
      } catch (said) {
        this.tell(this.fault(said), true);
      }
    }
    tell(text, isFault) {
      this.state.textContent = text;
      this.state.classList.toggle("is-fault", Boolean(isFault));
    }
    keys(event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.run();
      }
    }

    // ---- beside: tables, examples, kept ones, history -----------------------------------------------------------
    async open(name) {
      this.opened = name;
      for (const tab of this.tabs.children) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
      try {
        if (name === "tables") this.drawTables();
        if (name === "examples") this.drawExamples();
        if (name === "mine") this.drawMine((await ask("/query/saved")).queries);
        if (name === "history") this.drawHistory((await ask("/query/history")).statements);
      } catch (said) {
        this.side.replaceChildren(node("p", { class: "empty" }, this.fault(said)));
      }
    }
    drawTables() {
      const search = node("input", { type: "search", class: "desk-search", placeholder: this.t("search"), "aria-label": this.t("search") });
      const list = node("div", { class: "desk-tables" });
      const fill = () => {
        const wanted = search.value.trim().toLowerCase();
        const fits = (text) => text.toLowerCase().includes(wanted);
        const has = (each) => [each.name, each.label, each.meaning || ""].some(fits);
        const tables = (this.schema ? this.schema.tables : []).filter(
          (table) => !wanted || fits(table.name) || fits(table.label) || table.columns.some(has),
        );
        list.replaceChildren(...tables.map((table) => this.tableEntry(table, wanted && !fits(table.name) && !fits(table.label) ? has : null)));
      };
      search.addEventListener("input", fill);
      fill();
      this.side.replaceChildren(search, node("p", { class: "note" }, this.t("insert")), list);
    }
    tableEntry(table, has) {
      const begin = (event) => {
        event.preventDefault();
        this.begin_with(table);
      };
      const head = node("summary", {}, node("b", {}, table.label), node("code", { title: this.t("insert"), on: { click: begin } }, table.name));
      const entry = node("details", { "data-table": table.name, open: Boolean(has) }, head);
      const fill = () => {
        if (entry.children.length > 1) return;
        if (table.note) entry.append(node("p", { class: "note" }, table.note));
        const columns = table.columns.filter((each) => !has || has(each));
        entry.append(node("ul", { class: "desk-columns" }, ...columns.map((each) => this.columnEntry(each))));
      };
      if (has) fill();
      entry.addEventListener("toggle", fill);
      return entry;
    }
    columnEntry(column) {
      const codes = Object.entries(column.codes || {}).map(([code, word]) => `${code} ${word}`).join("、");
      const about = [this.t(`console_type.${column.type}`), column.unit].filter(Boolean).join(" · ");
      const tip = [column.label, about, column.meaning, codes].filter(Boolean).join("\n");
      return node(
        "li",
        { title: tip, tabindex: "0", role: "button", on: { click: () => this.insert(column.name), keydown: (event) => event.key === "Enter" && this.insert(column.name) } },
        node("span", {}, column.label),
        node("code", {}, column.name),
        node("small", {}, about),
        column.meaning && column.meaning !== column.label ? node("small", { class: "meaning" }, column.meaning) : null,
        codes ? node("small", { class: "codes" }, codes) : null,
      );
    }
    drawExamples() {
      const entry = (each) => node("li", { tabindex: "0", role: "button", "data-example": each.title, on: { click: () => this.load(each) } }, node("b", {}, each.title), node("pre", {}, each.sql));
      this.side.replaceChildren(node("ul", { class: "desk-list" }, ...this.examples.map(entry)));
    }
    drawMine(queries) {
      const entry = (each) =>
        node(
          "li",
          { "data-kept": each.id },
          node("a", { href: `/query/sql?q=${encodeURIComponent(each.id)}`, on: { click: (event) => (event.preventDefault(), event.stopPropagation(), this.openKept(each.id)) } }, node("b", {}, each.title)),
          node("small", {}, this.local(each.at)),
          node("button", { type: "button", class: "link", on: { click: () => this.remove(each.id) } }, this.t("remove")),
        );
      this.side.replaceChildren(queries.length ? node("ul", { class: "desk-list" }, ...queries.map(entry)) : node("p", { class: "empty" }, this.t("nothing")));
    }
    drawHistory(statements) {
      const entry = (each) => {
        const rows = each.rows === null ? "" : ` · ${each.rows} ${this.t("rows_unit")}`;
        const about = `${this.local(each.at)} · ${this.t(`state_${each.state}`)}${rows} · ${each.ms} ms`;
        return node("li", { tabindex: "0", role: "button", on: { click: () => this.load({ sql: each.sql, parameters: each.parameters }) } }, node("small", {}, about), node("pre", {}, each.sql));
      };
      this.side.replaceChildren(statements.length ? node("ul", { class: "desk-list" }, ...statements.map(entry)) : node("p", { class: "empty" }, this.t("nothing")));
    }

    // ---- the statement --------------------------------------------------------------------------------------------
    begin_with(table) {
      const columns = table.columns.slice(0, 8).map((each) => each.name);
      const where = table.name === "told_metric" ? "\nWHERE metric_id = 'payment_count'" : "";
      this.load({ sql: `SELECT ${columns.join(", ")}\nFROM ${table.name}${where}\nLIMIT 100` });
    }
    insert(text) {
      const box = this.editor;
      box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
      box.focus();
      this.readParameters();
    }
    load(asked) {
      this.editor.value = asked.sql;
      this.kept = asked.id && asked.is_mine ? asked.id : null;
      this.title.value = asked.id ? asked.title : "";
      this.view = { mode: "table", ...(asked.view || {}) };
      this.parameters = Object.fromEntries((asked.parameters || []).map((each) => [each.name, { kind: each.kind, value: each.value }]));
      this.other.hidden = !this.kept;
      this.linker.hidden = !asked.id;
      this.linkedId = asked.id || null;
      this.result.replaceChildren();
      this.tell(this.t("ready"));
      this.readParameters();
    }
    async openKept(id) {
      try {
        const found = await ask(`/query/saved?id=${encodeURIComponent(id)}`);
        this.load(found);
        this.tell(this.t("by_owner", { owner: found.owner }));
        if (new URLSearchParams(location.search).get("q") !== id) history.replaceState({}, "", `/query/sql?q=${encodeURIComponent(id)}`);
      } catch (said) {
        this.tell(this.fault(said), true);
      }
    }
    readParameters() {
      const bare = this.editor.value.replace(/'(?:[^']|'')*'/g, "''").replace(/--[^\n]*/g, "");
      const names = [...new Set([...bare.matchAll(/\$([A-Za-z_]\w*)/g)].map((each) => each[1]))].filter((name) => !GIVEN.includes(name));
      const shown = [...this.fields.querySelectorAll("[data-parameter]")].map((each) => each.dataset.parameter);
      this.names = names;
      if (JSON.stringify(names) === JSON.stringify(shown) && names.every((name) => this.parameters[name] && this.parameters[name].isShown)) return;
      this.fields.replaceChildren(...(names.length ? [node("b", {}, this.t("parameters"))] : []), ...names.map((name) => this.parameterField(name)));
    }
    parameterField(name) {
      const held = (this.parameters[name] = { kind: "text", value: "", ...this.parameters[name], isShown: true });
      const choose = node("select", { "aria-label": `${name} kind`, on: { change: (event) => (held.kind = event.target.value) } }, ...KINDS.map((kind) => node("option", { value: kind }, this.t(`kind_${kind}`))));
      choose.value = held.kind;
      const value = node("input", { "aria-label": name, on: { input: (event) => (held.value = event.target.value) } });
      value.value = held.value;
      return node("label", { "data-parameter": name }, node("code", {}, `$${name}`), choose, value);
    }
    declared() {
      return (this.names || []).map((name) => ({ name, kind: this.parameters[name].kind, value: this.parameters[name].value }));
    }

    // ---- running -------------------------------------------------------------------------------------------------
    async run() {
      if (this.isBusy) return;
      this.isBusy = true;
      this.runner.disabled = true;
      // The look belongs to this statement, whatever is opened while it runs.
      const view = this.view;
      this.result.replaceChildren();
      try {
        let job = await ask("/query/run", { sql: this.editor.value, parameters: this.declared() });
        this.job = job;
        this.stopper.hidden = this.progress.hidden = false;
        while (job.state === "queued" || job.state === "running") {
          this.tellProgress(job);
          await new Promise((go) => setTimeout(go, LOOK_MS));
          job = await ask(`/query/job?id=${job.id}`);
        }
        this.ended(job, view);
      } catch (said) {
        this.tell(this.fault(said), true);
      } finally {
        this.isBusy = false;
        this.runner.disabled = false;
        this.stopper.hidden = this.progress.hidden = true;
      }
    }
    tellProgress(job) {
      const whole = this.schema ? this.schema.limits.wall_s * 1000 : 5000;
      this.bar.style.width = `${Math.min(100, (100 * job.ms) / whole)}%`;
      this.tell(job.state === "queued" ? this.t("queued", { n: job.position }) : `${this.t(job.stage || "running")} · ${(job.ms / 1000).toFixed(1)} s`);
    }
    ended(job, view) {
      const answer = job.answer || {};
      if (job.state !== "done") return this.tell(this.fault(answer), true);
      const parts = [this.t("done", { rows: answer.rows.length.toLocaleString(), ms: job.ms, generation: job.generation, at: this.local(job.as_of_at) })];
      if (answer.is_cut) parts.push(this.t("cut"));
      parts.push(this.t("locks", { locks: answer.held.join(" + ") }));
      if (!answer.held.some((each) => each.startsWith("landlock"))) parts.push(this.t("no_landlock"));
      this.tell(parts.join(" · "));
      own.show(this, { answer, job, view });
    }
    async cancel() {
      if (this.job) await ask("/query/cancel", { id: this.job.id }).catch(() => null);
    }
    async takeAway(job) {
      const got = await fetch("/query/export", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id: job.id }) });
      if (!got.ok) return this.tell(this.fault(await got.json().catch(() => ({ error: "internal" }))), true);
      const name = (got.headers.get("content-disposition") || "").match(/filename="([\w.]+)"/);
      const link = node("a", { href: URL.createObjectURL(await got.blob()), download: name ? name[1] : "query.csv", "data-leave": "" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }

    // ---- keeping -------------------------------------------------------------------------------------------------
    async save(isNew) {
      const told = { title: this.title.value, sql: this.editor.value, parameters: this.declared(), view: this.view };
      if (this.kept && !isNew) told.id = this.kept;
      try {
        const { id } = await ask("/query/save", told);
        this.kept = this.linkedId = id;
        this.other.hidden = this.linker.hidden = false;
        history.replaceState({}, "", `/query/sql?q=${encodeURIComponent(id)}`);
        this.tell(this.t("saved"));
        if (this.opened === "mine") this.open("mine");
      } catch (said) {
        this.tell(this.fault(said), true);
      }
    }
    async remove(id) {
      await ask("/query/remove", { id }).catch((said) => this.tell(this.fault(said), true));
      if (this.kept === id) this.kept = this.linkedId = null;
      this.open("mine");
    }
    async copyLink() {
      const link = `${location.origin}/query/sql?q=${encodeURIComponent(this.linkedId)}`;
      try {
        await navigator.clipboard.writeText(link);
        this.tell(this.t("copied"));
      } catch {
        this.tell(link);
      }
    }
  }

  // The desk comes and goes with its page; a new root gets a desk of its own.
  function look() {
    const root = document.querySelector("[data-desk]");
    if (root && !root.desk) root.desk = new Desk(root);
  }
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
})();
