// Maps as components (components/parts.py): Leaflet's ground, and shapes on it that are drawn anew when told other values.
(function () {
  "use strict";
  let context = null;
  const mapOf = () => context || (context = window.React.createContext(null));

  function Ground(props) {
    const react = window.React;
    const box = react.useRef(null);
    const [map, setMap] = react.useState(null);
    react.useLayoutEffect(function () {
      const made = window.L.map(box.current, props.options);
      setMap(made);
      return () => made.remove();
    }, []);
    const inside = map && react.createElement(mapOf().Provider, { value: map }, props.children);
    return react.createElement("div", { ref: box, id: props.id, className: props.className }, inside);
  }

  // The group stays the same for as long as the map lives: how the reader moved it, and what waits for it, hangs on it.
  function draw(group, shapes, props, map) {
    const told = { map: map, hideout: props.hideout };
    const ours = (name) => window.cockpit.shapes[name];
    group.clearLayers();
    if (props.style) group.options.style = (feature) => ours(props.style)(feature, told);
    if (props.each) group.options.onEachFeature = (feature, layer) => ours(props.each)(feature, layer, told);
    if (props.dot) group.options.pointToLayer = (feature, place) => ours(props.dot)(feature, place, told);
    group.addData(shapes);
  }
  async function fetched(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  }

  function Shapes(props) {
    const react = window.React;
    const map = react.useContext(mapOf());
    const group = react.useRef(null);
    const held = react.useRef({});
    react.useEffect(function () {
      const options = { interactive: props.interactive !== false, ...(props.pane && { pane: props.pane }) };
      group.current = window.L.geoJSON(null, options).addTo(map);
      return () => group.current.remove();
    }, [map]);
    react.useEffect(function () {
      let isOver = false;
      if (props.url && held.current.url !== props.url) held.current = { url: props.url, shapes: fetched(props.url) };
      const mine = held.current;
      Promise.resolve(props.data || mine.shapes)
        .then((shapes) => shapes && !isOver && draw(group.current, shapes, props, map))
        .catch(function (error) {
          if (held.current === mine) held.current = {}; // asked for again with the next values
          console.error("a map could not be drawn", error);
        });
      return function () {
        isOver = true;
      };
    }, [map, props.url, props.data, props.hideout]);
    return null;
  }
  Object.assign(window.cockpit_parts, { Ground: Ground, Shapes: Shapes });
})();
