// The explorer's tables: the rows selected, a page at a time from the server, and a cross table of any two dimensions.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const COLUMNS = ["at", "title", "category", "area", "feed", "department", "stage", "late", "severity", "reports"];
  const FIXED = new Set(["title", "late"]); // not to be ordered by
  const MOST_ACROSS = 14;

  ex.Rows = class {
    constructor(model, box) {
      Object.assign(this, { model, box });
      const { make } = ex;
      this.note = box.appendChild(make("p", "note"));
      const scroll = box.appendChild(make("div", "scroll"));
      this.table = scroll.appendChild(make("table", "table ex-rows"));
      this.pager = box.appendChild(make("div", "pager"));
      box.addEventListener("click", (event) => {
        const hit = event.target.closest("[data-order],[data-page]");
        if (!hit) return;
        event.preventDefault();
        if (hit.dataset.page) model.ask({ xp: hit.dataset.page });
        else model.ask({ xo: (model.asked.xo || "-at") === `-${hit.dataset.order}` ? hit.dataset.order : `-${hit.dataset.order}` });
      });
    }
    async fetch() {
      const { model } = this;
      if (!model.config.may_see_rows || this.box.hidden || !model.cubes) return;
      const asked = { x: model.told(0), xo: model.asked.xo, xp: model.asked.xp };
      const key = JSON.stringify([model.sides[0].base, model.sides[0].serial, asked, model.config.lang]);
      if (key === this.shown) return;
      this.shown = key;
      try {
        const page = await model.sides[0].ask("rows", asked);
        if (key === this.shown) this.show(page);
      } catch (error) {
        this.shown = "";
        ex.say(this.note, `${model.config.words.failed} ${error.message}`);
      }
    }
    show(page) {
      const { model } = this, { make } = ex, { words } = model.config;
      ex.say(this.note, page.count ? "" : words.nothing);
      const head = make("thead"), line = head.appendChild(make("tr"));
      const order = model.asked.xo || "-at";
      for (const name of COLUMNS) {
        const cell = line.appendChild(make("th", name === "reports" ? "right" : ""));
        cell.scope = "col";
        const mark = order === `-${name}` ? " ↓" : order === name ? " ↑" : "";
        if (FIXED.has(name)) cell.textContent = model.config.columns[name];
        else {
          const button = cell.appendChild(make("button", "ex-order", model.config.columns[name] + mark));
          button.type = "button";
          button.dataset.order = name;
          cell.setAttribute("aria-sort", !mark ? "none" : mark === " ↓" ? "descending" : "ascending");
        }
      }
      const body = make("tbody");
      for (const row of page.rows) {
        const tr = body.appendChild(make("tr", `stage-${row.stage}`));
        for (const name of COLUMNS) {
          const cell = tr.appendChild(make("td", name === "reports" ? "right" : ""));
          const link = cell.appendChild(make("a", "", this.text(row, name)));
          link.href = `/incidents/${encodeURIComponent(row.incident_id)}`;
        }
      }
      this.table.replaceChildren(head, body);
      this.page(page);
    }
    text(row, name) {
      if (name === "title") return [row.title_text, row.address_text].filter(Boolean).join(" · ") || "—";
      if (name === "at") return row.at;
      if (name === "reports") return String(row.weight);
      return this.model.label(name, row[name] || "");
    }
    page({ count, size }) {
      const { make } = ex, now = Number(this.model.asked.xp) || 1, pages = Math.max(1, Math.ceil(count / size));
      const first = Math.min(count, (now - 1) * size + 1), last = Math.min(count, now * size);
      const text = this.model.config.words.rows.replace("{first}", ex.number(first)).replace("{last}", ex.number(last));
      this.pager.replaceChildren(make("span", "digits", text.replace("{total}", ex.number(count))));
      const steps = this.pager.appendChild(make("span"));
      for (const [to, mark] of [[1, "«"], [now - 1, "‹"], [now + 1, "›"], [pages, "»"]]) {
        const isOff = to < 1 || to > pages || to === now;
        const step = steps.appendChild(make(isOff ? "span" : "button", "page-step" + (isOff ? " is-off" : ""), mark));
        if (!isOff) step.dataset.page = to;
      }
    }
  };

  // ---- cross table --------------------------------------------------------------------------------------------
  ex.Cross = class {
    constructor(model, box) {
      Object.assign(this, { model, box });
      const { make } = ex;
      const bar = box.appendChild(make("div", "ex-fields"));
      this.down = this.field(bar, "down");
      this.across = this.field(bar, "across");
      this.measure = this.field(bar, "measure");
      this.note = bar.appendChild(make("span", "note"));
      this.table = box.appendChild(make("div", "scroll")).appendChild(make("table", "table ex-cross"));
      box.addEventListener("change", () => {
        model.ask({ by: [this.down.value, this.across.value].filter(Boolean).join(","), m: this.measure.value });
        this.show();
      });
      this.table.addEventListener("click", (event) => this.pick(event.target.closest("[data-pick]")));
    }
    field(bar, name) {
      const { words } = this.model.config;
      const label = bar.appendChild(ex.make("label", "", words[`cross_${name}`] + " "));
      const select = label.appendChild(ex.make("select"));
      const names = { ...this.model.config.dims, ...this.model.config.periods };
      const options = name === "measure" ? this.model.config.measures : names;
      if (name === "across") select.add(new Option("—", ""));
      for (const [value, text] of Object.entries(options)) if (name === "measure" || value !== "day") select.add(new Option(text, value));
      return select;
    }
    get by() {
      return (this.model.asked.by || "category,month").split(",");
    }
    async fetch() {
      const { model } = this;
      if (this.box.hidden || !model.cubes) return;
      [this.down.value, this.across.value] = [this.by[0], this.by[1] || ""];
      this.measure.value = model.asked.m || "n";
      const asked = { x: model.told(0), by: this.by.join(",") };
      const key = JSON.stringify([model.sides[0].base, model.sides[0].serial, asked, model.config.lang]);
      if (key === this.shown) return;
      this.shown = key;
      try {
        const found = await model.sides[0].ask("cross", asked);
        if (key !== this.shown) return;
        this.found = found;
        ex.say(this.note, "");
        this.show();
      } catch (error) {
        this.shown = "";
        ex.say(this.note, `${model.config.words.failed} ${error.message}`);
      }
    }
    // Cells by code; the totals of a whole row, column and table come from the server, not from what is shown.
    sort() {
      const [a, b] = this.found.by, at = Object.fromEntries(this.found.columns.map((name, place) => [name, place]));
      const cells = new Map(), rows = new Map(), columns = new Map();
      let all = null;
      for (const cell of this.found.cells) {
        const level = cell[at.level_no], down = cell[at.k0], over = b ? cell[at.k1] : "";
        const one = Object.fromEntries(["n", "weight", "h3_in", "h3_of", "ot_in", "ot_of"].map((name) => [name, cell[at[name]]]));
        if (b ? level === 3 : level === 1) all = one;
        else if (b && level === 1) rows.set(down, one);
        else if (b && level === 2) columns.set(over, one);
        else if (b) cells.set(`${down}\n${over}`, one);
        else rows.set(down, one);
      }
      const order = (dim, found) =>
        [...found.keys()].sort((one, two) =>
          this.isNatural(dim) ? this.rank(dim, one) - this.rank(dim, two) : found.get(two).n - found.get(one).n);
      return { a, b, cells, rows, columns, all, down: order(a, rows), over: b ? order(b, columns) : [] };
    }
    isNatural(dim) {
      return dim in this.model.config.codes || dim in this.model.config.periods;
    }
    rank(dim, code) {
      return dim === "month" ? Date.parse(code) : dim === "weekday" ? +code : this.model.head.codes[dim].indexOf(code);
    }
    name(dim, code) {
      if (dim === "month") return code.slice(0, 7);
      if (dim === "weekday") return this.model.config.weekdays[code - 1];
      return this.model.label(dim, code);
    }
    show() {
      if (!this.found) return;
      const { make } = ex, { words } = this.model.config, found = this.sort();
      const over = found.over.slice(0, MOST_ACROSS), isCut = found.over.length > over.length;
      const head = make("thead"), line = head.appendChild(make("tr"));
      const names = { ...this.model.config.dims, ...this.model.config.periods };
      line.appendChild(make("th", "", names[found.a]));
      for (const code of over) line.appendChild(this.button(make("th", "right"), found.b, code));
      if (isCut) line.appendChild(make("th", "right", words.others.replace("{n}", found.over.length - over.length)));
      line.appendChild(make("th", "right ex-sum", words.total));
      const most = Math.max(1, ...[...found.cells.values()].map((cell) => cell.n));
      const body = make("tbody");
      for (const down of [...found.down, null]) {
        const total = down === null ? found.all : found.rows.get(down);
        const tr = body.appendChild(make("tr", down === null ? "ex-sum" : ""));
        tr.appendChild(down === null ? make("th", "", words.total) : this.button(make("th"), found.a, down));
        let rest = { ...total };
        for (const code of over) {
          const cell = down === null ? found.columns.get(code) : found.cells.get(`${down}\n${code}`);
          if (cell) for (const key in rest) rest[key] -= cell[key];
          tr.appendChild(this.cell(cell, down === null ? 0 : most));
        }
        if (isCut) tr.appendChild(this.cell(rest.n ? rest : null, 0));
        tr.appendChild(this.cell(total, 0)).classList.add("ex-sum");
      }
      this.table.replaceChildren(head, body);
    }
    button(cell, dim, code) {
      if (!(dim in this.model.config.dims)) {
        cell.textContent = this.name(dim, code);
        return cell;
      }
      const button = cell.appendChild(ex.make("button", "ex-order", this.name(dim, code)));
      button.type = "button";
      button.dataset.pick = dim;
      button.dataset.code = code;
      return cell;
    }
    cell(cell, most) {
      const td = ex.make("td", "right digits");
      if (!cell) {
        td.textContent = "·";
        return td;
      }
      const [hits, of] = { h3: [cell.h3_in, cell.h3_of], ot: [cell.ot_in, cell.ot_of] }[this.measure.value] || [];
      if (of === undefined) {
        td.appendChild(ex.make("span", "", ex.number(this.measure.value === "weight" ? cell.weight : cell.n)));
        if (most) td.style.setProperty("--share", (cell.n / most).toFixed(3));
        return td;
      }
      const bounds = ex.wilson(hits, of), { words } = this.model.config;
      td.appendChild(ex.make("span", "", !of ? "—" : of < ex.SMALL ? words.small : `${((100 * hits) / of).toFixed(1)}%`));
      td.appendChild(ex.make("small", "", ` n ${ex.number(of)}`));
      if (of < ex.SMALL) td.classList.add("is-small");
      else td.title = `${ex.number(hits)} / ${ex.number(of)} · ${(100 * bounds[0]).toFixed(1)}–${(100 * bounds[1]).toFixed(1)}%`;
      return td;
    }
    pick(button) {
      if (button) this.model.toggle(button.dataset.pick, button.dataset.code);
    }
  };
})();
