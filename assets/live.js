// The live line: the server says only "generation N"; the page then asks for what it shows. Also the wall's rotation.
(function () {
  "use strict";
  const cockpit = window.cockpit;
  let newest = 0;
  let asked = 0;

  // A page drawn from an older generation asks again, once per generation; also when it was being drawn meanwhile.
  function catchUp() {
    const board = document.querySelector("[data-drawn-generation]");
    const drawn = board ? Number(board.dataset.drawnGeneration) : newest;
    if (drawn < newest && asked < newest) cockpit.setProps("generation", { data: (asked = newest) });
  }
  function heard(event) {
    const said = JSON.parse(event.data);
    cockpit.lastMessage = Date.now();
    if (said.server_now) cockpit.skewMs = Date.now() - Date.parse(said.server_now);
    newest = Math.max(newest, said.generation || 0);
    catchUp();
  }
  function listen() {
    const line = new EventSource("/events");
    line.onmessage = heard;
    // The session has ended: better the sign-in page than numbers that will never change again.
    line.addEventListener("signed_out", () => location.reload());
    line.onerror = function () {
      if (cockpit.lastMessage === null) cockpit.lastMessage = Date.now();
      // A browser gives up for good after some answers (401, 502 with a body): start again ourselves.
      if (line.readyState === 2) setTimeout(listen, 3000);
    };
  }
  window.addEventListener("load", listen);

  // "Not signed in" and "not you" are answers a person must see: the server has a page for both.
  const ask = window.fetch;
  window.fetch = function (...about) {
    return ask.apply(window, about).then(function (answer) {
      const isRefused = answer.status === 401 || answer.status === 403;
      const last = Number(sessionStorage.getItem("refusedAt") || 0);
      if (isRefused && answer.url.includes("/_dash-") && Date.now() - last > 10000) {
        sessionStorage.setItem("refusedAt", String(Date.now()));
        location.reload();
      }
      return answer;
    });
  };

  // Rotation: ?wall=1 walks through the town's list; each page stays its own time; a touch of the wall pauses it, rotate=0 stops it.
  let turnAt = 0;
  let pausedUntil = 0;
  function turn() {
    const board = document.querySelector("[data-rotation]");
    if (!board || !cockpit.isWall() || location.search.includes("rotate=0")) return;
    const stops = JSON.parse(board.dataset.rotation || "[]");
    if (stops.length < 2 || Date.now() < pausedUntil) return;
    const here = stops.findIndex((stop) => stop.page === location.pathname);
    if (here < 0) return;
    if (!turnAt) turnAt = Date.now() + stops[here].dwell_s * 1000;
    if (Date.now() < turnAt) return;
    const next = stops[(here + 1) % stops.length];
    turnAt = Date.now() + next.dwell_s * 1000;
    cockpit.go(next.page + location.search);
  }
  setInterval(turn, 1000);
  for (const kind of ["pointerdown", "keydown"]) {
    window.addEventListener(kind, function () {
      pausedUntil = Date.now() + 60000;
      turnAt = 0;
    });
  }

  // A serious incident that was not there before pulses once, in the list and on the map.
  const known = new Set();
  const SETTLES_MS = 5000; // what other filters bring to light is not new
  let hasLooked = false;
  let address = location.pathname + location.search;
  let calmUntil = 0;
  setInterval(function () {
    if (address !== location.pathname + location.search) calmUntil = Date.now() + SETTLES_MS;
    address = location.pathname + location.search;
    const rows = document.querySelectorAll("[data-serious]");
    // A wall without any serious incident has looked too: its first one is new.
    if (!rows.length && !document.querySelector(".latest-title")) return;
    for (const row of rows) {
      const key = row.dataset.serious;
      if (known.has(key)) continue;
      known.add(key);
      if (!hasLooked || Date.now() < calmUntil) continue;
      row.classList.add("pulse");
      if (cockpit.pulseGrid) cockpit.pulseGrid(row.dataset.grid);
      setTimeout(() => row.classList.remove("pulse"), 6000);
    }
    hasLooked = true;
  }, 1000);
})();
