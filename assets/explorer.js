// The explorer (components/tiles/explorer.py): mounts its charts into the tile, writes the numbers above them, and the
// controls of unit, search and comparison. Counts come from explorer_core.js, what is chosen stands in explorer_model.js.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const { make } = ex;
  const LISTS = ["category", "department", "feed", "severity", "stage", "late", "repeat", "recurred"];
  const mounted = new WeakMap();

  class Explorer {
    constructor(box, config) {
      this.box = box;
      this.model = new ex.Model(config, () => this.tell(), (isSlow, isOpening) => this.wait(isSlow, isOpening));
      this.build();
      this.model.start();
      // The way back in the browser, or a filter above: the address says anew what is asked.
      this.moved = () => this.follow();
      window.addEventListener("popstate", this.moved);
      window.addEventListener("_dashprivate_pushstate", this.moved);
    }
    follow() {
      if (!this.box.isConnected) {
        window.removeEventListener("popstate", this.moved);
        window.removeEventListener("_dashprivate_pushstate", this.moved);
        return;
      }
      const before = JSON.stringify(this.model.asked);
      this.model.read();
      if (JSON.stringify(this.model.asked) === before || location.pathname !== this.model.config.path) return;
      this.model.configure(this.model.config);
      this.model.start();
      this.controls();
    }
    show(config) {
      const isOther = config.lang !== this.model.config.lang || config.theme !== this.model.config.theme;
      if (isOther) {
        this.model.config = config;
        this.build();
      }
      this.model.refresh(config);
      this.controls();
    }
    build() {
      const { model, box } = this, { words } = model.config;
      box.replaceChildren();
      this.bar = box.appendChild(make("div", "ex-fields ex-bar-top"));
      this.units();
      this.search();
      this.comparison();
      this.pair = this.bar.appendChild(make("span", "ex-pair digits"));
      this.reset = this.bar.appendChild(make("button", "clear", words.clear_all));
      this.reset.type = "button";
      this.reset.addEventListener("click", () => model.clear() || this.controls());
      this.note = this.bar.appendChild(make("span", "note ex-note digits"));
      this.note.setAttribute("role", "status");
      this.waited = box.appendChild(make("p", "ex-wait digits"));
      this.waited.setAttribute("role", "status");
      this.waited.hidden = true;
      this.signs = box.appendChild(make("div", "ex-signs"));
      const grid = box.appendChild(make("div", "ex-grid-box"));
      const cell = (name) => grid.appendChild(make("section", `ex-chart at-${name}`));
      model.parts = [new ex.Bars(model, "day", cell("day")), new ex.Bars(model, "hour", cell("hour")), new ex.Map(model, cell("map"))];
      for (const dim of LISTS) model.parts.push(new ex.List(model, dim, cell(dim)));
      this.tables();
      this.controls();
    }
    units() {
      const { model } = this;
      this.unit = this.bar.appendChild(make("span", "choices"));
      for (const unit of ["incident", "report"]) {
        const button = this.unit.appendChild(make("button", "choice", model.config.words[unit]));
        button.type = "button";
        button.dataset.unit = unit;
        button.addEventListener("click", () => model.ask({ u: unit === "incident" ? "" : unit }) || this.controls());
      }
    }
    search() {
      const { model } = this;
      this.words = this.bar.appendChild(make("input", "ex-search"));
      this.words.type = "search";
      this.words.maxLength = 40;
      this.words.placeholder = model.config.words.search;
      this.words.setAttribute("aria-label", model.config.words.search);
      this.words.hidden = !model.config.may_see_rows;
      this.words.addEventListener("change", () => model.ask({ q: this.words.value.trim() }));
    }
    comparison() {
      const { model } = this, { words } = model.config;
      const label = this.bar.appendChild(make("label", "", words.compare + " "));
      this.versus = label.appendChild(make("select"));
      for (const kind of ["", "before", "year", "days"]) this.versus.add(new Option(words[`compare_${kind || "none"}`], kind));
      const areas = document.createElement("optgroup");
      areas.label = words.compare_area;
      for (const [id, name] of model.config.compared) areas.append(new Option(name, "@" + id));
      this.versus.append(areas);
      this.dates = this.bar.appendChild(make("span", "ex-dates"));
      for (const name of ["from", "to"]) {
        const field = this.dates.appendChild(make("input"));
        field.type = "date";
        field.setAttribute("aria-label", words[`compare_${name}`]);
        field.addEventListener("change", () => this.compareDays());
      }
      this.versus.addEventListener("change", () => this.compare(this.versus.value));
    }
    compare(kind) {
      const { model } = this, days = model.head && model.head.codes.day;
      if (!days || !days.length) return;
      if (!kind || kind.startsWith("@")) model.ask({ vs: kind });
      else if (kind === "days") this.dates.hidden = false;
      else {
        const first = days[0], last = ex.shiftDay(days[days.length - 1], model.head.day_count - 1);
        const long = (Date.parse(last) - Date.parse(first)) / ex.DAY + 1;
        const back = kind === "year" ? 364 : 7 * Math.ceil(long / 7);
        model.ask({ vs: `${ex.shiftDay(first, -back)}..${ex.shiftDay(last, -back)}` });
      }
      if (kind !== "days") this.controls();
    }
    compareDays() {
      const [from, to] = [...this.dates.children].map((field) => field.value);
      if (from && to && from <= to) this.model.ask({ vs: `${from}..${to}` });
    }
    // The fields say what is asked, however it came to be.
    controls() {
      const { asked } = this.model;
      for (const button of this.unit.children) {
        const isOn = button.dataset.unit === (asked.u || "incident");
        button.classList.toggle("is-on", isOn);
        button.setAttribute("aria-pressed", String(isOn));
      }
      if (document.activeElement !== this.words) this.words.value = asked.q;
      const isDays = asked.vs.includes("..");
      this.versus.value = isDays ? "days" : asked.vs;
      this.dates.hidden = !isDays;
      if (isDays) asked.vs.split("..").forEach((day, place) => (this.dates.children[place].value = day));
    }
    tables() {
      const { model, box } = this, { words } = model.config;
      const tabs = box.appendChild(make("div", "choices ex-tabs"));
      const rows = box.appendChild(make("div", "ex-table")), cross = box.appendChild(make("div", "ex-table"));
      const open = (name) => {
        rows.hidden = name !== "rows";
        cross.hidden = name !== "cross";
        for (const tab of tabs.children) {
          tab.classList.toggle("is-on", tab.dataset.tab === name);
          tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
        }
        for (const part of model.parts) if (part.fetch) part.fetch();
      };
      for (const name of model.config.may_see_rows ? ["rows", "cross"] : ["cross"]) {
        const tab = tabs.appendChild(make("button", "choice", words[name === "rows" ? "rows_tab" : name]));
        tab.type = "button";
        tab.dataset.tab = name;
        tab.addEventListener("click", () => {
          open(name);
          model.ask({ by: name === "cross" ? model.asked.by || model.by : "" });
        });
      }
      model.parts.push(new ex.Rows(model, rows), new ex.Cross(model, cross));
      open(model.asked.by || !model.config.may_see_rows ? "cross" : "rows");
    }

    // What takes its time says so, and for how long already.
    wait(isSlow, isOpening) {
      const { words } = this.model.config, begun = Date.now();
      clearInterval(this.ticking);
      this.box.classList.toggle("is-loading", isSlow);
      const say = () => {
        const seconds = Math.round((Date.now() - begun) / 1000);
        this.waited.hidden = !isOpening && !seconds;
        ex.say(this.waited, words[isOpening ? "opening" : "counting"].replace("{n}", seconds));
      };
      if (!isSlow) return (this.waited.hidden = true);
      say();
      this.ticking = setInterval(say, 500);
    }

    // ---- the numbers above the charts ----
    tell() {
      const { model } = this, { words } = model.config;
      this.box.classList.toggle("is-failed", Boolean(model.fault));
      if (model.fault) this.reset.hidden = false;
      if (model.fault) return ex.say(this.note, model.fault);
      if (!model.folds) return;
      const head = model.head;
      this.reset.hidden = !Object.keys(model.selection).length;
      const n = model.folds[0].n;
      const parts = [words.of.replace("{n}", ex.number(n)).replace("{all}", ex.number(head.row_count))];
      if (head.excluded_count) parts.push(words.excluded.replace("{n}", ex.number(head.excluded_count)));
      parts.push(words.as_of.replace("{at}", this.local(head.as_of_at)));
      ex.say(this.note, parts.join(" · "));
      this.box.dataset.generation = head.generation;
      this.box.dataset.ready = "1";
      this.sides();
      const values = model.folds.map((fold) => this.measures(fold));
      this.signs.replaceChildren(...this.figures(values).map((figure) => this.sign(figure)));
    }
    sides() {
      const { model } = this;
      this.box.classList.toggle("is-compared", model.isCompared);
      this.pair.hidden = !model.isCompared;
      if (!model.isCompared) return;
      this.pair.replaceChildren(...model.names().flatMap((name, place) => [ex.letter(place), make("b", "", name)]));
    }
    local(at) {
      const zone = { timeZone: this.model.config.zone, hour12: false, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
      return new Date(at).toLocaleString(this.model.config.lang === "zh" ? "zh-CN" : "en-GB", zone);
    }
    measures(fold) {
      const { model } = this, kept = model.selection, place = model.folds.indexOf(fold), head = model.sides[place].head;
      const within = (dim, wanted) =>
        head.codes[dim].reduce((sum, code, at) => sum + (wanted(code) && (!kept[dim] || kept[dim].has(code)) ? fold.of[dim][at] : 0), 0);
      return {
        n: fold.n,
        weight: fold.weight,
        open: within("stage", (code) => ex.OPEN.has(code)),
        overdue: within("late", (code) => code === "open_late"),
        h3: [fold.of.h3[1], fold.of.h3[1] + fold.of.h3[2]],
        ot: [fold.of.ot[1], fold.of.ot[1] + fold.of.ot[2]],
        median: ex.median(fold.of.spent, head.time_bins),
      };
    }
    figures(values) {
      const { config, asked } = this.model, unit = asked.u || "incident";
      const count = (key, name) => ({ key, name, text: values.map((each) => ex.number(each[key])), gap: ex.more(this.model, ...values.map((each) => each[key])) });
      const rate = (key, metric) => ({
        key,
        metric,
        name: config.words[key],
        text: values.map((each) => ex.rate(each[key], config.words)),
        notes: values.map((each) => ex.bounds(each[key])),
        gap: values.length > 1 ? ex.points(this.model, ...values.map((each) => each[key])) : "",
        isSmall: values.some((each) => each[key][1] < ex.SMALL),
      });
      return [
        count("n", config.words[`${unit}_n`]),
        count("weight", config.words[`${unit}_weight`]),
        rate("h3", "closure_within_sla_pct"),
        rate("ot", "on_time_closure_pct"),
        { key: "median", metric: "handle_minutes_p50", name: config.words.median, text: values.map((each) => this.time(each.median)),
          notes: values.map((each) => `n ${ex.number(each.median.n)}`), gap: "" },
        { ...count("open", config.words.open), gap: "" },
        { ...count("overdue", config.words.overdue), gap: "" },
      ];
    }
    time({ n, low, high, beyond }) {
      const { words } = this.model.config;
      const say = (minutes) => (minutes < 100 ? [minutes, words.minutes] : minutes < 2880 ? [minutes / 60, words.hours] : [minutes / 1440, words.days]);
      const digits = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
      if (!n) return "—";
      if (n < ex.SMALL) return words.small;
      if (beyond !== undefined) return `> ${digits(say(beyond)[0])} ${say(beyond)[1]}`;
      const [to, name] = say(high), scale = to / high;
      return `${digits(low * scale)}–${digits(to)} ${name}`;
    }
    sign({ key, metric, name, text, notes, gap, isSmall }) {
      const box = make("div", "ex-sign" + (isSmall ? " is-small" : ""));
      box.dataset.sign = key;
      const head = box.appendChild(make("div", "ex-sign-name", name));
      if (metric) {
        const info = head.appendChild(make("button", "info", "i"));
        info.type = "button";
        info.dataset.ask = metric;
        info.setAttribute("aria-label", `${name}: ${this.model.config.words.where_from}`);
      }
      const figures = box.appendChild(make("div", "ex-sign-text digits"));
      text.forEach((each, place) => {
        if (place) figures.appendChild(make("span", "ex-versus", " | "));
        figures.appendChild(make("b", place ? "ex-other" : "", each));
      });
      for (const note of notes || []) box.appendChild(make("div", "ex-sign-note digits", note));
      if (gap) box.appendChild(make("div", "ex-sign-gap digits", gap));
      return box;
    }
  }

  function settle() {
    for (const box of document.querySelectorAll("[data-explore]")) {
      const text = box.dataset.explore;
      if (!text) continue;
      const held = mounted.get(box);
      if (held && held.text === text) continue;
      if (held) held.explorer.show(JSON.parse(text));
      mounted.set(box, { text, explorer: held ? held.explorer : new Explorer(box, JSON.parse(text)) });
    }
  }
  new MutationObserver(settle).observe(document, { childList: true, subtree: true, attributeFilter: ["data-explore"] });
})();
