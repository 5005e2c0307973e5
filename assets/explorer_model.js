// The explorer's state: what is selected, compared and asked, kept in the address; loads cubes and tells the charts to draw.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const OWN = ["u", "q", "x", "vs", "by", "m", "xo", "xp", "xs"];
  const FRESH_MS = 30000; // a live town: new numbers at most this often, and never under somebody's hand

  ex.Model = class {
    constructor(config, draw, wait) {
      this.draw = draw;
      this.wait = wait;
      this.parts = [];
      this.turn = 0;
      this.loadedAt = 0;
      this.sides = [];
      this.read();
      this.configure(config);
    }
    read() {
      const now = new URLSearchParams(location.search);
      this.asked = Object.fromEntries(OWN.map((key) => [key, now.get(key) || ""]));
      if (!/^[1-9]\d{0,5}$/.test(this.asked.xp)) this.asked.xp = "";
      this.selection = ex.readSelection(this.asked.x);
    }
    configure(config) {
      this.config = config;
      // What is drawn stays whole under the hand until the new sides are here: a wide view takes seconds.
      this.coming = [new ex.Side(this.base())];
      if (this.asked.vs) this.coming.push(new ex.Side(this.base(this.asked.vs)));
    }
    base(vs) {
      const asked = new URLSearchParams(this.config.base);
      if (this.asked.u) asked.set("u", this.asked.u);
      if (this.asked.q) asked.set("q", this.asked.q);
      if (vs && vs.startsWith("@")) asked.set("area", vs.slice(1));
      else if (vs) asked.set("period", vs);
      return asked.toString();
    }
    get head() {
      return this.sides.length ? this.sides[0].head : null;
    }
    get isCompared() {
      return this.sides.length > 1;
    }
    // What the two sides are called: areas, or their days.
    names() {
      const { config } = this, own = new URLSearchParams(config.base).get("area");
      const area = (id) => (config.compared.find((each) => each[0] === id) || [])[1] || config.areas[id] || id;
      if (this.asked.vs.startsWith("@")) return [own ? area(own) : config.town, area(this.asked.vs.slice(1))];
      return this.sides.map(({ head }) => `${head.codes.day[0] || "—"} … ${head.codes.day[head.codes.day.length - 1] || "—"}`);
    }
    // The cross table asked for first: months of two periods have nothing to stand beside.
    get by() {
      return this.isCompared && !this.asked.vs.startsWith("@") ? "category" : "category,month";
    }
    // The other period begins so many milliseconds later (an earlier one: less than none).
    shift(place, sides = this.sides) {
      return place && !this.asked.vs.startsWith("@") ? sides[1].firstDay - sides[0].firstDay : 0;
    }
    // What is selected, as one side is asked for it: the other period by the same distance, another area without grids.
    told(place, without, sides = this.sides) {
      if (!place) return ex.writeSelection(this.selection, without);
      const own = { ...this.selection };
      if (this.asked.vs.startsWith("@")) delete own.area;
      else if (own.day) own.day = own.day.map((day) => ex.shiftDay(day, this.shift(1, sides) / ex.DAY));
      return ex.writeSelection(own, without);
    }

    // ---- loading ----
    async load(active, isAnew) {
      const turn = ++this.turn, sides = this.coming || this.sides;
      clearTimeout(this.slow);
      this.slow = setTimeout(() => this.wait(true, Boolean(this.coming)), 300);
      try {
        // The other side's days are told from its own first day, which its first answer tells.
        for (const side of sides) if (!side.head || isAnew) await side.cube(active, "");
        const cubes = await Promise.all(sides.map((side, place) => side.cube(active, this.told(place, active, sides))));
        if (turn !== this.turn) return;
        this.sides = sides;
        this.coming = null;
        this.cubes = cubes;
        this.active = active;
        this.loadedAt = Date.now();
        this.fault = "";
      } catch (error) {
        if (turn !== this.turn) return;
        this.fault = ex.why(error, this.config.words);
      }
      clearTimeout(this.slow);
      this.wait(false);
      this.redraw();
    }
    // Fetched while the pointer is on its way: a click then finds the cube here.
    prefetch(dim) {
      if (!this.cubes || dim === this.active) return;
      this.sides.forEach((side, place) => side.head && side.cube(dim, this.told(place, dim)).catch(() => {}));
    }
    async refresh(config) {
      const isSame = config.base === this.config.base && config.lang === this.config.lang;
      const isNew = config.generation !== this.config.generation;
      if (isSame && isNew && (document.hidden || Date.now() - this.loadedAt < FRESH_MS)) return;
      if (isSame && !isNew) {
        this.config = config;
        return this.redraw();
      }
      this.configure(config);
      await this.start();
    }
    async start() {
      await this.load(this.active || "day");
      this.later();
    }

    // ---- changes ----
    select(dim, value) {
      const isEmpty = !value || (value instanceof Set && !value.size);
      if (isEmpty) delete this.selection[dim];
      else this.selection[dim] = value;
      this.asked.xp = "";
      if (dim === this.active && this.cubes) this.redraw();
      else this.load(dim);
      this.later();
    }
    toggle(dim, code) {
      const value = new Set(this.selection[dim] || []);
      if (!value.delete(code)) value.add(code);
      this.select(dim, value);
    }
    clear() {
      if (this.fault) Object.assign(this.asked, Object.fromEntries(OWN.map((key) => [key, ""])));
      if (this.fault) this.configure(this.config);
      this.selection = {};
      this.asked.xp = "";
      this.load(this.active);
      this.later();
    }
    // `u`, `q` and `vs` make other views; the rest only other tables.
    ask(changes) {
      Object.assign(this.asked, changes);
      if ("xo" in changes || "by" in changes) this.asked.xp = changes.xp || "";
      if (["u", "q", "vs"].some((key) => key in changes)) {
        this.asked.xp = "";
        if (!this.asked.vs) this.asked.xs = "";
        if (changes.vs && !changes.vs.startsWith("@")) this.leaveToday();
        this.configure(this.config);
        this.start();
      } else this.later();
    }
    // A day that is not over against a whole one is the classic error of comparisons.
    leaveToday() {
      const days = this.head.codes.day, last = days[days.length - 1];
      if (this.selection.day || days.length < 2 || last !== this.config.today) return;
      this.selection.day = [days[0], ex.shiftDay(last, -1)];
    }
    later() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        this.write();
        if (this.coming) return; // nothing came: what stands there belongs to the question before
        for (const part of this.parts) if (part.fetch) part.fetch();
      }, 150);
    }
    write() {
      const now = new URLSearchParams(location.search);
      this.asked.x = ex.writeSelection(this.selection);
      for (const key of OWN) {
        if (this.asked[key]) now.set(key, this.asked[key]);
        else now.delete(key);
      }
      const text = now.toString();
      if ("?" + text !== location.search && location.pathname === this.config.path) {
        history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
      }
    }

    // ---- drawing ----
    redraw() {
      const begun = performance.now();
      if (this.cubes) this.folds = this.cubes.map((cube, place) => ex.fold(cube, this.chosen(cube, place)));
      this.draw(this);
      for (const part of this.parts) if (part.update && this.folds) part.update();
      ex.redraws.push(performance.now() - begun);
      if (ex.redraws.length > 500) ex.redraws.shift();
    }
    chosen(cube, place) {
      const value = this.selection[cube.active];
      if (!value || (place && cube.active === "area" && this.asked.vs.startsWith("@"))) return () => true;
      if (cube.active === "day") {
        const [from, to] = this.sides[place].days(value, this.shift(place));
        return (row) => row >= from && row <= to;
      }
      const codes = cube.codes[cube.active];
      const isIn = codes.map((code) => value.has(code));
      return (row) => isIn[row];
    }
    // Cases of one code on one side; 0 where that side has no such code.
    count(place, dim, code) {
      const at = this.sides[place].places[dim].get(code);
      return at === undefined ? 0 : this.folds[place].of[dim][at];
    }
    // Cases of one code on one side when nothing is selected; 0 without that side or code.
    total(place, dim, code) {
      const side = this.sides[place];
      return side ? side.head.totals[dim][side.places[dim].get(code)] || 0 : 0;
    }
    // The codes of all sides: the first one's order, then what only the other has.
    codes(dim) {
      const found = new Map();
      for (const side of this.sides) side.head.codes[dim].forEach((code, at) => found.has(code) || found.set(code, [side, at]));
      return found;
    }
    // The codes of closed lists in their own order, of the others as the sides have them.
    order(dim) {
      return this.config.codes[dim] ? ["", ...Object.keys(this.config.codes[dim])] : [...this.codes(dim).keys()];
    }
    // Where one side has a code, for its label there; nothing where it has not.
    found(place, dim, code) {
      const side = this.sides[place], at = side && side.places[dim] && side.places[dim].get(code);
      return at === undefined ? undefined : [side, at];
    }
    label(dim, code, found) {
      const words = this.config.codes[dim];
      if (code === "") return this.config.words[dim === "area" ? "not_placed" : "unknown"];
      if (words) return words[code] || code;
      const [side, at] = found || this.codes(dim).get(code) || [];
      const labels = side && side.head.labels[dim];
      return (labels && labels[at]) || code;
    }
  };
})();
