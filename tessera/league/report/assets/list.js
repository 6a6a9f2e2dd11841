// The list of games: what its filters let through, a page at a time.

const PAGE = 50;
const RESULTS = [
  ["", "any"], ["won", "won by the player"], ["lost", "lost by the player"], ["B", "Black won"], ["W", "White won"],
  ["draw", "draw"], ["R", "by resignation"], ["T", "on time"], ["F", "by forfeit"], ["void", "void"],
];

const winnerOf = (result) => ({B: BLACK, W: WHITE})[result[0]] ?? EMPTY;

// Whether a game passes {player, opponent: numbers or -1, result: a key of RESULTS}.
function passes(game, {player, opponent, result}) {
  const sides = [-1, game.blackNumber, game.whiteNumber];
  if (player >= 0 && !sides.includes(player)) return false;
  if (opponent >= 0 && !(sides.includes(opponent) && (player !== opponent))) return false;
  const winner = winnerOf(game.result), seat = sides.indexOf(player);
  switch (result) {
    case "": return true;
    case "won": return player >= 0 && winner === seat;
    case "lost": return player >= 0 && winner === 3 - seat;
    case "B": case "W": return game.result[0] === result && winner !== EMPTY;
    case "draw": return game.result === "0";
    case "void": return winner === EMPTY && game.result !== "0";
    default: return winner !== EMPTY && game.result.endsWith(result);
  }
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function playerLine(tone, text, won) {
  const side = element("span", won ? "side won" : "side");
  side.append(element("i", `stone ${tone}`), element("bdi", "", text));
  return side;
}

function gameLine(game, index) {
  const item = element("li"), button = element("button");
  const winner = winnerOf(game.result);
  button.type = "button";
  button.dataset.game = index;
  const number = game.attempt > 1 ? `${game.number}·${game.attempt}` : `${game.number}`;
  const end = element("span", "end");
  end.append(element("b", winner === EMPTY && game.result !== "0" ? "void" : "", game.result === "0" ? "draw" : game.result));
  end.append(element("small", "", `${game.moveCount} moves`));
  button.append(element("span", "number", number), playerLine("black", game.black, winner === BLACK));
  button.append(playerLine("white", game.white, winner === WHITE), end);
  item.append(button);
  return item;
}

function fillSelect(select, options) {
  select.replaceChildren(...options.map(([value, text]) => {
    const option = element("option", "", text);
    option.value = value;
    return option;
  }));
}
