// How the explorer tells two sides: which is which, their numbers beside each other, and what lies between them.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const { make } = ex;
  ex.SIDES = ["A", "B"];
  ex.letter = (place) => make("i", `ex-letter is-${ex.SIDES[place].toLowerCase()}`, ex.SIDES[place]);

  ex.rate = ([hits, n], words) => (!n ? "—" : n < ex.SMALL ? words.small : `${((100 * hits) / n).toFixed(1)}%`);
  ex.bounds = function ([hits, n]) {
    const found = n >= ex.SMALL && ex.wilson(hits, n);
    return `n ${ex.number(n)}` + (found ? ` · ${(100 * found[0]).toFixed(1)}–${(100 * found[1]).toFixed(1)}%` : "");
  };
  // A town against a part of it: how many times as many cases says nothing.
  ex.isPart = (model) => model.asked.vs.startsWith("@") && !new URLSearchParams(model.config.base).get("area");
  // How much more the first count is; nothing where it says nothing, too few where fewer cases make no rate.
  ex.more = function (model, count, other) {
    if (other === undefined || ex.isPart(model)) return "";
    if (count + other < ex.SMALL) return model.config.words.small;
    const found = ex.ratio(count, other);
    if (!found) return "";
    const [gap, low, high] = found.map((each) => `${each >= 1 ? "+" : "−"}${Math.abs(100 * (each - 1)).toFixed(0)}%`);
    return `${gap} (${low} … ${high})`;
  };
  // How many points lie between two rates.
  ex.points = function (model, one, other) {
    if (!other || one[1] < ex.SMALL || other[1] < ex.SMALL) return ""; // the rates themselves say that they are too few
    const [gap, low, high] = ex.difference(...one, ...other).map((each) => `${each >= 0 ? "+" : "−"}${Math.abs(100 * each).toFixed(1)}`);
    return `${gap} ${model.config.words.points} (${low} … ${high})`;
  };
})();
