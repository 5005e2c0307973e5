// The explorer's charts of one dimension: a list of bars to choose from, and a histogram to brush. Both work by keyboard.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const make = (ex.make = function (tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  });
  ex.css = css;
  ex.number = (value) => Math.round(value).toLocaleString("en-US");
  ex.say = (node, text) => node.textContent !== text && (node.textContent = text);

  // The frame of every chart: what it tells, what is selected in it, and the way back.
  ex.Chart = class {
    constructor(model, dim, box) {
      Object.assign(this, { model, dim, box });
      box.dataset.dim = dim;
      const head = box.appendChild(make("header", "ex-head"));
      head.appendChild(make("h3", "", model.config.dims[dim]));
      this.told = head.appendChild(make("span", "ex-told digits"));
      this.undo = head.appendChild(make("button", "ex-undo", "×"));
      this.undo.type = "button";
      this.undo.title = model.config.words.clear;
      this.undo.setAttribute("aria-label", `${model.config.words.clear}: ${model.config.dims[dim]}`);
      this.undo.addEventListener("click", () => model.select(dim, null));
      box.addEventListener("pointerenter", () => model.prefetch(dim));
      box.addEventListener("focusin", () => model.prefetch(dim));
      box.addEventListener("keydown", (event) => event.key === "Escape" && model.selection[dim] && model.select(dim, null));
    }
    mark(text) {
      const isOn = Boolean(this.model.selection[this.dim]);
      this.box.classList.toggle("is-filtered", isOn);
      this.undo.hidden = !isOn;
      ex.say(this.told, isOn ? text : "");
    }
  };

  // ---- a list: one row per code. Full bars are what the other charts leave, pale ones everything, each against its own
  // longest: a small selection keeps its shape to be seen. The tick is the other side.
  ex.List = class extends ex.Chart {
    constructor(model, dim, box) {
      super(model, dim, box);
      this.list = box.appendChild(make("div", "ex-list"));
      this.list.setAttribute("role", "group");
      this.list.setAttribute("aria-label", model.config.dims[dim]);
      this.list.addEventListener("click", (event) => {
        const row = event.target.closest("button[data-code]");
        if (row) model.toggle(dim, row.dataset.code);
      });
      this.list.addEventListener("keydown", (event) => this.step(event));
    }
    build() {
      const { model, dim } = this, head = model.head;
      const isNatural = Boolean(model.config.codes[dim]);
      const totals = head.totals[dim];
      const kept = model.selection[dim];
      let codes = [...model.codes(dim)].map(([code, found]) => ({ code, found, total: found[0].head === head ? totals[found[1]] : 0 }));
      codes = codes.filter((each) => each.total || model.total(1, dim, each.code) || (kept && kept.has(each.code)));
      // A chosen code the view does not have stays to be seen and taken back.
      for (const code of kept || []) if (!codes.some((each) => each.code === code)) codes.push({ code, found: null, total: 0 });
      if (!isNatural) codes.sort((a, b) => (a.code === "") - (b.code === "") || b.total - a.total);
      this.whole = Math.max(1, ...codes.map((each) => each.total));
      this.list.replaceChildren();
      this.rows = codes.map((each, place) => this.row(each, place));
      this.built = head;
      this.language = model.config.lang;
    }
    row(each, place) {
      const row = this.list.appendChild(make("button", "ex-row"));
      row.type = "button";
      row.dataset.code = each.code;
      row.tabIndex = place ? -1 : 0;
      const name = this.model.label(this.dim, each.code, each.found);
      const label = row.appendChild(make("span", "ex-name", name));
      label.title = name;
      const track = row.appendChild(make("span", "ex-track"));
      const whole = track.appendChild(make("i", "ex-whole"));
      whole.style.width = `${(100 * each.total) / this.whole}%`;
      const bar = track.appendChild(make("i", "ex-bar"));
      const tick = track.appendChild(make("i", "ex-tick"));
      const told = row.appendChild(make("span", "ex-count digits"));
      return { ...each, row, bar, tick, whole, told };
    }
    update() {
      const { model, dim } = this;
      const kept = model.selection[dim];
      const lacks = kept && [...kept].some((code) => !this.rows || !this.rows.some((each) => each.code === code));
      if (this.built !== model.head || this.language !== model.config.lang || this.sides !== model.sides || lacks) this.build();
      this.sides = model.sides;
      const counts = this.rows.map((each) => [model.count(0, dim, each.code), model.isCompared ? model.count(1, dim, each.code) : null]);
      const most = Math.max(1, ...counts.flat());
      for (const [place, each] of this.rows.entries()) {
        const [count, other] = counts[place];
        each.bar.style.width = `${(100 * count) / most}%`;
        each.tick.hidden = other === null;
        if (other !== null) each.tick.style.left = `${(100 * other) / most}%`;
        ex.say(each.told, other === null ? ex.number(count) : `${ex.number(count)} | ${ex.number(other)}`);
        const isOn = Boolean(kept && kept.has(each.code));
        each.row.classList.toggle("is-on", isOn);
        each.row.classList.toggle("is-off", Boolean(kept) && !isOn);
        each.row.setAttribute("aria-pressed", String(isOn));
      }
      this.mark(kept ? `${kept.size}` : "");
    }
    step(event) {
      const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const rows = [...this.list.children], at = rows.indexOf(document.activeElement);
      if (!way || at < 0) return;
      event.preventDefault();
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + way))];
      rows[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  };

  // ---- a histogram: drag to brush, drag the brush to move it, arrows do the same
  ex.Bars = class extends ex.Chart {
    constructor(model, dim, box) {
      super(model, dim, box);
      this.frame = box.appendChild(make("div", "ex-bars"));
      this.canvas = this.frame.appendChild(make("canvas"));
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "application");
      this.canvas.setAttribute("aria-label", `${model.config.dims[dim]}. ${model.config.words.brush}`);
      this.tip = this.frame.appendChild(make("span", "ex-tip digits"));
      this.canvas.addEventListener("pointerdown", (event) => this.press(event));
      this.canvas.addEventListener("pointermove", (event) => this.hover(event));
      this.canvas.addEventListener("pointerleave", () => ex.say(this.tip, ""));
      this.canvas.addEventListener("keydown", (event) => this.key(event));
      new ResizeObserver(() => this.model.folds && this.paint()).observe(this.frame);
    }
    get codes() {
      return this.model.head.codes[this.dim];
    }
    // The brush as bins, both ends included.
    get range() {
      const value = this.model.selection[this.dim];
      if (!value) return null;
      if (this.dim === "day") return this.model.sides[0].days(value, 0);
      const numbers = [...value].map(Number);
      return [Math.min(...numbers), Math.max(...numbers)];
    }
    brush(from, to) {
      const most = this.codes.length - 1;
      const [low, high] = [Math.max(0, Math.min(from, to)), Math.min(most, Math.max(from, to))];
      const now = this.range;
      if (now && now[0] === low && now[1] === high) return;
      if (this.dim === "hour") return this.model.select("hour", ex.span(low, high));
      const last = ex.shiftDay(this.codes[high], this.model.head.day_count - 1);
      this.model.select("day", [this.codes[low], last]);
    }
    update() {
      const range = this.range;
      const words = range && this.dim === "day" ? this.model.selection.day.join(" – ") : range ? `${range[0]}:00 – ${range[1]}:59` : "";
      this.mark(words);
      this.paint();
    }
    values(place) {
      if (place === 0) return this.model.folds[0].of[this.dim];
      if (this.dim === "day" && this.model.asked.vs.startsWith("@")) {
        return this.codes.map((code) => this.model.count(1, "day", code));
      }
      return this.model.folds[1].of[this.dim];
    }
    paint() {
      const { model, canvas } = this;
      const wide = this.frame.clientWidth, high = this.frame.clientHeight, sharp = window.devicePixelRatio || 1;
      if (!wide || !high) return;
      if (canvas.width !== Math.round(wide * sharp) || canvas.height !== Math.round(high * sharp)) {
        canvas.width = Math.round(wide * sharp);
        canvas.height = Math.round(high * sharp);
      }
      const pen = canvas.getContext("2d");
      pen.setTransform(sharp, 0, 0, sharp, 0, 0);
      pen.clearRect(0, 0, wide, high);
      const count = this.codes.length;
      if (!count) return;
      const own = this.values(0), whole = model.head.totals[this.dim];
      const other = model.isCompared ? this.values(1) : null;
      const most = Math.max(1, ...own, ...(other ? [...other].slice(0, count) : []));
      const mostOf = Math.max(1, ...whole);
      const font = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8;
      const foot = font * 1.5, top = font * 1.2, tall = high - foot - top, step = (this.step = wide / count);
      const bar = Math.max(1, step - (step > 4 ? 1.5 : 0));
      const range = this.range;
      const colour = { whole: css("--line"), own: css("--series-0"), off: css("--series-2"), other: css("--accent"), quiet: css("--quiet") };
      const rise = (value) => (tall * value) / most;
      for (let at = 0; at < count; at++) {
        pen.fillStyle = colour.whole;
        const pale = (tall * whole[at]) / mostOf;
        pen.fillRect(at * step, top + tall - pale, bar, pale);
        const isOut = range && (at < range[0] || at > range[1]);
        pen.globalAlpha = isOut ? 0.4 : 1;
        pen.fillStyle = colour.own;
        pen.fillRect(at * step, top + tall - rise(own[at]), bar, rise(own[at]));
        pen.globalAlpha = 1;
        if (other && at < other.length) {
          pen.fillStyle = colour.other;
          pen.fillRect(at * step, top + tall - rise(other[at]) - 1, bar, 2);
        }
      }
      if (range) {
        pen.strokeStyle = colour.other;
        pen.lineWidth = 1.5;
        pen.strokeRect(range[0] * step + 0.75, top - 2, (Math.min(range[1], count - 1) - range[0] + 1) * step - 1.5, tall + 3);
      }
      pen.fillStyle = colour.quiet;
      pen.font = `${font}px ${getComputedStyle(document.body).fontFamily}`;
      pen.fillText(ex.number(most), 2, font);
      this.ticks(pen, { wide, y: high - font * 0.35, font });
    }
    ticks(pen, { wide, y, font }) {
      const codes = this.codes, room = this.dim === "day" ? font * 6.5 : font * 2.2;
      const every = Math.max(1, Math.ceil(room / this.step));
      for (let at = 0; at < codes.length; at += every) {
        const text = this.dim === "day" ? (codes.length > 300 ? codes[at].slice(0, 7) : codes[at].slice(5)) : codes[at];
        const x = Math.min(at * this.step, wide - pen.measureText(text).width);
        if (at === 0 || x - (at - every) * this.step > room * 0.8) pen.fillText(text, x, y);
      }
    }
    bin(event) {
      const box = this.canvas.getBoundingClientRect();
      return Math.max(0, Math.min(this.codes.length - 1, Math.floor((event.clientX - box.left) / this.step)));
    }
    press(event) {
      if (event.button || !this.model.folds || !this.codes.length) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.canvas.focus();
      const from = this.bin(event), held = this.range;
      const isInside = held && from >= held[0] && from <= held[1] && held[1] - held[0] < this.codes.length - 1;
      const edge = held && from === held[0] ? held[1] : held && from === held[1] ? held[0] : null;
      let hasMoved = false;
      const move = (moved) => {
        const at = this.bin(moved);
        hasMoved = hasMoved || at !== from;
        if (!hasMoved) return;
        if (edge !== null && held[0] !== held[1]) this.brush(edge, at);
        else if (isInside) {
          const by = Math.max(-held[0], Math.min(this.codes.length - 1 - held[1], at - from));
          this.brush(held[0] + by, held[1] + by);
        } else this.brush(from, at);
      };
      const end = () => {
        this.canvas.removeEventListener("pointermove", move);
        if (!hasMoved && held && isInside) this.model.select(this.dim, null);
        else if (!hasMoved) this.brush(from, from);
      };
      this.canvas.addEventListener("pointermove", move);
      this.canvas.addEventListener("pointerup", end, { once: true });
    }
    hover(event) {
      if (!this.model.folds || !this.codes.length) return;
      const at = this.bin(event);
      const text = this.dim === "day" ? this.codes[at] : `${this.codes[at]}:00`;
      const other = this.model.isCompared ? ` | ${ex.number(this.values(1)[at] || 0)}` : "";
      ex.say(this.tip, `${text}  ${ex.number(this.values(0)[at])}${other}`);
    }
    key(event) {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!way || !this.codes.length) return;
      event.preventDefault();
      const most = this.codes.length - 1;
      const [from, to] = this.range || (way > 0 ? [-1, -1] : [most + 1, most + 1]);
      if (event.shiftKey) return this.brush(Math.max(0, from), Math.max(Math.max(0, from), to + way));
      const by = Math.max(-from, Math.min(most - to, way));
      this.brush(from + by, to + by);
    }
  };
})();
