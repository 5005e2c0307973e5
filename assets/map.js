// How the map draws: geometry never changes, only `hideout` does; an area without data is grey, whatever it was before.
(function () {
  "use strict";
  const RISKS = ["red", "orange", "yellow", "blue", "green"];
  // Asking the browser for a colour makes it style the whole page anew, in the midst of drawing: once per look.
  let colours = new Map();
  let look = "";
  function css(name) {
    const root = document.documentElement;
    if (look !== root.className + root.dataset.theme) {
      look = root.className + root.dataset.theme;
      colours = new Map();
    }
    if (!colours.has(name)) colours.set(name, getComputedStyle(root).getPropertyValue(name).trim());
    return colours.get(name);
  }
  const layersOfArea = new Map();

  // Patterns for thin evidence live in one hidden drawing; leaflet's own paths refer to them.
  function hatches() {
    if (document.getElementById("hatches")) return;
    const box = document.createElement("div");
    const step = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.45);
    const pattern = (name) =>
      `<pattern id="hatch-${name}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<rect width="${step}" height="${step}" style="fill:var(--risk-${name});fill-opacity:.42"/>` +
      `<line x1="0" y1="0" x2="0" y2="${step}" style="stroke:var(--ground);stroke-opacity:.75" stroke-width="${step / 2}"/></pattern>`;
    box.innerHTML = `<svg id="hatches" width="0" height="0" style="position:absolute">${[...RISKS, "none"].map(pattern).join("")}</svg>`;
    document.body.appendChild(box);
  }

  function style(feature, context) {
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    const code = (show.classes || {})[id];
    const known = RISKS.includes(code);
    const isOutside = show.inside && !show.inside.includes(id);
    const isHatched = !known || (show.hatched || []).includes(id);
    return {
      fillColor: isHatched ? `url(#hatch-${known ? code : "none"})` : css(`--risk-${code}`),
      fillOpacity: isOutside ? 0.12 : isHatched ? 1 : code === "blue" || code === "green" ? 0.5 : 0.92,
      color: show.selected === id ? css("--accent") : css("--ground"),
      weight: show.selected === id ? 3 : 1,
      opacity: 1,
      className: `grid class-${known ? code : "none"}`,
    };
  }

  // A page that is left takes its map away; what was still planned for it must not touch it.
  const isGone = (map) => !map._mapPane || !map.getContainer().isConnected;
  function follow(map, look) {
    const watcher = new ResizeObserver(() => (isGone(map) ? watcher.disconnect() : look()));
    watcher.observe(map.getContainer());
    map.on("unload", () => watcher.disconnect());
    setTimeout(() => isGone(map) || look(), 0);
  }
  function closeness(map) {
    map.getContainer().classList.toggle("is-close", map.getZoom() > (map._cockpitZoom || 99) + 0.8);
  }
  function fit(map) {
    if (!map._cockpitLayer || isGone(map)) return;
    // Without room there is no zoom that fits: leaflet would move to nowhere and never come back.
    if (map.getContainer().clientWidth < 40 || map.getContainer().clientHeight < 40) return;
    map.invalidateSize({ animate: false });
    const chosen = map._cockpitLayer.getLayers().filter((layer) => map._cockpitInside?.includes(layer.feature.properties.area_id));
    const bounds = chosen.length ? window.L.featureGroup(chosen).getBounds().pad(0.35) : map._cockpitLayer.getBounds();
    if (!bounds.isValid()) return;
    // The legend stands at the left: the town goes beside it where there is room.
    const box = map.getContainer();
    const legend = box.parentElement.parentElement.querySelector(".legend");
    const isWide = box.clientWidth > 1.25 * box.clientHeight;
    const left = legend && isWide ? legend.offsetWidth + 10 : 6;
    map.fitBounds(bounds, { paddingTopLeft: [left, 6], paddingBottomRight: [6, 6], animate: false });
    map._cockpitZoom = map.getBoundsZoom(map._cockpitLayer.getBounds());
    closeness(map);
  }

  // Letters: as many as there is room for; a label is text, so colour is never the only sign.
  function label(feature, layer, context) {
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    const code = (show.classes || {})[id];
    const isOutside = show.inside && !show.inside.includes(id);
    const letter = !isOutside && (show.letters || {})[RISKS.includes(code) ? code : "none"];
    if (letter) {
      const name = (show.names || {})[id] || id;
      const text = document.createElement("span");
      text.append(letter, Object.assign(document.createElement("small"), { textContent: name }));
      layer.bindTooltip(text, {
        permanent: true,
        direction: "center",
        className: `letter letter-${RISKS.includes(code) ? code : "none"}${(show.hatched || []).includes(id) ? " on-hatch" : ""}`,
        interactive: false,
      });
      // Leaflet measures every label to centre it, which lays the whole wall out once per grid; the style centres it as well.
      text.style.cssText = "display:block;transform:translate(-50%,-50%)";
      layer.getTooltip()._setPosition = function (position) {
        window.L.DomUtil.setPosition(this._container, position);
      };
    }
  }

  function each(feature, layer, context) {
    const map = context.map;
    const id = feature.properties.area_id;
    layersOfArea.set(id, layer);
    hatches();
    label(feature, layer, context);
    layer.on("add", function () {
      // Another area chosen: go there; the same area, only newer data: leave the view where the reader put it.
      const inside = (context.hideout || {}).inside || null;
      const isMoved = JSON.stringify(inside) !== JSON.stringify(map._cockpitInside || null);
      map._cockpitInside = inside;
      const group = Object.values(layer._eventParents || {})[0];
      if (!group) return;
      if (map._cockpitLayer === group) {
        if (isMoved) setTimeout(() => fit(map), 0);
        return;
      }
      map._cockpitLayer = group;
      map.on("zoomend", () => closeness(map));
      follow(map, () => fit(map));
    });
    layer.on("mouseover", () => tell(feature, context, true));
    layer.on("mouseover", () => window.cockpit.rest(`area=${encodeURIComponent(id)}`));
    layer.on("mouseout", () => tell(feature, context, false));
    layer.on("click", () => window.cockpit.filter(`area=${encodeURIComponent(id)}`));
    layer.on("dblclick", () => window.cockpit.go(`/grid/${encodeURIComponent(id)}`));
  }

  // What a grid is and why it has its colour, in words, in the map's corner.
  function tell(feature, context, isOver) {
    const box = context.map.getContainer().parentElement.querySelector("[data-tell]");
    if (!box) return;
    const show = context.hideout || {};
    const id = feature.properties.area_id;
    const facts = (show.facts || {})[id];
    const name = (show.names || {})[id] || id;
    box.textContent = isOver ? [name, facts].filter(Boolean).join(" · ") : "";
  }

  function border() {
    return { color: css("--ground"), weight: 2.4, opacity: 1, fill: false, interactive: false };
  }
  // The map of one case: quiet ground, the case's grid in front, the view on that grid.
  function frame(feature, layer, context) {
    if (feature.properties.area_id !== (context.hideout || {}).selected) return;
    layer.on("add", function () {
      layer.setStyle({ weight: 3, opacity: 1, color: css("--accent") });
      setTimeout(() => isGone(context.map) || layer.bringToFront(), 0);
      follow(context.map, function () {
        context.map.invalidateSize({ animate: false });
        context.map.fitBounds(layer.getBounds().pad(0.6), { animate: false });
      });
    });
  }
  function ground() {
    return { color: css("--line"), weight: 1.2, opacity: 1, fill: false, interactive: false };
  }
  function dot(feature, latlng, context) {
    const isMain = feature.properties.is_lead;
    return window.L.circleMarker(latlng, {
      radius: isMain ? 8 : 6,
      color: css("--ground"),
      weight: 2,
      fillColor: isMain ? css("--accent") : css("--quiet"),
      fillOpacity: 1,
    }).bindTooltip(feature.properties.label || "");
  }

  window.cockpit.pulseGrid = function (id) {
    const layer = layersOfArea.get(id);
    const path = layer && layer.getElement && layer.getElement();
    if (!path) return;
    path.classList.add("pulse");
    setTimeout(() => path.classList.remove("pulse"), 6000);
  };
  window.cockpit.fitMap = fit;
  window.cockpit.mapParts = { css, isGone, follow, fit, closeness, tell, layersOfArea };
  window.cockpit.shapes = { style, each, border, ground, dot, frame };
  window.dashExtensions = { ...window.dashExtensions, cockpit: window.cockpit.shapes };
})();
