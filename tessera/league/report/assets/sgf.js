// A game as SGF FF[4], https://www.red-bean.com/sgf

const MOVES_A_LINE = 10;

// Only the backslash and the closing bracket end a value early; a colon needs escaping in composed values alone.
function escapeText(text) {
  return text.replace(/[\]\\]/g, "\\$&");
}

function toSgf(game) {
  const root = [
    ["FF", "4"], ["GM", "1"], ["CA", "UTF-8"], ["AP", game.program], ["SZ", game.size], ["KM", game.komi],
    ["RU", game.ruleText], ["PB", game.black], ["PW", game.white], ["RE", game.result], ["C", comment(game)],
  ];
  if (game.moves.length && game.moves[0][0] === WHITE) root.push(["PL", "W"]);
  const properties = root.map(([name, value]) => `${name}[${escapeText(String(value))}]`).join("");
  const moves = game.moves.map(([color, point], index) => {
    const line = index % MOVES_A_LINE === 0 ? "\n" : "";
    return `${line};${color === BLACK ? "B" : "W"}[${sgfPoint(point, game.size)}]`;
  });
  return `(;${properties}${moves.join("")})\n`;
}

function sgfPoint(point, size) {
  if (point >= size * size) return "";
  return String.fromCharCode(97 + (point % size), 97 + Math.floor(point / size));
}

function comment(game) {
  const lines = [`Game ${game.number}, attempt ${game.attempt}. Opening: ${game.opening || "none"}.`];
  lines.push(`Seconds: Black ${game.seconds[BLACK]}, White ${game.seconds[WHITE]}.`);
  if (game.culprit) lines.push(`Void because of ${game.culprit}.`);
  if (game.note) lines.push(game.note);
  return lines.join("\n");
}

// Letters and digits of any script stay; what a file system may refuse, or read as a path, becomes a hyphen.
function sgfName(game) {
  const words = [`game-${game.number}`, game.attempt > 1 ? `${game.attempt}` : "", game.black, "vs", game.white];
  const safe = words.filter(Boolean).join("-").replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${safe.slice(0, 80)}.sgf`;
}
