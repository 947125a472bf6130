#!/usr/bin/env node
// Plain JavaScript, so that it runs on whatever Node the machine has: the program itself needs
// Node 24 (node:sqlite, type stripping). Where the machine's own is older, the Node that the clone
// brings along as a development dependency takes over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const sources = path.join(root, 'src/cli/main.ts')
// A clone runs its sources, a release what was compiled from them.
const program = existsSync(sources) ? sources : path.join(root, 'dist/cli/main.js')

const major = Number(process.versions.node.split('.')[0])
if (major >= 24) {
  const { run } = await import(program)
  await run(process.argv.slice(2))
} else {
  const bundled = path.join(root, 'node_modules/node/bin/node')
  if (existsSync(bundled)) {
    const entry = path.join(root, 'bin/broughtNode.js')
    // By the channel it hears that this process is gone, in whatever way.
    const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
    const child = spawn(bundled, [entry, ...process.argv.slice(2)], { stdio })
    // The service manager signals this process; the gateway must hear it to stop in order.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('exit', (code, signal) => {
      process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal]
    })
  } else {
    process.stderr.write(
      `civicrm-ses needs Node 24 or newer; this is ${process.versions.node}.\n` +
        'What to do: install Node 24, or run "npm ci" in the folder of civicrm-ses, which brings it along.\n',
    )
    process.exitCode = 1
  }
}
