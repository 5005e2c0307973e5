// The explorer's cross table: any one or two dimensions with totals and n; of two sides compared both, and the difference.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const MOST_ACROSS = { 1: 14, 2: 6 }; // columns told singly, by the number of sides
  const SUMS = ["n", "weight", "h3_in", "h3_of", "ot_in", "ot_of"];

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
      return (this.model.asked.by || this.model.by).split(",");
    }
    async fetch() {
      const { model } = this;
      if (this.box.hidden || !model.cubes) return;
      [this.down.value, this.across.value] = [this.by[0], this.by[1] || ""];
      this.measure.value = model.asked.m || "n";
      const asked = model.sides.map((_, place) => ({ x: model.told(place), by: this.by.join(",") }));
      const key = JSON.stringify([model.sides.map(({ base, serial }) => [base, serial]), asked, model.config.lang]);
      if (key === this.shown) return;
      this.shown = key;
      try {
        const found = await Promise.all(model.sides.map((side, place) => side.ask("cross", asked[place])));
        if (key !== this.shown) return;
        this.found = found;
        ex.say(this.note, "");
        this.show();
      } catch (error) {
        this.shown = "";
        ex.say(this.note, ex.why(error, model.config.words));
      }
    }
    // Cells by code; the totals of a whole row, column and table come from the server, not from what is shown. A cell is one
    // entry per side: a code only one side has is there with nothing on the other.
    sort() {
      const [a, b] = this.found[0].by, none = () => this.found.map(() => Object.fromEntries(SUMS.map((name) => [name, 0])));
      const cells = new Map(), rows = new Map(), columns = new Map(), all = none();
      const into = (map, key) => map.get(key) || map.set(key, none()).get(key);
      this.found.forEach((found, side) => {
        const at = Object.fromEntries(found.columns.map((name, place) => [name, place]));
        for (const cell of found.cells) {
          const level = cell[at.level_no], down = cell[at.k0], over = b ? cell[at.k1] : "";
          const one = Object.fromEntries(SUMS.map((name) => [name, cell[at[name]]]));
          if (level === (b ? 3 : 1)) all[side] = one;
          else if (level === 2) into(columns, over)[side] = one;
          else if (level === 1 || !b) into(rows, down)[side] = one;
          else into(cells, `${down}\n${over}`)[side] = one;
        }
      });
      const most = (pair) => Math.max(...pair.map((one) => one.n));
      const order = (dim, found) =>
        [...found.keys()].sort((one, two) =>
          this.isNatural(dim) ? this.rank(dim, one) - this.rank(dim, two) : most(found.get(two)) - most(found.get(one)));
      return { a, b, cells, rows, columns, all, down: order(a, rows), over: b ? order(b, columns) : [] };
    }
    isNatural(dim) {
      return dim in this.model.config.codes || dim in this.model.config.periods;
    }
    rank(dim, code) {
      return dim === "month" ? Date.parse(code) : dim === "weekday" ? +code : this.model.order(dim).indexOf(code);
    }
    name(dim, code) {
      if (dim === "month") return code.slice(0, 7);
      if (dim === "weekday") return this.model.config.weekdays[code - 1];
      return this.model.label(dim, code);
    }
    show() {
      if (!this.found) return;
      const { make } = ex, { words } = this.model.config, found = this.sort();
      const over = found.over.slice(0, MOST_ACROSS[this.found.length]), isCut = found.over.length > over.length;
      const head = make("thead"), line = head.appendChild(make("tr"));
      const names = { ...this.model.config.dims, ...this.model.config.periods };
      line.appendChild(make("th", "", names[found.a]));
      for (const code of over) line.appendChild(this.button(make("th", "right"), found.b, code));
      if (isCut) line.appendChild(make("th", "right", words.others.replace("{n}", found.over.length - over.length)));
      line.appendChild(make("th", "right ex-sum", words.total));
      const most = Math.max(1, ...[...found.cells.values()].flat().map((one) => one.n));
      const body = make("tbody");
      for (const down of [...found.down, null]) {
        const total = down === null ? found.all : found.rows.get(down);
        const tr = body.appendChild(make("tr", down === null ? "ex-sum" : ""));
        tr.appendChild(down === null ? make("th", "", words.total) : this.button(make("th"), found.a, down));
        const rest = total.map((one) => ({ ...one }));
        for (const code of over) {
          const cell = down === null ? found.columns.get(code) : found.cells.get(`${down}\n${code}`);
          if (cell) rest.forEach((one, side) => SUMS.forEach((key) => (one[key] -= cell[side][key])));
          tr.appendChild(this.cell(cell, down === null ? 0 : most));
        }
        if (isCut) tr.appendChild(this.cell(rest.some((one) => one.n) ? rest : null, 0));
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
      const kind = this.measure.value, isRate = kind === "h3" || kind === "ot";
      if (isRate) this.rates(td, cell.map((one) => [one[`${kind}_in`], one[`${kind}_of`]]));
      else this.counts(td, cell.map((one) => (kind === "weight" ? one.weight : one.n)));
      if (most && !isRate && cell.length === 1) td.style.setProperty("--share", (cell[0].n / most).toFixed(3));
      return td;
    }
    counts(td, values) {
      this.beside(td, values.map(ex.number));
      if (values.length > 1) td.appendChild(ex.make("small", "ex-gap", ex.more(this.model, ...values)));
    }
    rates(td, values) {
      const { words } = this.model.config;
      this.beside(td, values.map((each) => ex.rate(each, words)));
      td.appendChild(ex.make("small", "", ` n ${values.map(([, n]) => ex.number(n)).join(" | ")}`));
      if (values.every(([, n]) => n < ex.SMALL)) td.classList.add("is-small");
      else td.title = values.map(([hits, n]) => `${ex.number(hits)} / ${ex.number(n)} · ${ex.bounds([hits, n])}`).join("\n");
      if (values.length > 1) td.appendChild(ex.make("small", "ex-gap", ex.points(this.model, ...values)));
    }
    beside(td, texts) {
      texts.forEach((text, side) => {
        if (side) td.appendChild(ex.make("span", "ex-versus", " | "));
        td.appendChild(ex.make("span", side ? "ex-other" : "", text));
      });
    }
    pick(button) {
      if (button) this.model.toggle(button.dataset.pick, button.dataset.code);
    }
  };
})();
