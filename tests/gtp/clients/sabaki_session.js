// What Sabaki does with an engine, through its own @sabaki/gtp: run by test_sabaki.py.
//     node sabaki_session.js PROGRAM ARGUMENT...
// Prints one JSON object with what was seen; any command that fails or hangs is an error in it.
const {ControllerStateTracker} = require('@sabaki/gtp')

const [program, ...args] = process.argv.slice(2)
const tracker = ControllerStateTracker.fromController(program, args)
const controller = tracker.controller
const errors = []
const stderr = []
controller.on('stderr', ({content}) => stderr.push(content))

const within = (promise, what) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error(`${what}: no answer`)), 180000).unref())
  ])

const sync = (state, what) =>
  within(tracker.sync(state), what).catch(error => errors.push(`${what}: ${error.message}`))

const play = (...moves) => moves.map((vertex, i) => ({name: 'play', args: ['BW'[i % 2], vertex]}))

// As in Sabaki's analysis.js: 'info' segments of key and value pairs, the line of play last.
function parse(line) {
  return line
    .split(/\s*info\s+/)
    .slice(1)
    .map(text => {
      const match = text.match(/(pass|[A-Za-z]\d+)(\s+(pass|[A-Za-z]\d+))*\s*$/)
      if (match == null) return null
      const words = text.slice(0, match.index).trim().split(/\s+/)
      const found = {}
      for (let i = 0; i + 1 < words.length; i += 2) found[words[i]] = words[i + 1]
      return 'move' in found && 'winrate' in found && words.length % 2 === 1 ? found : null
    })
}

async function analyze(color, lines) {
  let seen = 0
  let bad = 0
  let stopped = null
  const response = tracker.queueCommand({name: 'kata-analyze', args: [color, '5']}, ({line}) => {
    if (!line.startsWith('info ')) return
    const candidates = parse(line)
    if (candidates.some(candidate => candidate == null)) bad += 1
    seen += 1
    if (seen === lines && stopped == null) stopped = controller.sendCommand({name: 'protocol_version'})
  })
  await within(response, 'kata-analyze')
  await within(stopped, 'protocol_version')
  return {seen, bad}
}

async function main() {
  const result = {analyses: [], moves: []}
  for (const name of ['name', 'version', 'protocol_version', 'list_commands']) {
    const {error, content} = await within(tracker.queueCommand({name}), name)
    if (error) errors.push(`${name}: ${content}`)
    result[name] = content
  }
  for (const size of [9, 13, 19]) {
    const corner = `C${size - 2}`
    await sync({komi: 6.5, boardsize: [size, size], history: play('C3', corner, 'D4')}, `sync ${size}`)
    result.analyses.push(await analyze('W', 2))
    // Back in the game tree, and forward on another branch, while an analysis runs each time.
    await sync({komi: 6.5, boardsize: [size, size], history: play('C3')}, `undo ${size}`)
    result.analyses.push(await analyze('W', 1))
    await sync({komi: 6.5, boardsize: [size, size], history: play('C3', 'E5', 'pass')}, `branch ${size}`)
    result.analyses.push(await analyze('W', 1))
    let move = null
    const {error, content} = await within(
      tracker.queueCommand({name: 'kata-genmove_analyze', args: ['W', '5']}, ({line}) => {
        if (line.startsWith('play ')) move = line.slice(5).trim()
      }),
      'kata-genmove_analyze'
    )
    if (error || move == null) errors.push(`kata-genmove_analyze: ${content}`)
    result.moves.push(move)
    // The tracker knows the move from its own parsing: playing on needs no replay.
    await sync(
      {komi: 0.5, boardsize: [size, size], history: [...play('C3', 'E5', 'pass', move), ...play('pass')]},
      `on ${size}`
    )
  }
  await sync(
    {
      komi: 0.5,
      boardsize: [9, 9],
      history: [
        {name: 'set_free_handicap', args: ['C3', 'G7', 'C7']},
        {name: 'play', args: ['W', 'E5']}
      ]
    },
    'handicap'
  )
  await within(controller.stop(3000), 'quit')
  console.log(JSON.stringify({...result, errors, stderr, running: controller.process != null}))
}

main().catch(error => {
  console.log(JSON.stringify({errors: [...errors, String(error)], stderr}))
  controller.kill()
  process.exitCode = 1
})
