// The briefing on paper: an archived text drawn as it is printed. Every word goes in as text, never as markup.
(function () {
  "use strict";
  const briefing = (window.cockpit.briefing = {});

  // tag, attributes (on*: listeners, dataset: data-*), children: texts and nodes.
  briefing.h = function (tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "dataset") Object.assign(node.dataset, value);
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "className") node.className = value;
      else if (name === "value") node.value = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(4)) {
      if (child !== null && child !== undefined && child !== false) node.append(child);
    }
    return node;
  };
  const h = briefing.h;
  briefing.fill = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
  briefing.say = function (box) {
    const words = JSON.parse(box.dataset.say);
    return (key, values) => briefing.fill(words[key] || key, values || {});
  };

  const NUMERIC = new Set(["number", "pct", "minutes", "yuan"]);

  function table(block) {
    const side = (column) => (NUMERIC.has(column.kind) ? "right" : null);
    const head = h("tr", {}, block.columns.map((each) => h("th", { className: side(each), scope: "col" }, each.name)));
    const rows = block.rows.map((row) => h("tr", {}, row.map((cell, place) => h("td", { className: side(block.columns[place]) }, cell.text))));
    return h(
      "figure",
      { className: "paper-table" },
      block.title ? h("figcaption", {}, block.title) : null,
      h("div", { className: "paper-scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))),
      block.note ? h("p", { className: "paper-note" }, block.note) : null,
    );
  }

  function picture(block, part, desk) {
    const source = `/briefing/picture?id=${desk.row.briefing_id}&part=${encodeURIComponent(part.code)}&key=${encodeURIComponent(block.key)}`;
    const alt = block.shown.alt || block.shown.title || "";
    return h("figure", { className: "paper-picture" }, h("img", { src: source, alt: alt, loading: "lazy", decoding: "async" }));
  }

  function remark(note, desk) {
    const say = desk.say;
    const who = { name: note.actor_name, at: note.noted_at };
    const head = note.is_struck ? say("struck_by", who) : say("note_by", who);
    const back = h("button", { type: "button", className: "remark-back", onclick: () => desk.withdraw(note) }, say("withdraw"));
    return h("ins", { className: "remark" }, note.note_text ? `${head}${desk.colon}${note.note_text}` : head, desk.canEdit ? back : null);
  }

  function sentence(each, place, desk) {
    const notes = desk.notesAt(place.part, place.number);
    const isStruck = notes.some((note) => note.is_struck);
    const marks = { part: place.part, sentence: String(place.number) };
    const open = () => desk.open(place, each);
    const text = h(isStruck ? "s" : "span", {}, each.text);
    const onkeydown = (event) => {
      if (event.key === "Enter" && event.target === event.currentTarget) open();
    };
    const node = h("span", { className: "sentence", tabindex: "0", role: "button", dataset: marks, onclick: open, onkeydown: onkeydown }, text);
    return [node, notes.map((note) => remark(note, desk)), desk.gap];
  }

  function paragraph(block, part, from, desk) {
    const inside = block.sentences.map((each, place) => sentence(each, { part: part.code, number: from + place }, desk));
    return h("p", { className: `paper-${block.kind}` }, inside);
  }

  function section(part, desk, say) {
    let number = 0;
    const blocks = part.blocks.map(function (block) {
      if (block[""] === "Table") return table(block);
      if (block[""] === "Picture") return picture(block, part, desk);
      const drawn = paragraph(block, part, number, desk);
      number += block.sentences.length;
      return drawn;
    });
    const stop = desk.isChinese && /^[一二三四五六七八九十]+$/.test(part.number) ? "、" : desk.isChinese ? " " : /^\d+$/.test(part.number) ? ". " : " · ";
    const title = part.number ? `${part.number}${stop}${part.title}` : part.title;
    const atEnd = desk.notesAt(part.code, -1).map((note) => h("p", { className: "paper-text" }, remark(note, desk)));
    const id = `part-${part.code}`;
    if (!part.code.startsWith("annex")) return h("section", { className: "paper-part", id: id }, h("h2", {}, title), blocks, atEnd);
    // Annexes are long: on the screen they open at a click.
    const count = part.blocks.filter((block) => block[""] === "Table").length;
    const summary = h("summary", {}, title, count ? h("span", { className: "note" }, say("tables", { n: count })) : null);
    return h("details", { className: "paper-part is-annex", id: id }, summary, blocks, atEnd);
  }

  // The whole paper: head, parts, foot. `desk` says what may be done with it.
  briefing.paper = function (desk) {
    const text = desk.document;
    const words = JSON.parse(desk.box.dataset.paper)[text.language];
    const say = (key, values) => briefing.fill(words[key], values || {});
    const notice = text.is_synthetic && desk.box.dataset.synthetic ? JSON.parse(desk.box.dataset.synthetic)[text.language] : "";
    const stamp = desk.row.released_at
      ? h("p", { className: "paper-stamp" }, say("released_by", { name: desk.row.released_by_name, at: desk.row.released_at }))
      : h("p", { className: "paper-stamp is-draft" }, say("draft_long"));
    const synthetic = notice ? h("p", { className: "paper-synthetic" }, notice) : null;
    const foot = [
      [say("as_of"), text.as_of],
      [say("generation"), String(text.generation)],
      [say("definitions"), text.digest.slice(0, 16)],
      [say("anchor"), text.anchor],
    ].filter((each) => each[1]);
    return h(
      "article",
      { className: "paper", lang: desk.isChinese ? "zh-CN" : "en" },
      h("header", { className: "paper-head" }, synthetic, h("p", { className: "paper-issuer" }, text.issuer), h("h1", {}, text.title), h("p", { className: "paper-days" }, `${desk.period} · ${say("as_of")} ${text.as_of}`), stamp),
      text.parts.map((part) => section(part, desk, say)),
      h("footer", { className: "paper-foot" }, foot.map(([name, value]) => h("span", {}, `${name} ${value}`))),
    );
  };
})();
