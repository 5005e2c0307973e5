// Buildings in three dimensions without a graphics card: outlines raised to their real height and painted far to near
// on a plain canvas, so that every wall PC shows them. The tile (components/tiles/building_scene.py) says what and how.
(function () {
  "use strict";
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const scenes = new WeakMap();
  const ground = new Map(); // address -> promise of rings in metres
  const M_PER_LAT = 110574;

  function rgb(colour) {
    const hex = colour.trim().replace("#", "");
    return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }
  const shade = (base, light) => `rgb(${base.map((each) => Math.round(Math.min(255, each * light))).join(",")})`;

  function fetchGround(address, origin) {
    if (!ground.has(address)) {
      const perLon = 111320 * Math.cos((origin[1] * Math.PI) / 180);
      const metres = ([lon, lat]) => [(lon - origin[0]) * perLon, (lat - origin[1]) * M_PER_LAT];
      ground.set(
        address,
        fetch(address)
          .then((answer) => answer.json())
          .then((geo) =>
            geo.features.flatMap((feature) => {
              const shape = feature.geometry;
              const parts = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
              return parts.map((rings) => ({ id: feature.properties.area_id, ring: rings[0].map(metres) }));
            })
          )
          .catch(() => [])
      );
    }
    return ground.get(address);
  }

  class Scene {
    constructor(box) {
      this.box = box;
      this.canvas = box.querySelector("canvas") || box.appendChild(document.createElement("canvas"));
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "application");
      this.canvas.setAttribute("aria-label", box.dataset.label || "");
      this.tell = box.querySelector("[data-tell]");
      this.data = null;
      this.faces = [];
      this.hover = null;
      this.camera = { x: 0, y: 0, turn: -0.42, tilt: 0.72, far: 4000 };
      this.listen();
      this.watcher = new ResizeObserver(() => this.draw());
      this.watcher.observe(box);
    }

    show(text) {
      if (text === this.text) return;
      this.text = text;
      const data = JSON.parse(text);
      const isFirst = !this.data || JSON.stringify(this.data.fit) !== JSON.stringify(data.fit);
      this.data = data;
      for (const each of data.buildings) {
        each.rgb = rgb(each.c);
        each.x = each.p.reduce((sum, point) => sum + point[0], 0) / each.p.length;
        each.y = each.p.reduce((sum, point) => sum + point[1], 0) / each.p.length;
      }
      if (isFirst) this.home();
      this.draw();
      fetchGround(data.ground, data.origin).then((areas) => ((this.areas = areas), this.draw()));
      fetchGround(data.border, data.origin).then((areas) => ((this.borders = areas), this.draw()));
    }

    // ---- the camera: a point on the ground, turned and tilted, with perspective ----
    home() {
      const [west, south, east, north] = this.data.fit;
      const wide = this.box.clientWidth / Math.max(1, this.box.clientHeight);
      const reach = Math.max((east - west) / Math.max(1, wide), (north - south) * 0.62, 620);
      Object.assign(this.camera, { x: (west + east) / 2, y: (south + north) / 2, turn: -0.42, tilt: 0.62, far: reach * 1.42 });
    }
    prepare() {
      const camera = this.camera;
      this.sinTurn = Math.sin(camera.turn);
      this.cosTurn = Math.cos(camera.turn);
      this.sinTilt = Math.sin(camera.tilt);
      this.cosTilt = Math.cos(camera.tilt);
      this.focal = 1.5 * this.height;
    }
    project(x, y, z) {
      const dx = x - this.camera.x;
      const dy = y - this.camera.y;
      const right = dx * this.cosTurn - dy * this.sinTurn;
      const ahead = dx * this.sinTurn + dy * this.cosTurn;
      const depth = this.camera.far + ahead * this.cosTilt - z * this.sinTilt;
      if (depth < 20) return null;
      const up = ahead * this.sinTilt + z * this.cosTilt;
      const size = this.focal / depth;
      return [this.width / 2 + right * size, this.height * 0.54 - up * size, depth];
    }
    // Where a point of the screen lies on the ground: zooming goes towards the pointer.
    unproject(px, py) {
      const a = (px - this.width / 2) / this.focal;
      const b = (this.height * 0.54 - py) / this.focal;
      const ahead = (b * this.camera.far) / Math.max(0.05, this.sinTilt - b * this.cosTilt);
      const right = a * (this.camera.far + ahead * this.cosTilt);
      return [
        this.camera.x + right * this.cosTurn + ahead * this.sinTurn,
        this.camera.y - right * this.sinTurn + ahead * this.cosTurn,
      ];
    }

    // ---- painting ----
    draw() {
      if (this.isAsked || !this.data) return;
      this.isAsked = true;
      requestAnimationFrame(() => {
        this.isAsked = false;
        if (this.box.isConnected) this.paint();
      });
    }
    paint() {
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      this.width = this.box.clientWidth;
      this.height = this.box.clientHeight;
      if (!this.width || !this.height) return;
      if (this.canvas.width !== Math.round(this.width * ratio) || this.canvas.height !== Math.round(this.height * ratio)) {
        this.canvas.width = Math.round(this.width * ratio);
        this.canvas.height = Math.round(this.height * ratio);
      }
      const pen = (this.pen = this.canvas.getContext("2d"));
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, this.width, this.height);
      this.prepare();
      this.paintGround();
      const seen = this.data.buildings
        .map((each) => ({ each, at: this.project(each.x, each.y, 0) }))
        .filter(({ at }) => at && at[0] > -300 && at[0] < this.width + 300 && at[1] > -200 && at[1] < this.height + 500)
        .sort((one, other) => other.at[2] - one.at[2]);
      for (const { each } of seen) this.paintShadow(each);
      this.faces = [];
      for (const { each, at } of seen) this.paintBuilding(each, this.focal / at[2]);
      this.paintNames(seen);
    }
    trace(points) {
      const pen = this.pen;
      pen.beginPath();
      points.forEach((point, index) => (index ? pen.lineTo(point[0], point[1]) : pen.moveTo(point[0], point[1])));
      pen.closePath();
    }
    paintGround() {
      const pen = this.pen;
      const inside = this.data.inside && new Set(this.data.inside);
      const fill = css("--raised");
      const line = css("--line");
      for (const { id, ring } of this.areas || []) {
        const points = ring.map(([x, y]) => this.project(x, y, 0));
        if (points.some((point) => !point)) continue;
        this.trace(points);
        pen.globalAlpha = !inside || inside.has(id) ? 1 : 0.35;
        pen.fillStyle = fill;
        pen.fill();
        pen.strokeStyle = line;
        pen.lineWidth = 0.7;
        pen.stroke();
      }
      pen.globalAlpha = 1;
      pen.lineWidth = 1.6;
      pen.strokeStyle = line;
      for (const { ring } of this.borders || []) {
        const points = ring.map(([x, y]) => this.project(x, y, 0));
        if (points.some((point) => !point)) continue;
        this.trace(points);
        pen.stroke();
      }
    }
    paintShadow(each) {
      const long = each.h * 0.55;
      const low = each.p.map(([x, y]) => this.project(x, y, 0));
      const cast = each.p.map(([x, y]) => this.project(x + long * 0.8, y + long * 0.35, 0));
      if ([...low, ...cast].some((point) => !point)) return;
      this.pen.fillStyle = this.data.theme === "light" ? "rgba(20,32,51,.13)" : "rgba(0,0,0,.32)";
      this.pen.beginPath();
      for (let at = 0; at < low.length; at++) {
        const next = (at + 1) % low.length;
        const quad = [low[at], low[next], cast[next], cast[at]];
        if (area(quad) < 0) quad.reverse();
        quad.forEach((point, index) => (index ? this.pen.lineTo(point[0], point[1]) : this.pen.moveTo(point[0], point[1])));
        this.pen.closePath();
      }
      const top = area(cast) < 0 ? [...cast].reverse() : cast;
      top.forEach((point, index) => (index ? this.pen.lineTo(point[0], point[1]) : this.pen.moveTo(point[0], point[1])));
      this.pen.closePath();
      this.pen.fill("nonzero");
    }
    paintBuilding(each, scale) {
      const pen = this.pen;
      const low = each.p.map(([x, y]) => this.project(x, y, 0));
      const high = each.p.map(([x, y]) => this.project(x, y, each.h));
      if ([...low, ...high].some((point) => !point)) return;
      const isHot = this.hover === each.i;
      pen.globalAlpha = each.o ? 0.28 : 1;
      const walls = [];
      for (let at = 0; at < low.length; at++) {
        const next = (at + 1) % low.length;
        const face = [low[at], low[next], high[next], high[at]];
        if (area(face) >= 0) continue; // turned away
        const [ax, ay] = each.p[at];
        const [bx, by] = each.p[next];
        const length = Math.hypot(bx - ax, by - ay) || 1;
        const light = 0.52 + 0.42 * Math.max(0, ((by - ay) * -0.8 + (bx - ax) * 0.6) / length); // the sun stands in the south-west
        walls.push({ face, light, depth: low[at][2] + low[next][2] });
      }
      walls.sort((one, other) => other.depth - one.depth);
      for (const { face, light } of walls) {
        this.trace(face);
        pen.fillStyle = shade(each.rgb, light);
        pen.fill();
        this.paintFloors(face, each, scale);
      }
      this.trace(high);
      pen.fillStyle = shade(each.rgb, 1.12);
      pen.fill();
      pen.strokeStyle = isHot ? css("--accent") : shade(each.rgb, 0.5);
      pen.lineWidth = isHot ? 2.2 : 0.6;
      pen.stroke();
      if (isHot) for (const { face } of walls) this.trace(face), pen.stroke();
      pen.globalAlpha = 1;
      this.faces.push({ id: each.i, faces: [high, ...walls.map((wall) => wall.face)] });
    }
    paintFloors(face, each, scale) {
      const step = (each.h / Math.max(1, each.f)) * scale * this.cosTilt;
      if (step < 3.2) return;
      const pen = this.pen;
      pen.strokeStyle = shade(each.rgb, 0.42);
      pen.lineWidth = 0.6;
      pen.beginPath();
      for (let floor = 1; floor < each.f; floor++) {
        const part = floor / each.f;
        const mix = (low, high) => [low[0] + (high[0] - low[0]) * part, low[1] + (high[1] - low[1]) * part];
        const from = mix(face[0], face[3]);
        const to = mix(face[1], face[2]);
        pen.moveTo(from[0], from[1]);
        pen.lineTo(to[0], to[1]);
      }
      pen.stroke();
    }
    // Names and signs where there is room: the nearest and highest first; a sign stands beside every colour that warns.
    paintNames(seen) {
      const pen = this.pen;
      const size = parseFloat(getComputedStyle(this.box).fontSize);
      const taken = [];
      pen.textAlign = "center";
      pen.lineJoin = "round";
      const wanted = seen
        .map(({ each, at }) => ({ each, tall: (each.h * this.focal) / at[2] }))
        .filter(({ each, tall }) => !each.o && (each.s || tall > size * 2.1 || this.hover === each.i))
        .sort((one, other) => (other.each.i === this.hover) - (one.each.i === this.hover) || !!other.each.s - !!one.each.s || other.tall - one.tall);
      for (const { each, tall } of wanted.slice(0, 70)) {
        const top = this.project(each.x, each.y, each.h);
        if (!top) continue;
        const text = tall > size * 2.1 || this.hover === each.i ? [each.s, each.n].filter(Boolean).join(" ") : each.s;
        pen.font = `500 ${size * 0.82}px ${css("--sans") || "sans-serif"}`;
        const wide = pen.measureText(text).width / 2 + 3;
        const box = [top[0] - wide, top[1] - size * 1.35, top[0] + wide, top[1] - size * 0.2];
        if (box[3] > this.height - 6 || box[1] < 2) continue;
        if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
        taken.push(box);
        pen.lineWidth = 3;
        pen.strokeStyle = css("--panel");
        pen.strokeText(text, top[0], top[1] - size * 0.45);
        pen.fillStyle = css("--text");
        pen.fillText(text, top[0], top[1] - size * 0.45);
      }
    }

    // ---- hands: drag moves, right button or shift turns, wheel and two fingers zoom, a click opens ----
    find(event) {
      const frame = this.canvas.getBoundingClientRect();
      const at = [event.clientX - frame.left, event.clientY - frame.top];
      for (let index = this.faces.length - 1; index >= 0; index--) {
        if (this.faces[index].faces.some((face) => holds(face, at))) return this.data.buildings.find((each) => each.i === this.faces[index].id);
      }
      return null;
    }
    listen() {
      const canvas = this.canvas;
      const hands = new Map();
      let moved = 0;
      canvas.addEventListener("contextmenu", (event) => event.preventDefault());
      canvas.addEventListener("pointerdown", (event) => {
        hands.set(event.pointerId, [event.clientX, event.clientY]);
        canvas.setPointerCapture(event.pointerId);
        moved = 0;
      });
      canvas.addEventListener("pointermove", (event) => {
        const before = hands.get(event.pointerId);
        if (!before) return this.point(event);
        const dx = event.clientX - before[0];
        const dy = event.clientY - before[1];
        moved += Math.abs(dx) + Math.abs(dy);
        if (hands.size === 2) this.pinch(hands, event);
        else if (event.buttons === 2 || event.shiftKey) this.turn(dx * 0.006, dy * 0.004);
        else this.move(before, event);
        hands.set(event.pointerId, [event.clientX, event.clientY]);
        this.draw();
      });
      const release = (event) => {
        const wasHeld = hands.delete(event.pointerId);
        const found = wasHeld && event.type === "pointerup" && event.button === 0 && moved < 5 && this.find(event);
        if (found && found.u) window.cockpit.go(found.u);
      };
      canvas.addEventListener("pointerup", release);
      canvas.addEventListener("pointercancel", release);
      canvas.addEventListener("pointerleave", () => this.point(null));
      canvas.addEventListener("wheel", (event) => (event.preventDefault(), this.zoom(event.deltaY > 0 ? 1.16 : 1 / 1.16, event)), { passive: false });
      canvas.addEventListener("keydown", (event) => this.key(event));
      this.box.addEventListener("click", (event) => {
        const hit = event.target.closest("[data-camera]");
        if (hit) this.key({ key: hit.dataset.camera, preventDefault() {} });
      });
    }
    point(event) {
      const found = event && this.find(event);
      const id = found ? found.i : null;
      if (this.tell) this.tell.textContent = found ? found.t : "";
      this.canvas.style.cursor = found && found.u ? "pointer" : "grab";
      if (id !== this.hover) {
        this.hover = id;
        this.draw();
      }
    }
    move(before, event) {
      const frame = this.canvas.getBoundingClientRect();
      const from = this.unproject(before[0] - frame.left, before[1] - frame.top);
      const to = this.unproject(event.clientX - frame.left, event.clientY - frame.top);
      this.camera.x += from[0] - to[0];
      this.camera.y += from[1] - to[1];
    }
    turn(by, tilt) {
      this.camera.turn += by;
      this.camera.tilt = Math.min(1.5, Math.max(0.3, this.camera.tilt + tilt));
    }
    pinch(hands, event) {
      const other = [...hands].find(([id]) => id !== event.pointerId)[1];
      const mine = hands.get(event.pointerId);
      const before = [mine[0] - other[0], mine[1] - other[1]];
      const now = [event.clientX - other[0], event.clientY - other[1]];
      this.zoom(Math.hypot(...before) / Math.max(1, Math.hypot(...now)), event);
      this.camera.turn += Math.atan2(before[1], before[0]) - Math.atan2(now[1], now[0]);
    }
    zoom(by, event) {
      const frame = this.canvas.getBoundingClientRect();
      const at = event ? [event.clientX - frame.left, event.clientY - frame.top] : [this.width / 2, this.height * 0.54];
      const from = this.unproject(...at);
      this.camera.far = Math.min(16000, Math.max(180, this.camera.far * by));
      this.prepare();
      const to = this.unproject(...at);
      this.camera.x += from[0] - to[0];
      this.camera.y += from[1] - to[1];
      this.draw();
    }
    key(event) {
      const keys = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08] };
      if (keys[event.key]) this.turn(...keys[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(1 / 1.3);
      else if (event.key === "-") this.zoom(1.3);
      else if (event.key === "Home") this.home();
      else return;
      event.preventDefault();
      this.draw();
    }
  }

  function area(points) {
    return points.reduce((sum, [x, y], at) => {
      const [nx, ny] = points[(at + 1) % points.length];
      return sum + x * ny - nx * y;
    }, 0);
  }
  function holds(points, [px, py]) {
    let isIn = false;
    for (let at = 0, last = points.length - 1; at < points.length; last = at++) {
      const [ax, ay] = points[at];
      const [bx, by] = points[last];
      if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) isIn = !isIn;
    }
    return isIn;
  }

  function look() {
    for (const box of document.querySelectorAll("[data-scene]")) {
      if (!box.dataset.scene) continue;
      if (!scenes.has(box)) scenes.set(box, new Scene(box));
      scenes.get(box).show(box.dataset.scene);
    }
  }
  new MutationObserver(look).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-scene"],
  });
})();
