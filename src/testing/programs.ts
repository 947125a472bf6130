import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'

const program = path.resolve(import.meta.dirname, '../../bin/civicrm-ses.js')

/** Says of a Node that it is an older one; not of those that it starts. */
const oldNode =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.0.0"}})'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunningProgram {
  /** Resolves with what the log says first to fit; rejects where the process ends before. */
  says(text: string): Promise<Readonly<Record<string, unknown>>>
  readonly ended: Promise<Ended>
  signal(signal: NodeJS.Signals): void
  /** @param signal by which it is told to; SIGTERM where none is named */
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** The program as processes of their own, as a service manager or a person at a terminal starts them. */
export class Programs {
  readonly #started: RunningProgram[] = []

  /**
   * As `start`, where the machine's own Node is too old for the program: the one that is brought along takes over.
   */
  startOnOldNode(configFile: string, argv: readonly string[]): RunningProgram {
    return this.#run(['--import', oldNode, program, ...argv], configFile, {}, null)
  }

  /** @param outFile to which standard output goes, which is not heard then */
  start(
    configFile: string,
    argv: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    outFile: string | null = null,
  ): RunningProgram {
    return this.#run([program, ...argv], configFile, environment, outFile)
  }

  #run(
    argv: readonly string[],
    configFile: string,
    environment: Readonly<Record<string, string>>,
    outFile: string | null,
  ): RunningProgram {
    const outTo = outFile === null ? 'pipe' : openSync(outFile, 'w')
    const child = spawn(process.execPath, argv, {
      env: { PATH: process.env['PATH'], CIVICRM_SES_CONFIG: configFile, ...environment },
      stdio: ['ignore', outTo, 'pipe'],
    })
    if (outTo !== 'pipe') closeSync(outTo)
    let out = ''
    let err = ''
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, out, err }))
    const running: RunningProgram = {
      ended,
      signal: (signal) => void child.kill(signal),
      stop: async (signal = 'SIGTERM') => {
        child.kill(signal)
        return ended
      },
      says: async (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const line = out.split('\n').find((one) => one.includes(text) && one.endsWith('}'))
            if (line !== undefined) resolve(JSON.parse(line) as Record<string, unknown>)
          }
          child.stdout?.on('data', look)
          void ended.then((result) => reject(new Error(JSON.stringify(result))))
          look()
        }),
    }
    this.#started.push(running)
    return running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#started.splice(0)) await running.stop()
  }
}
