// The games section: data, filters, board and controls brought together.

const byId = (id) => document.getElementById(id);

// How long the address waits for a hand to rest: Safari refuses more than 100 changes in 30 seconds.
const ADDRESS_DELAY = 400;

// One game as an object. Its moves are decoded only when asked for: thousands of games stay strings.
function readGame(data, index) {
  const raw = Object.fromEntries(data.fields.map((field, at) => [field, data.games[index][at]]));
  const [size, komi, rules, ruleText] = data.settings[raw.setting];
  return {
    ...raw, size, komi, rules, ruleText,
    program: data.program,
    blackNumber: raw.black, whiteNumber: raw.white,
    black: data.players[raw.black], white: data.players[raw.white],
    culprit: data.players[raw.culprit] ?? "",
    opening: data.openings[raw.opening],
    note: data.notes[raw.note],
    seconds: [0, raw.blackSeconds, raw.whiteSeconds],
    moveCount: raw.moves.length / 2,
    get moves() { return decodeMoves(raw.moves, size); },
  };
}

function startViewer(data) {
  const games = data.games.map((_, index) => readGame(data, index));
  const state = {shown: [], page: 0, game: -1, move: 0, board: null, address: null};

  // ---------------------------------------------------------------- the list

  function filter() {
    const player = Number(byId("player").value), result = byId("result");
    for (const option of result.options) option.disabled = player < 0 && ["won", "lost"].includes(option.value);
    if (result.selectedOptions[0].disabled) result.value = "";
    const wanted = {player, opponent: Number(byId("opponent").value), result: result.value};
    state.shown = games.map((_, index) => index).filter((index) => passes(games[index], wanted));
    showPage(0);
  }

  function showPage(page) {
    state.page = page;
    const from = page * PAGE, here = state.shown.slice(from, from + PAGE);
    byId("list").replaceChildren(...here.map((index) => gameLine(games[index], index)));
    const total = state.shown.length.toLocaleString("en");
    byId("shown").textContent = here.length ? `${from + 1}–${from + here.length} of ${total}` : "no game";
    byId("earlier").disabled = page === 0;
    byId("later").disabled = from + PAGE >= state.shown.length;
    byId("list").scrollTop = 0;
    markChosen();
  }

  function markChosen() {
    for (const button of byId("list").querySelectorAll("button")) {
      if (Number(button.dataset.game) === state.game) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  function choosePair(player, opponent) {
    byId("player").value = player;
    byId("opponent").value = opponent;
    byId("result").value = "";
    filter();
    if (state.shown.length) open(state.shown[0]);
  }

  // ---------------------------------------------------------------- the board

  function openGame(index, move = 0) {
    const game = games[index];
    state.game = index;
    byId("board").replaceChildren();
    state.board = drawBoard(byId("board"), game.size);
    for (const side of ["black", "white"]) byId(side).replaceChildren(element("bdi", "", game[side]));
    byId("slider").max = game.moveCount;
    byId("slider").disabled = !game.moveCount;
    byId("details").textContent = details(game);
    byId("note").textContent = [game.culprit && `Void because of ${game.culprit}.`, game.note].filter(Boolean).join(" ");
    markChosen();
    goTo(move);
  }

  function goTo(move) {
    const game = games[state.game], moves = game.moves;
    state.move = Math.max(0, Math.min(moves.length, move));
    const position = positionAfter(game.size, moves, state.move);
    const [color, point] = state.move ? moves[state.move - 1] : [EMPTY, -1];
    drawStones(state.board, game.size, position, point, byId("numbers").checked);
    byId("slider").value = state.move;
    byId("slider").setAttribute("aria-valuetext", `move ${state.move} of ${moves.length}`);
    byId("status").textContent = state.move ? told(game, color, point, position) : start(game);
    byId("black-taken").textContent = `took ${position.prisoners[BLACK]}`;
    byId("white-taken").textContent = `took ${position.prisoners[WHITE]}`;
    for (const id of ["first", "back"]) byId(id).disabled = state.move === 0;
    for (const id of ["forward", "last"]) byId(id).disabled = state.move === moves.length;
  }

  function start(game) {
    return game.moveCount ? `Start, ${game.moveCount} moves follow` : "No move was played";
  }

  function told(game, color, point, {taken, lost}) {
    const what = `${color === BLACK ? "Black" : "White"} ${vertex(point, game.size)}`;
    const effect = (taken ? `, takes ${taken}` : "") + (lost ? `, loses ${lost}` : "");
    const end = state.move === game.moveCount ? ` · ${game.result}` : "";
    return `Move ${state.move} of ${game.moveCount}: ${what}${effect}${end}`;
  }

  // After what a reader did; not at the start, where the address says what to open.
  function writeAddress() {
    clearTimeout(state.address);
    state.address = setTimeout(() => {
      const {number, attempt} = games[state.game];
      history.replaceState(null, "", `#game=${number}.${attempt}&move=${state.move}`);
    }, ADDRESS_DELAY);
  }

  function details(game) {
    const facts = [
      `Game ${game.number}` + (game.attempt > 1 ? `, attempt ${game.attempt}` : ""),
      `result ${game.result === "0" ? "draw" : game.result}`,
      `${game.size}×${game.size}`, `komi ${game.komi}`, `${game.rules} rules`,
      `opening ${game.opening || "none"}`,
      `Black thought ${game.seconds[BLACK]} s, White ${game.seconds[WHITE]} s`,
    ];
    return facts.join(" · ");
  }

  function download() {
    const game = games[state.game];
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([toSgf(game)], {type: "application/x-go-sgf"}));
    link.download = sgfName(game);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---------------------------------------------------------------- input

  function open(index) {
    openGame(index);
    writeAddress();
  }

  function step(move) {
    goTo(move);
    writeAddress();
  }

  const steps = {
    first: () => step(0),
    back: () => step(state.move - 1),
    forward: () => step(state.move + 1),
    last: () => step(games[state.game].moveCount),
  };
  const keys = {ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last"};

  // Arrows belong to a form control or a scrolling table that has the focus; Home and End to the page outside here.
  function stepByKey(event) {
    const go = steps[keys[event.key]];
    if (!go || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input[type=range], select, .scroll")) return;
    const inside = byId("browser").contains(event.target);
    if (!inside && (!event.key.startsWith("Arrow") || event.target !== document.body)) return;
    event.preventDefault();
    go();
  }

  function stepInList(event) {
    const way = {ArrowUp: -1, ArrowDown: 1}[event.key];
    const buttons = [...byId("list").querySelectorAll("button")];
    const next = buttons[buttons.indexOf(event.target) + way];
    if (!way || !next) return;
    event.preventDefault();
    next.focus();
    open(Number(next.dataset.game));
  }

  function openFromList(event) {
    const button = event.target.closest("button");
    if (!button) return;
    open(Number(button.dataset.game));
    // On a phone the board is below the list.
    byId("viewer").scrollIntoView({block: "nearest"});
  }

  function listen() {
    for (const [id, go] of Object.entries(steps)) byId(id).addEventListener("click", go);
    for (const id of ["player", "opponent", "result"]) byId(id).addEventListener("change", filter);
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("earlier").addEventListener("click", () => showPage(state.page - 1));
    byId("later").addEventListener("click", () => showPage(state.page + 1));
    byId("list").addEventListener("click", openFromList);
    byId("list").addEventListener("keydown", stepInList);
    byId("slider").addEventListener("input", () => step(Number(byId("slider").value)));
    byId("numbers").addEventListener("change", () => goTo(state.move));
    byId("download").addEventListener("click", download);
    byId("board").addEventListener("click", (event) => {
      const box = byId("board").getBoundingClientRect();
      steps[event.clientX < box.left + box.width / 2 ? "back" : "forward"]();
    });
    document.addEventListener("keydown", stepByKey);
    for (const cell of document.querySelectorAll("[data-pair]")) {
      cell.addEventListener("click", () => choosePair(...cell.dataset.pair.split(",")));
    }
  }

  // "#game=12.1&move=34" opens that game there; a link to a section, or to nothing, opens the first.
  function openFromAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const index = games.findIndex((game) => `${game.number}.${game.attempt}` === wanted.get("game"));
    if (index >= 0) {
      openGame(index, Number(wanted.get("move")) || 0);
      byId("viewer").scrollIntoView();
    } else openGame(0);
  }

  const players = data.players.map((name, number) => [number, name]);
  fillSelect(byId("player"), [[-1, "anyone"], ...players]);
  fillSelect(byId("opponent"), [[-1, "anyone"], ...players]);
  fillSelect(byId("result"), RESULTS);
  byId("browser").hidden = false;
  listen();
  filter();
  openFromAddress();
  return {games, positionAfter, toSgf, openGame, goTo};
}

// What the page runs on is reachable from the console.
window.tessera = startViewer(JSON.parse(document.getElementById("data").textContent));
