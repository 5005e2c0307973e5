// Maps of a number by area, and of things as points: one neutral scale from little to much, never the risk colours.
(function () {
  "use strict";
  const { css, isGone, follow, fit, closeness, tell, layersOfArea } = window.cockpit.mapParts;
  const GRADES = [0, 1, 2, 3, 4];

  // Thin evidence keeps its grade under lines; no evidence is the grey hatch of every map.
  function hatches() {
    if (document.getElementById("grade-hatches")) return;
    const step = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.45);
    const pattern = (name, fill, opacity) =>
      `<pattern id="hatch-${name}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<rect width="${step}" height="${step}" style="fill:var(${fill});fill-opacity:${opacity}"/>` +
      `<line x1="0" y1="0" x2="0" y2="${step}" style="stroke:var(--ground);stroke-opacity:.75" stroke-width="${step / 2}"/></pattern>`;
    const box = document.createElement("div");
    const drawn = GRADES.map((grade) => pattern(`g${grade}`, `--grade-${grade}`, 0.75)).join("") + pattern("unknown", "--risk-none", 0.42);
    box.innerHTML = `<svg id="grade-hatches" width="0" height="0" style="position:absolute">${drawn}</svg>`;
    document.body.appendChild(box);
  }

  function gradeStyle(feature, context) {
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    const grade = (show.grades || {})[id];
    const isKnown = grade !== undefined;
    const isThin = isKnown && (show.hatched || []).includes(id);
    const isOutside = show.inside && !show.inside.includes(id);
    return {
      fillColor: !isKnown ? "url(#hatch-unknown)" : isThin ? `url(#hatch-g${grade})` : css(`--grade-${grade}`),
      fillOpacity: isOutside ? 0.25 : 1,
      color: show.selected === id ? css("--accent") : css("--ground"),
      weight: show.selected === id ? 3 : 1,
      opacity: 1,
      className: "grid",
    };
  }
  // Under points the town is only ground: flat areas, the chosen one outlined.
  function quietStyle(feature, context) {
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    const isOutside = show.inside && !show.inside.includes(id);
    return {
      fillColor: css("--raised"),
      fillOpacity: isOutside ? 0.35 : 1,
      color: show.selected === id ? css("--accent") : css("--line"),
      weight: show.selected === id ? 3 : 1,
      opacity: 1,
      className: "grid",
    };
  }

  function label(layer, text, grade) {
    const box = document.createElement("span");
    box.textContent = text;
    box.style.cssText = "display:block;transform:translate(-50%,-50%)";
    layer.bindTooltip(box, { permanent: true, direction: "center", className: `letter letter-g${grade}`, interactive: false });
    layer.getTooltip()._setPosition = function (position) {
      window.L.DomUtil.setPosition(this._container, position);
    };
  }

  function areaEach(feature, layer, context) {
    const map = context.map;
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    if (!(id in (show.names || {}))) return; // the geometry of the level shown before
    hatches();
    layersOfArea.set(id, layer);
    const text = (show.labels || {})[id];
    if (text && !(show.inside && !show.inside.includes(id))) {
      label(layer, text, (show.hatched || []).includes(id) ? "thin" : show.grades[id]);
    }
    layer.on("add", function () {
      const group = Object.values(layer._eventParents || {})[0];
      if (!group) return;
      const isNew = !map._cockpitLayer;
      map._cockpitLayer = group;
      map._cockpitInside = show.inside || null;
      if (isNew) {
        map.on("zoomend", () => closeness(map));
        follow(map, () => fit(map));
      }
      // Another level or another area: go there; the same, only newer data: leave the view where the reader put it.
      const place = `${show.level}|${(show.inside || []).join()}`;
      if (map._cockpitPlace === place) return;
      map._cockpitPlace = place;
      setTimeout(() => isGone(map) || fit(map), 0);
    });
    layer.on("mouseover", () => tell(feature, context, true));
    layer.on("mouseover", () => window.cockpit.rest(`area=${encodeURIComponent(id)}`));
    layer.on("mouseout", () => tell(feature, context, false));
    layer.on("click", () => window.cockpit.filter(`area=${encodeURIComponent(id)}`));
    layer.on("dblclick", () => window.cockpit.go(`${show.portrait || "/grid/"}${encodeURIComponent(id)}`));
  }

  // A thing, or many things in one place: a ring of the colours they have, with their number.
  function spot(feature, latlng, context) {
    const seen = feature.properties;
    const show = context.hideout || {};
    const isMany = seen.count > 1;
    const box = document.createElement("div");
    box.className = isMany ? "spots" : "spot";
    if (isMany) {
      // What is there can be seen, however little it is among the others; the corner tells the numbers.
      const widths = seen.shares.map(([, count]) => Math.max(count / seen.count, 0.05));
      const whole = widths.reduce((sum, width) => sum + width, 0);
      let done = 0;
      const parts = seen.shares.map(([code], place) => {
        const from = done;
        done += (widths[place] / whole) * 100;
        return `${show.colours[code]} ${from}% ${done}%`;
      });
      box.style.background = `conic-gradient(${parts.join(",")})`;
      box.append(Object.assign(document.createElement("b"), { textContent: seen.count }));
      box.style.setProperty("--size", (1.2 + 0.36 * Math.log10(seen.count)).toFixed(2) + "rem");
    } else {
      box.style.background = show.colours[seen.code];
      box.style.color = (show.inks || {})[seen.code] || "";
      box.textContent = (show.letters || {})[seen.code] || "";
    }
    const icon = window.L.divIcon({ html: box, className: "spot-box", iconSize: null });
    const marker = window.L.marker(latlng, { icon, keyboard: false, riseOnHover: true });
    marker.on("mouseover", () => say(context, seen.text));
    marker.on("mouseout", () => say(context, ""));
    marker.on("click", function () {
      if (seen.href) window.cockpit.go(seen.href);
      else if (seen.set) window.cockpit.filter(seen.set);
    });
    return marker;
  }
  function say(context, text) {
    const box = context.map.getContainer().parentElement.querySelector("[data-tell]");
    if (box) box.textContent = text || "";
  }

  Object.assign(window.cockpit.shapes, { gradeStyle, quietStyle, areaEach, spot });
})();
