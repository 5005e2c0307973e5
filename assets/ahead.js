// What the page will ask for first is asked while its scripts are still on the way; each answer is handed out once.
(function () {
  "use strict";
  const cockpit = window.cockpit;
  const ask = window.fetch;
  const LASTS_MS = 15000; // later the screens would rather have the answer of that moment
  const begun = new Map();

  const named = (address, body) => new URL(address, location.href).pathname + "\n" + (body || "");
  function begin(address, how) {
    const answer = ask(address, { credentials: "same-origin", ...how });
    answer.catch(() => {}); // whoever wants it asks again, and says so himself
    const held = { answer: answer };
    const name = named(address, how && how.body);
    begun.set(name, held);
    setTimeout(() => begun.get(name) === held && begun.delete(name), LASTS_MS);
    return answer;
  }
  window.fetch = function (address, how) {
    const name = typeof address === "string" ? named(address, how && how.body) : "";
    const held = begun.get(name);
    if (!held) return ask.apply(window, arguments);
    begun.delete(name);
    const again = () => ask.apply(window, arguments);
    return held.answer.then((answer) => (answer.ok ? answer : again()), again);
  };

  // The page's first values, as Dash will ask for them (components/wiring.py: open_page).
  function firstCall() {
    const view = cockpit.view();
    const held = (id, value) => [{ id: id, property: "data", value: value }];
    return JSON.stringify({
      output: "stage.children",
      outputs: { id: "stage", property: "children" },
      inputs: held("place", { path: view.path, lang: view.lang }),
      changedPropIds: ["place.data"],
      parsedChangedPropsIds: ["place.data"],
      state: held("view", view),
    });
  }

  // What the drawn page will fetch in its turn: the shapes of areas, and the parts of libraries that draw charts and maps.
  const PARTS = { Graph: "dash/dcc/async-graph.js", GeoJSON: "dash_leaflet/async-GeoJSON.js" };
  async function lookThrough(answer, name) {
    const drawn = answer.ok ? await answer.text() : "";
    if (!begun.has(name)) return; // Dash was here first: the maps ask for themselves
    for (const [said] of drawn.matchAll(/"(?:\/|\\u002f)geo(?:\/|\\u002f)[^"]+"/gi)) {
      const address = JSON.parse(said);
      if (!begun.has(named(address))) begin(address).catch(() => {});
    }
    for (const [kind, file] of Object.entries(PARTS)) {
      if (!drawn.includes(`"${kind}"`)) continue;
      const link = document.createElement("link");
      document.head.append(Object.assign(link, { rel: "preload", as: "script", href: "/_dash-component-suites/" + file }));
    }
  }

  const json = { "Content-Type": "application/json", Accept: "application/json" };
  const calls = { method: "POST", headers: json };
  begin("/_dash-layout", { headers: json });
  const told = begin("/_dash-dependencies", { headers: json }).then((answer) => answer.clone().json());
  told.catch(() => {});
  const call = firstCall();
  begin("/_dash-update-component", { ...calls, body: call })
    .then((answer) => lookThrough(answer.clone(), named("/_dash-update-component", call)))
    .catch(() => {});

  // ---- a filter under the resting pointer: what a click on it will ask is asked before the click -------------------
  const RESTS_MS = 80;
  let resting = 0;
  let isAsking = false;

  // The page's refresh, as Dash will ask for it (components/wiring.py: refresh).
  function refreshCall(callbacks, search) {
    const page = (/\bpage-(\w+)/.exec((document.querySelector("#stage > .board") || {}).className) || [])[1];
    const found = page && callbacks.find((each) => each.output.startsWith(`..${page}-`));
    if (!found) return "";
    const ports = found.output.slice(2, -2).split("...");
    const value = (id) => (id === "view" ? cockpit.view(search) : window.dash_component_api.getLayout(id).props.data);
    return JSON.stringify({
      output: found.output,
      outputs: ports.map((port) => ({ id: port.split(".")[0], property: port.split(".")[1] })),
      inputs: found.inputs.map(({ id, property }) => ({ id: id, property: property, value: value(id) })),
      changedPropIds: ["view.data"],
      parsedChangedPropsIds: ["view.data"],
    });
  }
  async function askFor(said) {
    isAsking = true;
    try {
      const body = refreshCall(await told, cockpit.filtered(said));
      const isHeld = begun.has(named("/_dash-update-component", body));
      if (body && !isHeld) await begin("/_dash-update-component", { ...calls, body: body });
    } catch {
      // the click asks by itself
    }
    isAsking = false;
  }
  // One at a time, and only where the pointer stays: a hand that wanders over the map asks nothing.
  cockpit.rest = function (said) {
    clearTimeout(resting);
    if (said) resting = setTimeout(() => isAsking || askFor(said), RESTS_MS);
  };
  document.addEventListener("pointerdown", () => cockpit.rest(""));
  document.addEventListener("pointerover", function (event) {
    const mark = event.pointerType === "mouse" && event.target.closest("[data-set]");
    cockpit.rest(mark ? mark.dataset.set : "");
  });
})();
