// The rules a viewer needs: which stones stand after so many moves. Points are 0..size*size-1, row-major from the
// top left corner, size*size is a pass; 0 empty, 1 black, 2 white. Whether a move was legal, ko included, was the
// referee's business before the game was recorded.

const EMPTY = 0, BLACK = 1, WHITE = 2;
const COLUMNS = "ABCDEFGHJKLMNOPQRSTUVWXYZ";

// Two letters a move, column and row as in SGF; a capital first letter is White's, "zz" a pass. -> [[color, point]]
function decodeMoves(text, size) {
  const moves = [];
  for (let at = 0; at + 1 < text.length; at += 2) {
    const color = text[at] < "a" ? WHITE : BLACK;
    const column = text[at].toLowerCase().charCodeAt(0) - 97, row = text.charCodeAt(at + 1) - 97;
    moves.push([color, column < size && row < size ? row * size + column : size * size]);
  }
  return moves;
}

function neighbours(point, size) {
  const column = point % size, found = [];
  if (point >= size) found.push(point - size);
  if (point + size < size * size) found.push(point + size);
  if (column > 0) found.push(point - 1);
  if (column < size - 1) found.push(point + 1);
  return found;
}

// The stones of the chain at a point, or null when it has a liberty.
function withoutLiberty(board, start, size) {
  const color = board[start], chain = [start], seen = new Set(chain);
  for (let at = 0; at < chain.length; at++) {
    for (const next of neighbours(chain[at], size)) {
      if (board[next] === EMPTY) return null;
      if (board[next] === color && !seen.has(next)) {
        seen.add(next);
        chain.push(next);
      }
    }
  }
  return chain;
}

// Play in place: first the other side's chains without liberty leave the board, then the move's own (suicide, which
// only some rules allow; a record has it only under those). -> {taken, lost}: stones captured, and own stones lost.
function play(board, size, color, point) {
  const removed = {taken: 0, lost: 0};
  if (point >= size * size) return removed;
  board[point] = color;
  for (const next of neighbours(point, size)) {
    if (board[next] === 3 - color) removed.taken += lift(board, next, size);
  }
  removed.lost = lift(board, point, size);
  return removed;
}

function lift(board, point, size) {
  const chain = withoutLiberty(board, point, size) ?? [];
  for (const stone of chain) board[stone] = EMPTY;
  return chain.length;
}

// After the first `count` moves. -> board [size*size], numbers [size*size] (of the move that put the stone there),
// prisoners [, by Black, by White], and what the last move removed.
function positionAfter(size, moves, count) {
  const board = new Uint8Array(size * size), numbers = new Uint16Array(size * size), prisoners = [0, 0, 0];
  let removed = {taken: 0, lost: 0};
  moves.slice(0, count).forEach(([color, point], index) => {
    removed = play(board, size, color, point);
    prisoners[color] += removed.taken;
    prisoners[3 - color] += removed.lost;
    if (point < size * size) numbers[point] = index + 1;
  });
  return {board, numbers, prisoners, ...removed};
}

function vertex(point, size) {
  return point >= size * size ? "pass" : COLUMNS[point % size] + (size - Math.floor(point / size));
}
