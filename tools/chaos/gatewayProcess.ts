import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type Job, type LifeOrder, says } from './job.ts'

export interface GatewayEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The seam at which it killed itself; null where it ended otherwise. */
  readonly seam: string | null
}

/** Lines of the log that are shown with it. */
const lastLines = 12

/** For an end that nobody brought about: a defect of the gateway, or of the run. */
export function endedByItself({ code, signal }: GatewayEnd, logFile: string): Error {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : []
  return new Error(
    `a gateway ended by itself (${signal ?? code}); its log: ${logFile}\n${log.slice(-lastLines).join('\n')}`,
  )
}

const entry = path.join(import.meta.dirname, 'gateway.ts')

/** A gateway in a process of its own. */
export class GatewayProcess {
  /** Resolves when the process is gone. */
  readonly ended: Promise<GatewayEnd>
  /** Called whenever it passes the seam of its report. */
  onPassing: () => void = () => undefined
  /** Called with the name of what became of a call to the CRM. */
  onTrouble: (name: string) => void = () => undefined
  /** Resolves when it has suspended itself. */
  readonly suspended: Promise<void>
  readonly port: Promise<number>
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child
    const listening = Promise.withResolvers<number>()
    const suspended = Promise.withResolvers<void>()
    let seam: string | null = null
    this.port = listening.promise
    this.suspended = suspended.promise
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [what, ...words] = line.split(' ')
        const value = words.join(' ')
        if (what === says.listening) listening.resolve(Number(value))
        if (what === says.passing) this.onPassing()
        if (what === says.killing) seam = value
        if (what === says.suspending) suspended.resolve()
        if (what === says.trouble) this.onTrouble(value)
      })
    }
    // A process that ends while it is told something is seen to end.
    child.stdin?.on('error', () => undefined)
    child.stderr?.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk))
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        listening.reject(new Error(`the gateway ended before it listened (${signal ?? code}); its log: ${logFile}`))
        resolve({ code, signal, seam })
      })
    })
    listening.promise.catch(() => undefined)
  }

  /** @param wrapper a command line in front of Node's, e.g. strace's */
  static start(job: Job, logFile: string, wrapper: readonly string[] = []): GatewayProcess {
    const [command, ...rest] = [...wrapper, process.execPath, entry, JSON.stringify(job)] as const
    // Its own group, so that a Ctrl-C at the terminal reaches it by its standard input alone.
    return new GatewayProcess(
      spawn(command, rest, {
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
        env: { ...process.env, NODE_COMPILE_CACHE: path.join(path.dirname(logFile), 'compiled') },
      }),
      logFile,
    )
  }

  /** Another end for the life that it has. */
  order(order: LifeOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Wakes it up where it has suspended itself. */
  wake(): void {
    this.#child.kill('SIGCONT')
  }

  /** Leaves it alone: without its standard input it ends at once. Also where a wrapper would not pass a signal on. */
  async leave(): Promise<GatewayEnd> {
    this.#child.stdin?.end()
    return this.ended
  }

  /** Asks it to stop in peace, and waits. */
  async stop(): Promise<GatewayEnd> {
    this.#child.kill('SIGTERM')
    return this.ended
  }
}
