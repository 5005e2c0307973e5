// The explorer's map: every grid by its count in five grades; a drag draws a rectangle or a lasso, a click takes one grid.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const SVG = "http://www.w3.org/2000/svg";
  const shapes = new Map(); // address -> promise of features
  const draw = (tag, marks) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(marks || {})) node.setAttribute(key, value);
    return node;
  };

  function fetchShapes(address) {
    if (!shapes.has(address)) {
      shapes.set(address, fetch(address).then((answer) => answer.json()).then((geo) => geo.features).catch(() => []));
    }
    return shapes.get(address);
  }

  ex.Map = class extends ex.Chart {
    constructor(model, box) {
      super(model, "area", box);
      const { make } = ex, words = model.config.words;
      this.modes = box.firstChild.insertBefore(make("span", "ex-modes"), this.told);
      for (const mode of ["rectangle", "lasso"]) {
        const button = this.modes.appendChild(make("button", "", words[mode]));
        button.type = "button";
        button.addEventListener("click", () => this.choose(mode));
        button.dataset.mode = mode;
      }
      this.svg = box.appendChild(draw("svg", { class: "ex-map", tabindex: "0", role: "application" }));
      this.svg.setAttribute("aria-label", `${model.config.dims.area}. ${words.map_keys}`);
      this.ground = this.svg.appendChild(draw("g"));
      this.band = this.svg.appendChild(draw("path", { class: "ex-band" }));
      const foot = box.appendChild(make("div", "ex-foot"));
      this.legend = foot.appendChild(make("span", "ex-legend digits"));
      this.unplaced = foot.appendChild(make("button", "ex-unplaced digits"));
      this.unplaced.type = "button";
      this.unplaced.addEventListener("click", () => model.toggle("area", ""));
      this.tip = box.appendChild(make("span", "ex-tip digits"));
      this.svg.addEventListener("pointerdown", (event) => this.press(event));
      this.svg.addEventListener("pointermove", (event) => this.hover(event.target));
      this.svg.addEventListener("pointerleave", () => ex.say(this.tip, ""));
      this.svg.addEventListener("keydown", (event) => this.key(event));
      this.choose("rectangle");
      this.grids = [];
      fetchShapes(model.config.geo).then((features) => this.place(features));
    }
    choose(mode) {
      this.mode = mode;
      for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    }
    place(features) {
      const rings = (shape) => (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates).map((parts) => parts[0]);
      const all = features.flatMap((feature) => rings(feature.geometry).flat());
      const middle = all.reduce((sum, point) => sum + point[1], 0) / Math.max(1, all.length);
      const squeeze = Math.cos((middle * Math.PI) / 180), unit = 10000;
      const flat = ([lon, lat]) => [lon * squeeze * unit, -lat * unit];
      const points = all.map(flat);
      const low = [0, 1].map((axis) => points.reduce((least, point) => Math.min(least, point[axis]), Infinity));
      const high = [0, 1].map((axis) => points.reduce((most, point) => Math.max(most, point[axis]), -Infinity));
      if (!points.length) return;
      const size = [high[0] - low[0], high[1] - low[1]], pad = 0.015 * Math.max(...size);
      this.svg.setAttribute("viewBox", [low[0] - pad, low[1] - pad, size[0] + 2 * pad, size[1] + 2 * pad].join(" "));
      this.ground.replaceChildren();
      this.grids = features.map((feature) => {
        const parts = rings(feature.geometry).map((ring) => ring.map(flat));
        const text = parts.map((ring) => "M" + ring.map((point) => point.map((each) => each.toFixed(2)).join(",")).join("L") + "Z").join("");
        const path = this.ground.appendChild(draw("path", { d: text, class: "ex-grid" }));
        const ring = parts.reduce((longest, each) => (each.length > longest.length ? each : longest));
        const center = [0, 1].map((axis) => ring.reduce((sum, point) => sum + point[axis], 0) / ring.length);
        const grid = { id: feature.properties.area_id, path, center };
        path.dataset.area = grid.id;
        return grid;
      });
      if (this.model.folds) this.update();
    }
    update() {
      const { model } = this, kept = model.selection.area;
      const counts = this.grids.map((grid) => model.count(0, "area", grid.id));
      const has = (grid) => model.sides[0].places.area.has(grid.id);
      const edges = grades(counts.filter((count) => count > 0));
      this.grids.forEach((grid, place) => {
        const grade = counts[place] ? edges.filter((edge) => counts[place] > edge).length : -1;
        const fill = grade < 0 ? "" : `var(--grade-${grade})`;
        if (grid.fill !== fill) grid.path.style.fill = grid.fill = fill;
        grid.path.classList.toggle("is-none", !has(grid));
        grid.path.classList.toggle("is-on", Boolean(kept && kept.has(grid.id)));
        grid.path.classList.toggle("is-off", Boolean(kept && !kept.has(grid.id)));
      });
      this.key_(edges, counts);
      const lost = model.count(0, "area", "");
      this.unplaced.hidden = !lost && !(kept && kept.has(""));
      ex.say(this.unplaced, `${model.config.words.not_placed} ${ex.number(lost)}`);
      this.unplaced.setAttribute("aria-pressed", String(Boolean(kept && kept.has(""))));
      this.mark(kept ? `${kept.size} ${model.config.words.grids}` : "");
    }
    key_(edges, counts) {
      const most = Math.max(0, ...counts), bounds = [0, ...edges, most];
      this.legend.replaceChildren();
      for (let at = 0; at + 1 < bounds.length; at++) {
        if (bounds[at + 1] <= bounds[at]) continue;
        const swatch = this.legend.appendChild(ex.make("i"));
        swatch.style.background = `var(--grade-${at})`;
        const from = bounds[at] + 1, to = bounds[at + 1];
        this.legend.appendChild(ex.make("span", "", from === to ? ex.number(to) : `${ex.number(from)}–${ex.number(to)}`));
      }
    }
    hover(target) {
      const id = target && target.dataset && target.dataset.area;
      if (!id || !this.model.folds) return;
      const other = this.model.isCompared ? ` | ${ex.number(this.model.count(1, "area", id))}` : "";
      ex.say(this.tip, `${this.model.config.areas[id] || id}  ${ex.number(this.model.count(0, "area", id))}${other}`);
    }
    point(event) {
      const at = this.svg.createSVGPoint();
      at.x = event.clientX;
      at.y = event.clientY;
      const found = at.matrixTransform(this.svg.getScreenCTM().inverse());
      return [found.x, found.y];
    }
    press(event) {
      if (event.button || !this.model.folds) return;
      this.svg.setPointerCapture(event.pointerId);
      this.svg.focus();
      const clicked = event.target.dataset && event.target.dataset.area;
      const from = this.point(event), begun = [event.clientX, event.clientY], before = event.shiftKey && this.model.selection.area;
      let path = [from], hasMoved = false;
      const move = (moved) => {
        if (!hasMoved && Math.hypot(moved.clientX - begun[0], moved.clientY - begun[1]) < 5) return;
        hasMoved = true;
        const to = this.point(moved);
        path = this.mode === "lasso" ? [...path, to] : [from, [to[0], from[1]], to, [from[0], to[1]]];
        this.band.setAttribute("d", "M" + path.map((each) => each.join(",")).join("L") + "Z");
        const inside = this.grids.filter((grid) => isInside(grid.center, path)).map((grid) => grid.id);
        const value = new Set([...(before || []), ...inside]);
        const now = this.model.selection.area;
        if (!now || now.size !== value.size || [...value].some((id) => !now.has(id))) this.model.select("area", value);
      };
      const end = () => {
        this.svg.removeEventListener("pointermove", move);
        this.band.setAttribute("d", "");
        if (!hasMoved && clicked) this.model.toggle("area", clicked);
      };
      this.svg.addEventListener("pointermove", move);
      this.svg.addEventListener("pointerup", end, { once: true });
    }
    // Arrows go to the nearest grid that way, Enter takes it.
    key(event) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!this.grids.length) return;
      if ((event.key === "Enter" || event.key === " ") && this.cursor) {
        event.preventDefault();
        return this.model.toggle("area", this.cursor.id);
      }
      if (!way) return;
      event.preventDefault();
      const here = this.cursor || this.grids[0];
      let best = null, least = Infinity;
      for (const grid of this.grids) {
        const by = [grid.center[0] - here.center[0], grid.center[1] - here.center[1]];
        const along = by[0] * way[0] + by[1] * way[1], aside = Math.abs(by[0] * way[1]) + Math.abs(by[1] * way[0]);
        if (along <= 0 || grid === here) continue;
        const far = along + 2.5 * aside;
        if (far < least) [best, least] = [grid, far];
      }
      if (!best && this.cursor) return;
      if (this.cursor) this.cursor.path.classList.remove("is-cursor");
      this.cursor = best || here;
      this.cursor.path.classList.add("is-cursor");
      this.ground.appendChild(this.cursor.path);
      this.hover(this.cursor.path);
    }
  };

  // Four edges so that about as many grids lie in each grade; equal counts always lie in one.
  function grades(counts) {
    const sorted = [...counts].sort((a, b) => a - b);
    const edges = [1, 2, 3, 4].map((fifth) => sorted[Math.min(sorted.length - 1, Math.floor((fifth * sorted.length) / 5))]);
    return sorted.length ? edges : [0, 0, 0, 0];
  }
  function isInside([x, y], ring) {
    let inside = false;
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
      const [ax, ay] = ring[at], [bx, by] = ring[before];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  }
})();
