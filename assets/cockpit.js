// What the browser does by itself: address <-> filters, scale of the screen, clocks and ages, the drawer.
(function () {
  "use strict";
  const root = document.documentElement;
  const cockpit = (window.cockpit = { skewMs: 0, lastMessage: null, isLost: false });
  const own = (window.dash_clientside = window.dash_clientside || {});

  function cookie(name) {
    const found = document.cookie.match(new RegExp("(?:^|; )" + name + "=([^;]*)"));
    return found ? decodeURIComponent(found[1]) : "";
  }
  function keep(name, value) {
    document.cookie = name + "=" + value + "; path=/; max-age=31536000; samesite=lax";
  }
  const params = () => new URLSearchParams(location.search);
  const isWall = () => params().get("wall") === "1";
  const setProps = (id, props) => own.set_props && own.set_props(id, props);
  cockpit.setProps = setProps;

  // Plotly is a promise until its script has run, whenever that is; dcc.Graph waits for it and never fetches the full bundle.
  cockpit.awaitPlotly = function () {
    const script = document.getElementById("charts");
    if (window.Plotly) return;
    window.Plotly = new Promise(function (resolve, reject) {
      script.addEventListener("load", () => resolve(window.Plotly));
      script.addEventListener("error", () => reject(new Error("Plotly did not come")));
    });
    window.Plotly.catch(() => {}); // each chart says so
  };

  // ---- the look and the scale -------------------------------------------------------------------------------
  function scale() {
    const pixels = parseFloat(getComputedStyle(root).fontSize) / 16;
    return Math.max(0.75, Math.round(pixels * 4) / 4);
  }
  function look() {
    root.dataset.theme = params().get("theme") || cookie("theme") || "dark";
    root.classList.toggle("wall", isWall());
  }
  look();

  // What the page shows, as the server is told. The same filters in any order are one view, so that walls share one answer.
  cockpit.view = function (search = location.search) {
    const asked = new URLSearchParams(search);
    asked.delete("theme");
    asked.sort();
    return {
      path: location.pathname || "/",
      search: asked.toString(),
      scale: scale(),
      lang: params().get("lang") || cookie("lang") || "",
      theme: root.dataset.theme,
    };
  };

  own.clientside = own.clientside || {};
  own.cockpit = {
    view: function (unused, place) {
      look();
      const view = cockpit.view();
      const isSame = place && place.path === view.path && place.lang === view.lang;
      return [view, isSame ? own.no_update : { path: view.path, lang: view.lang }];
    },
    click: function (data) {
      const said = data && data.points && data.points.length && data.points[0].customdata;
      if (said) cockpit.filter(Array.isArray(said) ? said[0] : said);
      return own.no_update;
    },
  };

  // ---- address ----------------------------------------------------------------------------------------------
  let shown = location.pathname + location.search;
  function follow() {
    const now = location.pathname + location.search;
    if (now !== shown) setProps("window", { data: { at: (shown = now) } });
  }
  window.addEventListener("popstate", follow);
  window.addEventListener("_dashprivate_pushstate", follow);
  cockpit.go = function (href) {
    history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (new URL(href, location.href).pathname !== cockpit.path) window.scrollTo(0, 0);
    cockpit.path = location.pathname;
  };
  // `area=g12` sets a filter, the same again clears it, `area=` clears it; several are joined with `&`.
  cockpit.filtered = function (said) {
    const wanted = new URLSearchParams(said);
    const now = params();
    const isOn = [...wanted].every(([key, value]) => value && now.get(key) === value);
    for (const [key, value] of wanted) {
      if (isOn || !value) now.delete(key);
      else now.set(key, value);
    }
    if (!wanted.has("page")) now.delete("page");
    return now.toString();
  };
  cockpit.filter = function (said) {
    const text = cockpit.filtered(said);
    cockpit.go(location.pathname + (text ? "?" + text : ""));
  };

  document.addEventListener("click", function (event) {
    const hit = event.target.closest("[data-ask],[data-set],[data-close],[data-cookie],a[href]");
    if (!hit || event.defaultPrevented) return;
    if (hit.dataset.ask) return cockpit.ask(hit);
    if (hit.dataset.close !== undefined) return cockpit.closeDrawer();
    if (hit.dataset.cookie) {
      const [name, value] = hit.dataset.cookie.split("=");
      keep(name, value);
      event.preventDefault();
      const now = params();
      now.delete(name);
      history.replaceState({}, "", location.pathname + (now.toString() ? "?" + now : ""));
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      return setProps("window", { data: { at: Date.now() } });
    }
    if (hit.dataset.set !== undefined) {
      event.preventDefault();
      return cockpit.filter(hit.dataset.set);
    }
    const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
    const href = hit.getAttribute("href");
    if (plain && href.startsWith("/") && !hit.target && !hit.hasAttribute("data-leave")) {
      event.preventDefault();
      cockpit.closeDrawer();
      cockpit.go(href);
    }
  });
  document.addEventListener("change", function (event) {
    const key = event.target.dataset && event.target.dataset.param;
    if (key) cockpit.filter(key + "=" + encodeURIComponent(event.target.value));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") cockpit.closeDrawer();
    const hit = event.target.closest && event.target.closest("[data-set][tabindex]");
    if (hit && (event.key === "Enter" || event.key === " ")) hit.click();
  });

  // ---- the drawer -------------------------------------------------------------------------------------------
  const drawer = () => document.getElementById("drawer");
  cockpit.ask = function (button) {
    const box = drawer();
    if (!box) return;
    box.hidden = false;
    box.classList.add("loading");
    setProps("asked", { data: { metric: button.dataset.ask, at: Date.now() } });
  };
  cockpit.closeDrawer = function () {
    if (drawer()) drawer().hidden = true;
  };

  // ---- clocks and ages, judged here and not by the server ---------------------------------------------------
  const words = () => (document.querySelector("[data-words]") || { dataset: {} }).dataset;
  function pinned() {
    const board = document.querySelector("[data-pinned]");
    return board ? board.dataset.pinned : "";
  }
  function now() {
    if (pinned()) return Date.parse(pinned());
    return Date.now() - cockpit.skewMs;
  }
  function ageText(seconds) {
    const say = words();
    if (!say.seconds) return "";
    if (seconds < 90) return say.seconds.replace("{}", Math.max(0, Math.round(seconds)));
    if (seconds < 5400) return say.minutes.replace("{}", Math.round(seconds / 60));
    if (seconds < 172800) return say.hours.replace("{}", Math.round(seconds / 3600));
    return say.days.replace("{}", Math.round(seconds / 86400));
  }
  function tickAges() {
    const say = words();
    for (const mark of document.querySelectorAll("[data-asof]")) {
      if (!mark.classList.contains("age")) continue;
      const at = Date.parse(mark.dataset.asof);
      const seconds = (now() - at) / 1000;
      const limit = Number(mark.dataset.lag || 0);
      const isFailed = mark.dataset.failed === "1";
      const isStale = limit > 0 && seconds > limit;
      const state = isFailed ? "failed" : isStale ? "stale" : isNaN(at) ? "unknown" : "fresh";
      const isDot = mark.classList.contains("dot");
      const text = isDot ? "" : isFailed ? say.failed : isNaN(at) ? say.none : ageText(seconds) + (isStale ? " · " + say.stale : "");
      if (mark.dataset.state !== state) mark.dataset.state = state;
      if (mark.textContent !== text) mark.textContent = text || "";
      const panel = mark.closest("section,tr,li");
      if (panel && !isDot) panel.classList.toggle("is-stale", isStale || isFailed);
    }
  }
  // Writing the same text again is a change, too: the watcher below would see it and tick again, every frame, for ever.
  function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
  // How a clock writes costs more to find out than all it will ever write, and numbers come first.
  let isDrawn = false;
  window.addEventListener("load", () => window.requestIdleCallback(() => (isDrawn = true), { timeout: 1500 }));
  let forms = { key: "" };
  function clockForms(locale, zone) {
    if (forms.key === locale + zone) return forms;
    const form = (parts) => new Intl.DateTimeFormat(locale, { timeZone: zone, hour12: false, ...parts });
    const time = form({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const day = form({ month: "short", day: "numeric", weekday: "short" });
    return (forms = { key: locale + zone, time: time, day: day });
  }
  function tickClock() {
    const clock = document.querySelector("[data-clock]");
    if (!clock) return;
    const at = new Date(now());
    const parts = clock.querySelectorAll("span");
    if (parts.length !== 2 || !isDrawn) return;
    const form = clockForms(clock.dataset.clock === "zh" ? "zh-CN" : "en-GB", clock.dataset.zone);
    say(parts[0], form.day.format(at));
    say(parts[1], form.time.format(at));
  }
  function tickLink() {
    const silent = cockpit.lastMessage === null ? 0 : (Date.now() - cockpit.lastMessage) / 1000;
    cockpit.isLost = silent > 15;
    root.classList.toggle("lost", cockpit.isLost);
    const note = document.querySelector("[data-link]");
    if (!note) return;
    // In a replay the server's clock stands still: the difference says nothing about this PC.
    const skew = pinned() ? 0 : Math.round(cockpit.skewMs / 1000);
    const say = words();
    const text = cockpit.isLost ? say.lost : Math.abs(skew) > 5 ? say.skew.replace("{}", (skew > 0 ? "+" : "") + skew) : "";
    if (note.textContent !== text) note.textContent = text || "";
    note.hidden = !text;
  }
  // A page that could not be drawn at all says so and is asked for again; a page once drawn stays on screen.
  let emptySince = Date.now();
  function tickStage() {
    const stage = document.getElementById("stage");
    if (!stage || stage.children.length) {
      emptySince = Date.now();
      root.classList.remove("no-page");
      return;
    }
    if (Date.now() - emptySince < 8000) return;
    root.classList.add("no-page");
    emptySince = Date.now();
    const lang = params().get("lang") || cookie("lang") || "";
    setProps("place", { data: { path: location.pathname, lang: lang, again: Date.now() } });
  }
  function tick() {
    tickStage();
    tickAges();
    tickClock();
    tickLink();
  }
  setInterval(tick, 1000);

  // ---- after each drawing: selects show what is chosen, changed values fade once, the drawer opens -----------
  // What scripts write into drawn tiles is gone when a tile is drawn anew: they write it again before it is seen.
  cockpit.afterDrawing = [];
  const seen = new Map();
  function settle() {
    for (const select of document.querySelectorAll("select[data-value]")) {
      if (document.activeElement !== select) select.value = select.dataset.value;
    }
    for (const number of document.querySelectorAll("[data-kpi] [data-number]")) {
      const key = location.pathname + "|" + number.dataset.number;
      const before = seen.get(key);
      seen.set(key, number.textContent);
      if (before !== undefined && before !== number.textContent) {
        number.classList.remove("changed");
        void number.offsetWidth;
        number.classList.add("changed");
      }
    }
    const board = document.querySelector("[data-lang]");
    if (board) {
      root.lang = board.dataset.lang === "zh" ? "zh-CN" : "en";
      if (document.title !== board.dataset.title) document.title = board.dataset.title;
    }
    if (drawer()) drawer().classList.remove("loading");
    tick();
    for (const write of cockpit.afterDrawing) write();
  }
  let waiting = false;
  new MutationObserver(function () {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () {
      waiting = false;
      settle();
    });
  }).observe(document, { childList: true, subtree: true, characterData: true, attributeFilter: ["data-value"] });

  let resizing = 0;
  let lastScale = null;
  window.addEventListener("resize", function () {
    clearTimeout(resizing);
    resizing = setTimeout(function () {
      if (scale() !== lastScale) setProps("window", { data: { scale: (lastScale = scale()) } });
    }, 200);
  });
  cockpit.isWall = isWall;
  cockpit.path = location.pathname;
})();
