// The explorer's rows: the cases selected, a page at a time from the server; of two sides compared the one chosen.
(function () {
  "use strict";
  const ex = window.cockpit_explorer;
  const COLUMNS = ["at", "title", "category", "area", "feed", "department", "stage", "late", "severity", "reports"];
  const FIXED = new Set(["title", "late"]); // not to be ordered by

  ex.Rows = class {
    constructor(model, box) {
      Object.assign(this, { model, box });
      const { make } = ex;
      this.sides = box.appendChild(make("div", "choices ex-sides"));
      this.note = box.appendChild(make("p", "note"));
      const scroll = box.appendChild(make("div", "scroll"));
      this.table = scroll.appendChild(make("table", "table ex-rows"));
      this.pager = box.appendChild(make("div", "pager"));
      box.addEventListener("click", (event) => {
        const hit = event.target.closest("[data-order],[data-page],[data-side]");
        if (!hit) return;
        event.preventDefault();
        if (hit.dataset.side) model.ask({ xs: hit.dataset.side === "1" ? "b" : "", xp: "" });
        else if (hit.dataset.page) model.ask({ xp: hit.dataset.page });
        else model.ask({ xo: (model.asked.xo || "-at") === `-${hit.dataset.order}` ? hit.dataset.order : `-${hit.dataset.order}` });
      });
    }
    async fetch() {
      const { model } = this;
      if (!model.config.may_see_rows || this.box.hidden || !model.cubes) return;
      const place = this.place, side = model.sides[place];
      this.choose(place);
      const asked = { x: model.told(place), xo: model.asked.xo, xp: model.asked.xp };
      const key = JSON.stringify([side.base, side.serial, asked, model.config.lang]);
      if (key === this.shown) return;
      this.shown = key;
      try {
        const page = await side.ask("rows", asked);
        if (key === this.shown) this.show(page);
      } catch (error) {
        this.shown = "";
        ex.say(this.note, ex.why(error, model.config.words));
      }
    }
    // Which of two sides is listed; a link says it.
    get place() {
      return this.model.isCompared && this.model.asked.xs === "b" ? 1 : 0;
    }
    choose(place) {
      const { model } = this, { make } = ex;
      this.sides.hidden = !model.isCompared;
      this.box.dataset.shown = ex.SIDES[place];
      if (!model.isCompared) return;
      this.sides.replaceChildren(...model.names().map((name, at) => {
        const button = make("button", "choice" + (at === place ? " is-on" : ""));
        button.type = "button";
        button.dataset.side = at;
        button.setAttribute("aria-pressed", String(at === place));
        button.append(ex.letter(at), ` ${name} `, make("span", "digits", ex.number(model.folds[at].n)));
        return button;
      }));
    }
    show(page) {
      const { model } = this, { make } = ex, { words } = model.config;
      ex.say(this.note, page.count ? "" : words.nothing);
      const head = make("thead"), line = head.appendChild(make("tr"));
      const order = model.asked.xo || "-at";
      for (const name of COLUMNS) {
        const cell = line.appendChild(make("th", name === "reports" ? "right" : ""));
        cell.scope = "col";
        const mark = order === `-${name}` ? " ↓" : order === name ? " ↑" : "";
        if (FIXED.has(name)) cell.textContent = model.config.columns[name];
        else {
          const button = cell.appendChild(make("button", "ex-order", model.config.columns[name] + mark));
          button.type = "button";
          button.dataset.order = name;
          cell.setAttribute("aria-sort", !mark ? "none" : mark === " ↓" ? "descending" : "ascending");
        }
      }
      const body = make("tbody");
      for (const row of page.rows) {
        const tr = body.appendChild(make("tr", `stage-${row.stage}`));
        for (const name of COLUMNS) {
          const cell = tr.appendChild(make("td", name === "reports" ? "right" : ""));
          const link = cell.appendChild(make("a", "", this.text(row, name)));
          link.href = `/incidents/${encodeURIComponent(row.incident_id)}`;
        }
      }
      this.table.replaceChildren(head, body);
      this.page(page);
    }
    text(row, name) {
      if (name === "title") return [row.title_text, row.address_text].filter(Boolean).join(" · ") || "—";
      if (name === "at") return row.at;
      if (name === "reports") return String(row.weight);
      return this.model.label(name, row[name] || "", this.model.found(this.place, name, row[name] || ""));
    }
    page({ count, size }) {
      const { make } = ex, now = Number(this.model.asked.xp) || 1, pages = Math.max(1, Math.ceil(count / size));
      const first = Math.min(count, (now - 1) * size + 1), last = Math.min(count, now * size);
      const text = this.model.config.words.rows.replace("{first}", ex.number(first)).replace("{last}", ex.number(last));
      this.pager.replaceChildren(make("span", "digits", text.replace("{total}", ex.number(count))));
      const steps = this.pager.appendChild(make("span"));
      for (const [to, mark] of [[1, "«"], [now - 1, "‹"], [now + 1, "›"], [pages, "»"]]) {
        const isOff = to < 1 || to > pages || to === now;
        const step = steps.appendChild(make(isOff ? "span" : "button", "page-step" + (isOff ? " is-off" : ""), mark));
        if (!isOff) step.dataset.page = to;
      }
    }
  };
})();
