// Draws a tile's markup (components/drawn.py) as one component: no listener per element, only what differs is touched.
(function () {
  "use strict";
  function grow(node) {
    if (typeof node === "string") return node;
    return window.React.createElement(node[0], node[1], ...node[2].map(grow));
  }
  function Drawn(props) {
    const react = window.React;
    return react.useMemo(() => react.createElement(react.Fragment, null, ...props.tree.map(grow)), [props.tree]);
  }
  window.cockpit_drawn = { Drawn: Drawn };

  // Of an answer only what differs from what the page holds is handed on: an equal map or chart is not drawn again.
  window.cockpit.spare = function (payload, answer) {
    const held = window.dash_component_api && window.dash_component_api.getLayout;
    if (!held || !answer || answer.props) return;
    for (const id of Object.keys(answer)) {
      const shown = held(id);
      if (!shown) continue;
      for (const [name, value] of Object.entries(answer[id])) {
        if (JSON.stringify(shown.props[name]) === JSON.stringify(value)) delete answer[id][name];
      }
      if (!Object.keys(answer[id]).length) delete answer[id];
    }
  };
})();
