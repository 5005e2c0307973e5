// The explorer's arithmetic: one cube of counts per active dimension comes from the server (serve/explore.py), every brush
// in that dimension is a sum over its rows here, and a few honest statistics. Nothing in this file touches the page.
(function () {
  "use strict";
  const ex = (window.cockpit_explorer = { redraws: [] });
  ex.DIMS = ["day", "hour", "area", "category", "feed", "department", "stage", "late", "severity", "repeat", "recurred"];
  ex.RANGED = new Set(["day", "hour"]);
  ex.OPEN = new Set(["to_dispatch", "to_accept", "handling", "to_check", "to_close", "suspended"]);
  ex.SMALL = 20; // fewer cases make no rate
  const Z = 1.959963984540054;
  const DAY = 86400000;

  // ---- statistics -------------------------------------------------------------------------------------------
  ex.wilson = function (hits, n) {
    if (!n) return null;
    const share = hits / n, shrink = 1 + (Z * Z) / n;
    const half = (Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n))) / shrink;
    const middle = (share + (Z * Z) / (2 * n)) / shrink;
    return [hits === 0 ? 0 : Math.max(0, middle - half), hits === n ? 1 : Math.min(1, middle + half)];
  };
  // Newcombe's interval of a difference of two proportions, made of their two Wilson intervals.
  ex.difference = function (hits, n, hitsB, nB) {
    if (!n || !nB) return null;
    const a = hits / n, b = hitsB / nB, [al, au] = ex.wilson(hits, n), [bl, bu] = ex.wilson(hitsB, nB);
    const gap = a - b;
    return [gap, gap - Math.hypot(a - al, bu - b), gap + Math.hypot(au - a, b - bl)];
  };
  // Ratio of two counts of equal windows: given their sum the first is a share of it, and a share has a Wilson interval.
  ex.ratio = function (count, countB) {
    if (!count || !countB) return null;
    const [low, high] = ex.wilson(count, count + countB);
    return [count / countB, low / (1 - low), high >= 1 ? Infinity : high / (1 - high)];
  };
  // Median by Kaplan-Meier over bins of a fifth of an octave: ended in bin b, or still watched there. Returns the bin.
  ex.median = function (spent, bins) {
    let atRisk = 0, n = 0;
    for (let bin = 1; bin <= 2 * bins; bin++) n += spent[bin];
    atRisk = n;
    let alive = 1, last = 0;
    for (let bin = 1; bin <= bins; bin++) {
      const ended = spent[bin], watched = spent[bin + bins];
      if (ended + watched) last = bin;
      if (atRisk) alive *= 1 - ended / atRisk;
      if (n && alive <= 0.5 + 1e-9) return { n, low: bin < 2 ? 0 : Math.pow(2, (bin - 2) / 5), high: Math.pow(2, (bin - 1) / 5) };
      atRisk -= ended + watched;
    }
    return n ? { n, beyond: last < 2 ? 0 : Math.pow(2, (last - 2) / 5) } : { n: 0 };
  };

  // A question that got no answer; 400: nobody can mean it.
  ex.Refused = class extends Error {
    constructor(status) {
      super(String(status));
      this.isOdd = status === 400;
    }
  };
  ex.why = (error, words) => (error.isOdd ? words.odd : `${words.failed} ${error.message}`);

  // ---- one side: a view of the server -----------------------------------------------------------------------
  ex.Side = class {
    constructor(base) {
      this.base = base; // query string of the view
      this.serial = 0;
      this.kept = new Map();
      this.head = null;
    }
    address(name, more) {
      const asked = new URLSearchParams(this.base);
      for (const [key, value] of Object.entries(more)) if (value) asked.set(key, value);
      if (this.serial) asked.set("g", this.serial);
      return `/explore/${name}?${asked}`;
    }
    async ask(name, more) {
      const answer = await fetch(this.address(name, more), { credentials: "same-origin" });
      if (!answer.ok) throw new ex.Refused(answer.status);
      return name === "cube" ? unpack(await answer.arrayBuffer()) : answer.json();
    }
    cube(active, x) {
      const key = active + "\n" + x;
      if (!this.kept.has(key)) {
        const asked = this.ask("cube", { active, x }).catch((error) => {
          this.kept.delete(key);
          throw error;
        });
        this.kept.set(key, asked);
        if (this.kept.size > 16) this.kept.delete(this.kept.keys().next().value);
      }
      return this.kept.get(key).then((cube) => this.settle(cube));
    }
    // Another generation has other codes: what was kept of the older one is of no use.
    settle(cube) {
      if (this.serial && cube.serial !== this.serial && cube.serial > this.serial) this.kept.clear();
      this.serial = Math.max(this.serial, cube.serial);
      if (!this.head || this.head.serial !== cube.serial) {
        this.head = cube;
        this.places = {};
        for (const dim of ex.DIMS) this.places[dim] = new Map(cube.codes[dim].map((code, place) => [code, place]));
        this.firstDay = cube.codes.day.length ? Date.parse(cube.codes.day[0]) : 0;
      }
      return cube;
    }
    // Bins of a range of dates; of another period the same distance from its first day.
    days(range, shift) {
      const per = this.head.day_count * DAY;
      return range.map((day) => Math.floor((Date.parse(day) + shift - this.firstDay) / per));
    }
  };

  function unpack(buffer) {
    const size = new Uint32Array(buffer, 0, 1)[0];
    const cube = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
    const down = cube.codes[cube.active].length;
    let at = 4 + size;
    cube.counts = {};
    cube.across = {};
    for (const [name, across] of cube.parts) {
      cube.counts[name] = new Uint32Array(buffer, at, down * across);
      cube.across[name] = across;
      at += 4 * down * across;
    }
    cube.weights = new Uint32Array(buffer, at, down);
    return cube;
  }

  // Sums a cube over the chosen codes of its active dimension: what every other chart shows.
  ex.fold = function (cube, isChosen) {
    const down = cube.codes[cube.active].length;
    const found = {};
    for (const [name, across] of cube.parts) {
      const sums = (found[name] = new Float64Array(across));
      const counts = cube.counts[name];
      for (let row = 0; row < down; row++) {
        if (!isChosen(row)) continue;
        for (let column = 0, at = row * across; column < across; column++, at++) sums[column] += counts[at];
      }
    }
    // Its own chart is not narrowed by its own selection; a measure has none, so its rows add up to all that count.
    const own = (found[cube.active] = new Float64Array(down));
    let n = 0, weight = 0;
    for (let row = 0; row < down; row++) {
      own[row] = cube.counts.h3[3 * row] + cube.counts.h3[3 * row + 1] + cube.counts.h3[3 * row + 2];
      if (!isChosen(row)) continue;
      n += own[row];
      weight += cube.weights[row];
    }
    return { of: found, n, weight };
  };

  // ---- what is selected, as the address writes it -----------------------------------------------------------
  ex.readSelection = function (text) {
    const found = {};
    for (const part of (text || "").split(";")) {
      const at = part.indexOf(":"), dim = part.slice(0, at), told = part.slice(at + 1);
      if (at < 1 || !ex.DIMS.includes(dim)) continue;
      const hours = dim === "hour" && /^(\d{1,2})-(\d{1,2})$/.exec(told);
      if (dim === "day") {
        const days = told.split("..");
        if (days.length === 2 && days.every((day) => !Number.isNaN(Date.parse(day)))) found.day = days;
      } else if (hours) found.hour = span(+hours[1], +hours[2]);
      else found[dim] = new Set(told.split("|").map((code) => (code === "-" ? "" : code)));
    }
    return found;
  };
  ex.writeSelection = function (selection, without) {
    const parts = [];
    for (const dim of ex.DIMS) {
      const value = selection[dim];
      if (!value || dim === without) continue;
      if (dim === "day") parts.push(`day:${value[0]}..${value[1]}`);
      else if (value.size) {
        const codes = [...value].map((code) => (code === "" ? "-" : code));
        const numbers = codes.map(Number).sort((a, b) => a - b);
        const isRun = dim === "hour" && numbers[numbers.length - 1] - numbers[0] === numbers.length - 1;
        parts.push(`${dim}:${isRun ? numbers[0] + "-" + numbers[numbers.length - 1] : codes.sort().join("|")}`);
      }
    }
    return parts.join(";");
  };
  const span = (from, to) => new Set(Array.from({ length: to - from + 1 }, (_, step) => String(from + step)));
  ex.span = span;
  ex.shiftDay = (day, days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
  ex.DAY = DAY;
})();
