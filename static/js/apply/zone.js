// Draws the zone of recognition on the still. The four numbers below it stay the truth: drawing
// writes them, writing them draws.

const NAMES = ["x", "y", "w", "h"];
const STEP = 0.01;
const LEAST = 0.01;
const SVG = "http://www.w3.org/2000/svg";

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

class ZoneDrawing {
  constructor(fieldset) {
    this.svg = fieldset.querySelector("svg");
    this.inputs = NAMES.map((name) => fieldset.querySelector(`input[name$="-${name}"]`));
    const name = fieldset.querySelector("legend").textContent.trim();
    this.svg.classList.add("is-drawn-on");
    this.svg.setAttribute("tabindex", "0");
    this.svg.setAttribute("role", "application");
    this.svg.setAttribute(
      "aria-label",
      `Zone of ${name}. Arrow keys move it; with Shift they change its size. Or use the numbers below.`,
    );
    this.rect = this.svg.querySelector("rect.zone-rect") ?? this.added("zone-rect");
    this.edge = this.svg.querySelector("rect.zone-edge") ?? this.added("zone-edge");
    this.rect.before(this.edge);
    this.listen();
    this.draw();
  }

  added(name) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", name);
    this.svg.append(rect);
    return rect;
  }

  listen() {
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(name, () => (this.from = null));
    }
    this.svg.addEventListener("keydown", (event) => this.key(event));
    for (const input of this.inputs) input.addEventListener("input", () => this.draw());
  }

  // The zone in fractions of the picture, or null while a number is missing.
  get zone() {
    const values = this.inputs.map((input) => Number.parseFloat(input.value) / 100);
    return values.some(Number.isNaN) ? null : values;
  }

  set zone([x, y, w, h]) {
    const width = clamp(w, LEAST, 1);
    const height = clamp(h, LEAST, 1);
    const values = [clamp(x, 0, 1 - width), clamp(y, 0, 1 - height), width, height];
    values.forEach((value, index) => {
      this.inputs[index].value = String(Math.round(value * 1000) / 10);
    });
    this.draw();
  }

  draw() {
    const [x, y, w, h] = this.zone ?? [0, 0, 0, 0];
    for (const rect of [this.rect, this.edge]) {
      rect.setAttribute("x", x);
      rect.setAttribute("y", y);
      rect.setAttribute("width", Math.max(w, 0));
      rect.setAttribute("height", Math.max(h, 0));
    }
  }

  at(event) {
    const box = this.svg.getBoundingClientRect();
    return [
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp((event.clientY - box.top) / box.height, 0, 1),
    ];
  }

  // Pressing inside moves the zone, pressing elsewhere begins a new one.
  begin(event) {
    this.svg.setPointerCapture(event.pointerId);
    const point = this.at(event);
    const zone = this.zone;
    const [x, y, w, h] = zone ?? [0, 0, 0, 0];
    const inside =
      zone && w * h < 0.98 && point[0] > x && point[0] < x + w && point[1] > y && point[1] < y + h;
    this.from = { point, moved: inside ? zone : null };
  }

  drag(event) {
    if (!this.from) return;
    const [startX, startY] = this.from.point;
    const [x, y] = this.at(event);
    if (this.from.moved) {
      const [left, top, width, height] = this.from.moved;
      this.zone = [left + x - startX, top + y - startY, width, height];
    } else {
      this.zone = [
        Math.min(x, startX),
        Math.min(y, startY),
        Math.abs(x - startX),
        Math.abs(y - startY),
      ];
    }
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const direction = move[event.key];
    if (!direction) return;
    event.preventDefault();
    const [x, y, w, h] = this.zone ?? [0.25, 0.25, 0.5, 0.5];
    const [dx, dy] = direction.map((each) => each * STEP);
    this.zone = event.shiftKey
      ? [x, y, clamp(w + dx, LEAST, 1 - x), clamp(h + dy, LEAST, 1 - y)]
      : [x + dx, y + dy, w, h];
  }
}

for (const fieldset of document.querySelectorAll("[data-zone]")) new ZoneDrawing(fieldset);
