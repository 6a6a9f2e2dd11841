// The board component: a position with what a network says of it, stepped through in the browser, or played on.
// rules.js and board.js of the league report stand before this in the same module.

const STEPS = 12, GRAPH = {width: 440, height: 130, left: 42, top: 8, bottom: 22};

function made(parent, name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

class View {
  constructor(root, data) {
    this.id = data.id;
    this.size = data.size;
    root.replaceChildren();
    this.holder = made(root, "div", "board");
    this.board = drawBoard(this.holder, data.size);
    this.marks = shape(this.board.svg, "g", {class: "marks"});
    this.panel = made(root, "div", "panel");
    this.status = made(this.panel, "p", "status");
    this.status.setAttribute("role", "status");
    this.move = data.moves.length;
    this.follows = true;
    this.controls();
    this.graph = made(this.panel, "div", "graph");
    this.list = made(this.panel, "ol", "moves");
    this.board.svg.addEventListener("click", (event) => this.clicked(event));
    root.tabIndex = 0;
    root.onkeydown = (event) => this.keyed(event);
  }

  controls() {
    const row = made(this.panel, "div", "controls");
    const steps = [["first", "«", "to the start"], ["back", "‹", "a move back"], ["forward", "›", "a move on"],
      ["last", "»", "to the end"]];
    this.buttons = {};
    for (const [name, sign, label] of steps) {
      const button = this.buttons[name] = made(row, "button", name, sign);
      button.type = "button";
      button.setAttribute("aria-label", label);
      button.onclick = () => this.step(name);
    }
    this.slider = made(row, "input");
    this.slider.type = "range";
    this.slider.min = 0;
    this.slider.setAttribute("aria-label", "move");
    this.slider.oninput = () => this.go(Number(this.slider.value));
    const options = made(this.panel, "div", "options");
    this.shown = {};
    for (const [name, text, on] of [["policy", "policy", true], ["ownership", "ownership", true], ["numbers", "move numbers", false]]) {
      const label = made(options, "label", name);
      const box = this.shown[name] = made(label, "input");
      box.type = "checkbox";
      box.checked = on;
      box.onchange = () => this.draw();
      label.append(` ${text}`);
    }
  }

  update(data, send) {
    const grown = this.data === undefined || data.moves.length !== this.data.moves.length;
    this.data = data;
    this.send = send;
    if (data.marks !== undefined && data.marks !== this.asked) {
      for (const name of ["policy", "ownership"]) this.shown[name].checked = data.marks;
      this.asked = data.marks;
    }
    for (const name of ["policy", "ownership"]) this.shown[name].parentElement.hidden = !data.looks;
    // Who looks at an earlier move stays there; who followed the game goes on with it.
    if (this.follows) this.move = data.start ?? data.moves.length;
    this.move = Math.min(this.move, data.moves.length);
    this.slider.max = data.moves.length;
    if (grown) this.fill();
    this.plot();
    this.draw();
  }

  step(name) {
    const to = {first: 0, back: this.move - 1, forward: this.move + 1, last: this.data.moves.length}[name];
    this.go(to);
  }

  go(move) {
    this.move = Math.max(0, Math.min(this.data.moves.length, move));
    this.follows = this.data.play && this.move === this.data.moves.length;
    this.draw();
  }

  keyed(event) {
    const name = {ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last"}[event.key];
    if (!name || event.target === this.slider) return;
    event.preventDefault();
    this.step(name);
  }

  clicked(event) {
    if (!this.data.play || !this.data.open || this.move !== this.data.moves.length) return;
    const svg = this.board.svg, at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const column = Math.round((at.x - EDGE) / CELL), row = Math.round((at.y - EDGE) / CELL);
    if (Math.min(column, row) < 0 || Math.max(column, row) >= this.size) return;
    // The move's number comes along, so that two quick clicks are not two moves.
    this.send({point: row * this.size + column, after: this.data.moves.length});
  }

  fill() {
    this.list.replaceChildren();
    this.data.moves.forEach(([color, point], index) => {
      const button = made(made(this.list, "li"), "button", color === BLACK ? "black" : "white", `${index + 1} ${vertex(point, this.size)}`);
      button.type = "button";
      button.onclick = () => this.go(index + 1);
    });
  }

  draw() {
    const {moves, looks} = this.data;
    const position = positionAfter(this.size, moves, this.move);
    const [color, point] = this.move ? moves[this.move - 1] : [EMPTY, -1];
    drawStones(this.board, this.size, position, point < this.size ** 2 ? point : -1, this.shown.numbers.checked);
    this.marks.replaceChildren();
    if (looks?.ownership[this.move] && this.shown.ownership.checked) this.own(looks.ownership[this.move], position.board);
    if (looks?.policy[this.move] && this.shown.policy.checked) this.likely(looks.policy[this.move], position.board);
    this.slider.value = this.move;
    for (const name of ["first", "back"]) this.buttons[name].disabled = this.move === 0;
    for (const name of ["forward", "last"]) this.buttons[name].disabled = this.move === moves.length;
    const what = this.move ? `${color === BLACK ? "Black" : "White"} ${vertex(point, this.size)}` : "start";
    this.status.textContent = `Move ${this.move} of ${moves.length}: ${what}${this.judged()}`;
    this.holder.classList.toggle("open", Boolean(this.data.play && this.data.open && this.move === moves.length));
    this.mark();
  }

  judged() {
    const winrate = this.data.looks?.winrate[this.move], lead = this.data.looks?.lead[this.move];
    if (winrate === undefined) return "";
    return ` · Black wins ${(100 * winrate).toFixed(1)}%, ${lead < 0 ? "W" : "B"}+${Math.abs(lead).toFixed(1)}`;
  }

  // A stone that lives needs no mark.
  own(letters, board) {
    [...letters].forEach((letter, point) => {
      const share = (letter.charCodeAt(0) - 97 - STEPS) / STEPS;
      if (Math.abs(share) < 0.15 || board[point] === (share > 0 ? BLACK : WHITE)) return;
      const side = 4 + 4 * Math.abs(share), x = line(point % this.size), y = line(Math.floor(point / this.size));
      shape(this.marks, "rect", {class: `own ${share > 0 ? "black" : "white"}`, x: x - side / 2, y: y - side / 2, width: side, height: side});
    });
  }

  likely(policy, board) {
    const most = policy.length ? policy[0][1] : 1;
    for (const [point, chance] of policy) {
      if (point >= this.size ** 2 || board[point] !== EMPTY) continue;
      const x = line(point % this.size), y = line(Math.floor(point / this.size));
      shape(this.marks, "circle", {class: "chance", cx: x, cy: y, r: 9, "fill-opacity": 0.25 + 0.65 * chance / most});
      if (chance >= 0.01) shape(this.marks, "text", {class: "percent", x, y}, Math.round(100 * chance));
    }
  }

  plot() {
    const winrate = this.data.looks?.winrate ?? [];
    this.graph.replaceChildren();
    this.cursor = null;
    if (winrate.length < 2) return;
    const {width, height, left, top, bottom} = GRAPH, low = height - bottom;
    const svg = shape(this.graph, "svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Black's win rate by move"});
    const x = (move) => left + (width - left - 4) * move / (winrate.length - 1), y = (value) => top + (low - top) * (1 - value);
    for (const percent of [0, 50, 100]) {
      shape(svg, "path", {class: "grid", d: `M${left} ${y(percent / 100)}H${width - 4}`});
      shape(svg, "text", {class: "tick", x: left - 5, y: y(percent / 100) + 4}, `${percent}%`);
    }
    shape(svg, "text", {class: "name", x: (left + width) / 2, y: height - 4}, "move: Black's win rate");
    shape(svg, "polyline", {class: "rate", points: winrate.map((value, move) => `${x(move).toFixed(1)},${y(value).toFixed(1)}`).join(" ")});
    this.cursor = shape(svg, "path", {class: "cursor"});
    this.place = (move) => `M${x(Math.min(move, winrate.length - 1)).toFixed(1)} ${top}V${low}`;
    svg.addEventListener("click", (event) => {
      const at = new DOMPoint(event.clientX, 0).matrixTransform(svg.getScreenCTM().inverse()).x;
      this.go(Math.round((at - left) / (width - left - 4) * (winrate.length - 1)));
    });
  }

  mark() {
    this.cursor?.setAttribute("d", this.place(this.move));
    this.list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const here = this.list.children[this.move - 1]?.firstChild;
    if (!here) { this.list.scrollTop = 0; return; }
    here.setAttribute("aria-current", "true");
    this.list.scrollTop = here.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
  }
}

export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".go");
  if (root.view?.id !== data.id) root.view = new View(root, data);
  root.view.update(data, (value) => setTriggerValue("point", value));
}
