// The briefing's plan changed on the screen: hour, editions, receivers. What is sent is checked by the server and audited.
(function () {
  "use strict";
  const { h } = window.cockpit.briefing;
  const EDITIONS = ["daily", "weekly", "monthly"];

  async function asked(path, options) {
    const answer = await fetch(path, { headers: { accept: "application/json", "content-type": "application/json" }, ...options });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(told.reason || String(answer.status)), { status: answer.status });
    return told;
  }
  function field(label, control) {
    return h("label", {}, h("span", {}, label), control);
  }
  function select(options, value) {
    return h("select", {}, options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  }
  function editor(order, told, say) {
    const named = (list, id, every) => {
      const known = [["", every], ...list];
      return known.some(([key]) => key === id) ? known : [...known, [id, id]];
    };
    const controls = {
      edition: select(EDITIONS.map((each) => [each, say(each)]), order.edition),
      language: select([["zh", say("zh")], ["en", say("en")]], order.language),
      area: select(named(told.areas, order.area, say("whole_town")), order.area),
      department: select(named(told.departments, order.department, say("every_department")), order.department),
      when: select([["made", say("when_made")], ["released", say("when_released")]], order.when),
    };
    const mail = h("textarea", { rows: String(Math.max(2, order.mail.length)), spellcheck: "false" });
    mail.value = order.mail.join("\n");
    const marks = told.formats.map((code) => [code, h("input", { type: "checkbox", checked: order.formats.includes(code) })]);
    const drop = h("button", { type: "button", className: "act", onclick: () => row.remove() }, say("plan_drop"));
    const names = { edition: "edition", language: "text", area: "area", department: "department", when: "plan_when" };
    const row = h(
      "fieldset",
      { className: "plan-order" },
      h("div", { className: "plan-choices" }, Object.entries(controls).map(([name, control]) => field(say(names[name]), control)), drop),
      h("div", { className: "plan-choices" }, field(say("plan_mail"), mail), h("div", { className: "plan-formats", role: "group", "aria-label": say("plan_formats") }, h("span", {}, say("plan_formats")), marks.map(([code, mark]) => h("label", {}, mark, h("span", {}, say(`format_${code}`)))))),
    );
    row.told = () => ({
      ...Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, control.value])),
      mail: mail.value.split(/[\s,;，；]+/).filter(Boolean),
      formats: marks.filter(([, mark]) => mark.checked).map(([code]) => code),
    });
    return row;
  }
  function form(told, say, done) {
    const hour = h("input", { type: "time", value: told.ready_at, required: true });
    const orders = h("div", { className: "plan-orders" }, told.editions.map((each) => editor(each, told, say)));
    const add = h("button", { type: "button", className: "act", onclick: () => orders.append(editor({ edition: "daily", language: "zh", area: "", department: "", when: "made", mail: [], formats: ["word", "pdf"] }, told, say)) }, say("plan_add"));
    const save = h("button", { type: "submit", className: "act is-main" }, say("plan_save"));
    const close = h("button", { type: "button", className: "act", onclick: () => done("") }, say("cancel"));
    const fault = h("p", { className: "briefing-fault", role: "alert", hidden: true });
    const send = async function (event) {
      event.preventDefault();
      save.disabled = true;
      const editions = [...orders.children].map((row) => row.told());
      try {
        const kept = await asked("/briefing/plan", { method: "POST", body: JSON.stringify({ digest: told.digest, ready_at: hour.value, editions }) });
        done(say("plan_kept", { day: kept.from }));
      } catch (error) {
        save.disabled = false;
        fault.hidden = false;
        fault.textContent = `${say(error.status === 409 ? "plan_other" : "plan_refused")} · ${error.message}`;
      }
    };
    const domains = told.domains.length ? say("plan_domains", { domains: told.domains.join(", ") }) : say("plan_no_domains");
    return h(
      "form",
      { className: "plan-form", onsubmit: send },
      h("p", { className: "note" }, `${say("plan_from", { day: told.from })} ${domains}`),
      h("div", { className: "plan-choices" }, field(say("plan_hour"), hour)),
      orders,
      h("div", { className: "acts" }, save, add, close),
      fault,
    );
  }

  // Opens the plan under the table of what is planned; `after` draws the panel anew, with what became of it.
  window.cockpit.briefing.plan = function (box, say, after) {
    const slot = h("div", { className: "plan-slot" });
    const open = async function () {
      const told = await asked(`/briefing/plan?lang=${box.dataset.runs}`);
      slot.replaceChildren(form(told, say, (words) => after(words)));
    };
    const start = () => open().catch((error) => slot.replaceChildren(start_, h("p", { className: "briefing-fault", role: "alert", title: error.message }, say("failed"))));
    const start_ = h("button", { type: "button", className: "act", onclick: start }, say("plan_change"));
    slot.append(start_);
    return slot;
  };
})();
