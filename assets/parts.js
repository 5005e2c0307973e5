// The page's own components (components/parts.py): a held value, and a chart that is drawn once and fills its panel.
(function () {
  "use strict";
  function Held() {
    return null;
  }

  // What is drawn is a copy: Plotly writes into what it is given, and the page compares figures by what it was sent.
  function draw(box, props) {
    const figure = props.figure || {};
    const data = (figure.data || []).map((trace) => ({ ...trace }));
    return window.Plotly.react(box, data, structuredClone(figure.layout || {}), { ...props.config, responsive: false });
  }
  function told(event, setProps) {
    const points = event.points.map((point) => ({ x: point.x, y: point.y, customdata: point.customdata }));
    setProps({ clickData: { points: points, at: Date.now() } });
  }

  // One chart's life: drawn when Plotly is there, always the newest figure, again when its panel changes size.
  function Life(box) {
    let wanted = null;
    let isBusy = false;
    let isOver = false;
    let isHeard = false;
    let size = "";
    const room = () => `${box.clientWidth}x${box.clientHeight}`;
    async function drawn(props) {
      await window.Plotly;
      if (isOver) return;
      size = room();
      await draw(box, props);
      if (isHeard || isOver) return;
      isHeard = true;
      box.on("plotly_click", (event) => told(event, props.setProps));
    }
    async function work() {
      if (isBusy) return;
      isBusy = true;
      while (wanted && !isOver) {
        const props = wanted;
        wanted = null;
        await drawn(props).catch((error) => console.error("a chart could not be drawn", error));
      }
      isBusy = false;
    }
    const watcher = new ResizeObserver(function () {
      if (!size || size === room() || !box.clientWidth) return;
      size = room();
      window.Plotly.Plots.resize(box).catch(() => {});
    });
    watcher.observe(box);
    return {
      show: function (props) {
        wanted = props;
        work();
      },
      end: function () {
        isOver = true;
        watcher.disconnect();
        if (size) window.Plotly.purge(box);
      },
    };
  }

  function Chart(props) {
    const react = window.React;
    const box = react.useRef(null);
    const life = react.useRef(null);
    react.useEffect(function () {
      life.current = Life(box.current);
      return () => life.current.end();
    }, []);
    react.useEffect(function () {
      life.current.show(props);
    }, [props.figure]);
    const inside = react.createElement("div", { ref: box, style: { width: "100%", height: "100%" } });
    return react.createElement("div", { id: props.id, className: "dash-graph " + props.className, style: props.style }, inside);
  }
  window.cockpit_parts = { Held: Held, Chart: Chart };
})();
