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
    begun.set(named(address, how && how.body), { answer: answer, at: Date.now() });
    return answer;
  }
  window.fetch = function (address, how) {
    const name = typeof address === "string" ? named(address, how && how.body) : "";
    const held = begun.get(name);
    if (!held) return ask.apply(window, arguments);
    begun.delete(name);
    if (Date.now() - held.at > LASTS_MS) return ask.apply(window, arguments);
    return held.answer.catch(() => ask.apply(window, arguments));
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

  // What the drawn page will fetch in its turn: the shapes of areas.
  async function lookThrough(answer, name) {
    const drawn = answer.ok ? await answer.text() : "";
    if (!begun.has(name)) return; // Dash was here first: the maps ask for themselves
    for (const [said] of drawn.matchAll(/"(?:\/|\\u002f)geo(?:\/|\\u002f)[^"]+"/gi)) {
      const address = JSON.parse(said);
      if (!begun.has(named(address))) begin(address).catch(() => {});
    }
  }

  const json = { "Content-Type": "application/json", Accept: "application/json" };
  begin("/_dash-layout", { headers: json });
  begin("/_dash-dependencies", { headers: json });
  const call = firstCall();
  begin("/_dash-update-component", { method: "POST", headers: json, body: call })
    .then((answer) => lookThrough(answer.clone(), named("/_dash-update-component", call)))
    .catch(() => {});
})();
