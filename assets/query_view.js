// An answer of the console as a table, a chart or a map of its own columns.
(function () {
  "use strict";
  const own = (window.cockpitQuery = window.cockpitQuery || {});
  const node = own.node;
  const PAGE = 200;
  const MOST_SERIES = 8;
  const NUMBERS = /INT|DOUBLE|FLOAT|DECIMAL|REAL/;
  const MODES = ["table", "bar", "line", "map"];
  const shapes = new Map();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const isNumber = (column) => NUMBERS.test(column.type) && !column.type.includes("[");
  function labels(desk, column) {
    const names = (desk.schema && desk.schema.names) || {};
    if (names[column.name]) return names[column.name];
    return column.name.endsWith("area_id") || desk.levels.includes(column.name) ? names.area_id || {} : {};
  }
  function called(desk, column) {
    for (const table of (desk.schema && desk.schema.tables) || []) {
      const found = table.columns.find((each) => each.name === column.name);
      if (found) return found.label;
    }
    return "";
  }
  function written(value, column) {
    if (value === null) return "—";
    if (typeof value === "boolean") return value ? "✓" : "✗";
    if (typeof value === "number" && !/(_id|_no|year)$/.test(column.name)) return value.toLocaleString(undefined, { maximumFractionDigits: 4 });
    return String(value);
  }

  own.show = function (desk, { answer, job, view }) {
    const area = areaColumn(desk, answer);
    const numbers = answer.columns.filter(isNumber).map((each) => each.name);
    const has = (name) => answer.columns.some((each) => each.name === name);
    if (!has(view.y)) view.y = numbers.find((name) => name !== view.x) || "";
    if (!has(view.x)) view.x = (area || answer.columns.find((each) => each.name !== view.y) || answer.columns[0] || {}).name;
    if (view.colour && !has(view.colour)) view.colour = "";
    if (!MODES.includes(view.mode)) view.mode = "table";
    const body = node("div", { class: "desk-view" });
    const axes = node("span", { class: "desk-axes" });
    const modes = node("span", { class: "desk-modes", role: "tablist" });
    const redraw = () => {
      for (const each of modes.children) each.setAttribute("aria-selected", String(each.dataset.mode === view.mode));
      axes.replaceChildren(...axesOf(desk, { answer, view }, redraw));
      body.dataset.shown = "";
      ({ table: drawTable, bar: drawChart, line: drawChart, map: drawMap })[view.mode](desk, { answer, view }, body);
    };
    for (const mode of MODES) {
      modes.append(node("button", { type: "button", role: "tab", "data-mode": mode, on: { click: () => ((view.mode = mode), redraw()) } }, desk.t(`view_${mode}`)));
    }
    const csv = node("button", { type: "button", class: "desk-button", "data-act": "csv", on: { click: () => desk.takeAway(job) } }, desk.t("csv"));
    desk.result.replaceChildren(node("div", { class: "desk-view-bar" }, modes, axes, csv), body);
    redraw();
  };

  function axesOf(desk, { answer, view }, redraw) {
    if (view.mode === "table") return [];
    const choose = (key, columns, isFree) => {
      const options = columns.map((each) => node("option", { value: each.name }, called(desk, each) || each.name));
      if (isFree) options.unshift(node("option", { value: "" }, desk.t("none")));
      const word = view.mode === "map" && key === "x" ? "axis_area" : `axis_${key}`;
      const select = node("select", { "data-axis": key, "aria-label": desk.t(word), on: { change: (event) => ((view[key] = event.target.value), redraw()) } }, ...options);
      select.value = view[key] || "";
      return node("label", {}, desk.t(word), select);
    };
    const chosen = [choose("x", answer.columns), choose("y", answer.columns.filter(isNumber))];
    return view.mode === "map" ? chosen : [...chosen, choose("colour", answer.columns, true)];
  }

  // ---- table -------------------------------------------------------------------------------------------------
  function drawTable(desk, { answer }, body) {
    if (!answer.rows.length) return done(body, node("p", { class: "empty" }, desk.t("empty")));
    if (answer.columns.some((each) => each.name === "explain_value")) {
      return done(body, ...answer.rows.map((row) => node("pre", { class: "desk-plan" }, String(row[row.length - 1]))));
    }
    let from = 0;
    const names = answer.columns.map((column) => labels(desk, column));
    const paint = () => {
      const head = answer.columns.map((column) => node("th", { class: isNumber(column) ? "right" : "", title: column.type }, node("span", {}, called(desk, column)), node("code", {}, column.name)));
      const lines = answer.rows.slice(from, from + PAGE).map((row) =>
        node("tr", {}, ...row.map((value, place) => cell(value, answer.columns[place], names[place]))),
      );
      const table = node("table", { class: "table desk-table" }, node("thead", {}, node("tr", {}, ...head)), node("tbody", {}, ...lines));
      const all = answer.rows.length;
      const turn = (word, to) => node("button", { type: "button", class: "desk-button", disabled: to < 0 || to >= all, on: { click: () => ((from = to), paint()) } }, desk.t(word));
      const told = desk.t("page", { from: from + 1, to: Math.min(all, from + PAGE), all: all.toLocaleString() });
      const pager = all > PAGE ? node("div", { class: "desk-pager" }, turn("earlier", from - PAGE), told, turn("later", from + PAGE)) : null;
      done(body, node("div", { class: "scroll" }, table), pager);
    };
    paint();
  }
  function cell(value, column, names) {
    const name = value !== null && names[String(value)];
    const text = written(value, column);
    if (!name || name === text) return node("td", { class: isNumber(column) ? "right digits" : "" }, text);
    return node("td", { title: text }, node("span", {}, name), node("small", {}, text));
  }
  function done(body, ...inside) {
    body.replaceChildren(...inside.filter(Boolean));
    body.dataset.shown = "1";
  }

  // ---- chart -------------------------------------------------------------------------------------------------
  const placeOf = (answer, name) => answer.columns.findIndex((each) => each.name === name);
  async function drawChart(desk, { answer, view }, body) {
    const [x, y, colour] = [view.x, view.y, view.colour].map((name) => placeOf(answer, name));
    if (y < 0) return done(body, node("p", { class: "empty" }, desk.t("no_number")));
    const say = (place, value) => (value === null ? desk.t("unknown") : labels(desk, answer.columns[place])[String(value)] || value);
    const groups = new Map();
    for (const row of answer.rows) {
      const key = colour < 0 ? "" : say(colour, row[colour]);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(row);
    }
    const biggest = [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_SERIES);
    const traces = biggest.map(([key, rows], place) => ({
      type: view.mode === "bar" ? "bar" : "scatter",
      mode: rows.length > 80 ? "lines" : "lines+markers",
      name: String(key),
      x: rows.map((row) => say(x, row[x])),
      y: rows.map((row) => row[y]),
      marker: { color: css(`--series-${place}`) },
      line: { color: colour < 0 ? css("--accent") : css(`--series-${place}`), width: 2 },
    }));
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.82;
    const isTime = /DATE|TIMESTAMP/.test(answer.columns[x].type);
    const isAmount = isNumber(answer.columns[x]) && view.mode === "line";
    const axis = { gridcolor: css("--line"), linecolor: css("--line"), tickfont: { color: css("--quiet"), size }, automargin: true, fixedrange: true, zeroline: false };
    const named = (place) => ({ text: called(desk, answer.columns[place]) || answer.columns[place].name, font: { size, color: css("--quiet") } });
    const layout = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: css("--text"), size, family: css("--sans") },
      margin: { l: 8, r: 12, t: colour < 0 ? 12 : 34, b: 8 },
      xaxis: { ...axis, showgrid: false, type: isTime ? "date" : isAmount ? "linear" : "category", title: named(x) },
      yaxis: { ...axis, rangemode: "tozero", title: named(y) },
      showlegend: colour >= 0,
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
      bargap: 0.25,
      hoverlabel: { bgcolor: css("--raised"), bordercolor: css("--line"), font: { size, color: css("--text") } },
    };
    const box = node("div", { class: "desk-chart" });
    body.replaceChildren(box);
    const Plotly = await window.Plotly;
    await Plotly.newPlot(box, traces, layout, { displayModeBar: false, responsive: true, locale: desk.lang === "zh" ? "zh-CN" : "en" });
    body.dataset.shown = "1";
  }

  // ---- map ---------------------------------------------------------------------------------------------------
  function areaColumn(desk, answer) {
    const areas = (desk.schema && desk.schema.names.area_id) || {};
    return answer.columns.find((column, place) => {
      const known = answer.rows.slice(0, 50).filter((row) => row[place] !== null);
      return known.length && known.every((row) => areas[String(row[place])] !== undefined);
    });
  }
  async function shapesOf(level) {
    if (!shapes.has(level)) {
      const got = await fetch(`/geo/${level}.json`);
      shapes.set(level, got.ok ? (await got.json()).features : []);
    }
    return shapes.get(level);
  }
  async function drawMap(desk, { answer, view }, body) {
    const [x, y] = [view.x, view.y].map((name) => placeOf(answer, name));
    const values = new Map(answer.rows.filter((row) => row[x] !== null).map((row) => [String(row[x]), row[y]]));
    let features = [];
    for (const level of desk.levels) {
      const found = await shapesOf(level);
      if (found.some((each) => values.has(each.properties.area_id))) {
        features = found;
        break;
      }
    }
    if (!features.length || y < 0) return done(body, node("p", { class: "empty" }, desk.t("no_map")));
    const known = features.map((each) => values.get(each.properties.area_id)).filter((value) => typeof value === "number");
    const cuts = cutsOf(known);
    const tell = node("div", { class: "desk-tell" });
    const names = desk.schema.names.area_id || {};
    const picture = own.drawShapes(features, {
      fill: (id) => (typeof values.get(id) === "number" ? `var(--grade-${gradeOf(values.get(id), cuts)})` : "var(--risk-none)"),
      about: (id) => `${names[id] || id}：${written(values.has(id) ? values.get(id) : null, answer.columns[y])}`,
      tell: (text) => (tell.textContent = text),
    });
    done(body, node("div", { class: "desk-map" }, picture, tell, legend(desk, known, cuts, features.length)));
  }
  // Equal steps between least and most, so that a colour can be read as a number.
  function cutsOf(known) {
    const least = Math.min(...known);
    const most = Math.max(...known);
    return most > least ? [1, 2, 3, 4].map((step) => least + ((most - least) * step) / 5) : [];
  }
  const gradeOf = (value, cuts) => (cuts.length ? cuts.filter((cut) => value >= cut).length : 2);
  function legend(desk, known, cuts, all) {
    const form = (value) => value.toLocaleString(undefined, { maximumFractionDigits: Math.abs(value) >= 20 ? 0 : 2 });
    // Each line tells the least and the most that really have its colour.
    const lines = [0, 1, 2, 3, 4].filter(() => cuts.length).map((grade) => {
      const own = known.filter((value) => gradeOf(value, cuts) === grade);
      const range = !own.length ? "—" : Math.min(...own) === Math.max(...own) ? form(own[0]) : `${form(Math.min(...own))} – ${form(Math.max(...own))}`;
      return node("span", {}, node("i", { style: `background:var(--grade-${grade})` }), range, node("b", {}, String(own.length)));
    });
    if (!cuts.length && known.length) lines.push(node("span", {}, node("i", { style: "background:var(--grade-2)" }), form(known[0]), node("b", {}, String(known.length))));
    if (all > known.length) lines.unshift(node("span", {}, node("i", { style: "background:var(--risk-none)" }), desk.t("no_row"), node("b", {}, String(all - known.length))));
    return node("div", { class: "desk-legend" }, ...lines.reverse());
  }

  // Shapes as plain SVG: no tiles, no library; the town is small enough for degrees squeezed by its latitude.
  own.drawShapes = function (features, { fill, about, tell }) {
    const rings = (shape) => (shape.type === "Polygon" ? shape.coordinates : shape.type === "MultiPolygon" ? shape.coordinates.flat() : []);
    const all = features.flatMap((each) => rings(each.geometry).flat());
    const squeeze = Math.cos((all[0][1] * Math.PI) / 180);
    const bounds = all.reduce(([w, s, e, n], [lon, lat]) => [Math.min(w, lon), Math.min(s, lat), Math.max(e, lon), Math.max(n, lat)], [180, 90, -180, -90]);
    const scale = 1000 / Math.max((bounds[2] - bounds[0]) * squeeze, bounds[3] - bounds[1]);
    const at = ([lon, lat]) => `${((lon - bounds[0]) * squeeze * scale).toFixed(1)},${((bounds[3] - lat) * scale).toFixed(1)}`;
    const space = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", `-4 -4 ${(bounds[2] - bounds[0]) * squeeze * scale + 8} ${(bounds[3] - bounds[1]) * scale + 8}`);
    for (const each of features) {
      const id = each.properties.area_id;
      const path = document.createElementNS(space, "path");
      path.setAttribute("d", rings(each.geometry).map((ring) => `M${ring.map(at).join("L")}Z`).join(""));
      path.setAttribute("fill-rule", "evenodd");
      path.style.fill = fill(id);
      path.dataset.area = id;
      path.addEventListener("mouseenter", () => tell(about(id)));
      picture.append(path);
    }
    return picture;
  };
})();
