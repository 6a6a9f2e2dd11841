// A position as an SVG drawing. One line to the next is 20 units.

const CELL = 20, EDGE = 26;
const SVG = "http://www.w3.org/2000/svg";

function shape(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

const line = (index) => EDGE + index * CELL;

function starPoints(size) {
  const edge = size < 13 ? 2 : 3, far = size - 1 - edge, middle = (size - 1) / 2;
  const marks = [];
  if (size >= 7) marks.push([edge, edge], [edge, far], [far, edge], [far, far]);
  if (size % 2 && size >= 5) marks.push([middle, middle]);
  if (size % 2 && size >= 15) marks.push([edge, middle], [far, middle], [middle, edge], [middle, far]);
  return marks;
}

// The empty board; stones go into its last group.
function drawBoard(holder, size) {
  const side = 2 * EDGE + (size - 1) * CELL, end = line(size - 1);
  const svg = shape(holder, "svg", {viewBox: `0 0 ${side} ${side}`, role: "img"});
  shape(svg, "rect", {class: "wood", width: side, height: side, rx: 4});
  for (let index = 0; index < size; index++) {
    shape(svg, "path", {class: "line", d: `M${line(0)} ${line(index)}H${end}M${line(index)} ${line(0)}V${end}`});
    for (const edge of [EDGE / 2 - 1, side - EDGE / 2 + 1]) {
      shape(svg, "text", {class: "label", x: line(index), y: edge}, COLUMNS[index]);
      shape(svg, "text", {class: "label", x: edge, y: line(index)}, size - index);
    }
  }
  for (const [row, column] of starPoints(size)) {
    shape(svg, "circle", {class: "star", cx: line(column), cy: line(row), r: 2});
  }
  return {svg, stones: shape(svg, "g", {})};
}

// `last` is the last move's point (none when -1, or a pass); with `numbered` every stone shows its move.
function drawStones({svg, stones}, size, position, last, numbered) {
  stones.replaceChildren();
  position.board.forEach((color, point) => {
    const x = line(point % size), y = line(Math.floor(point / size));
    if (color === EMPTY) {
      // The last move was suicide: its point is empty and still worth a mark.
      if (point === last) shape(stones, "path", {class: "gone", d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`});
      return;
    }
    const tone = color === BLACK ? "black" : "white";
    shape(stones, "circle", {class: `stone ${tone}`, cx: x, cy: y, r: 9.4});
    if (numbered) {
      const mark = point === last ? "number last" : "number";
      shape(stones, "text", {class: `${mark} on-${tone}`, x, y}, position.numbers[point]);
    } else if (point === last) {
      shape(stones, "circle", {class: `marker on-${tone}`, cx: x, cy: y, r: 4.2});
    }
  });
  svg.setAttribute("aria-label", describe(position.board));
}

function describe(board) {
  const stones = (color) => board.reduce((sum, stone) => sum + (stone === color), 0);
  return `Board with ${stones(BLACK)} black and ${stones(WHITE)} white stones`;
}
