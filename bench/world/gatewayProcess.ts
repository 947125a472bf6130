import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { program, runNode } from './run.ts'

const logLineSchema = z.looseObject({ level: z.string(), port: z.number().optional() })

const statusSchema = z.looseObject({
  backlog: z.array(z.looseObject({ waiting: z.number() })),
  effects: z.array(z.looseObject({ effect: z.string(), state: z.string(), count: z.number() })),
})

export type GatewayStatus = z.output<typeof statusSchema>

/** `civicrm-ses serve`, as a service manager starts and stops it, and the commands beside it. */
export class GatewayProcess {
  readonly port: number
  readonly pid: number
  readonly #child: ChildProcess
  readonly #configFile: string

  private constructor(child: ChildProcess, configFile: string, port: number) {
    this.#child = child
    this.#configFile = configFile
    this.port = port
    this.pid = child.pid ?? 0
  }

  /** Resolves when it listens. @throws where it ends before */
  static async start(configFile: string): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [program, 'serve', '--config', configFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    // Read to the end: a full pipe would hold the gateway up.
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { level, port } = logLineSchema.parse(JSON.parse(line))
      if (port !== undefined) resolve(port)
      if (level === 'error' || level === 'fatal') process.stderr.write(`${line}\n`)
    })
    child.on('exit', () => reject(new Error('the gateway ended without listening')))
    return new GatewayProcess(child, configFile, await promise)
  }

  /** One command of the program, with its output as JSON. */
  async command(...argv: readonly string[]): Promise<unknown> {
    return JSON.parse(await runNode(program, ...argv, '--config', this.#configFile, '--json'))
  }

  async status(): Promise<GatewayStatus> {
    return statusSchema.parse(await this.command('status'))
  }

  /** Resolves when nothing waits any more. @throws after the time, saying how much does */
  async drained(patienceMs: number): Promise<void> {
    const end = performance.now() + patienceMs
    for (;;) {
      const { backlog } = await this.status()
      if (backlog.length === 0) return
      if (performance.now() > end) throw new Error(`still waiting: ${JSON.stringify(backlog)}`)
      await delay(2000)
    }
  }

  /** Share of one core that it took while something went on. Linux. */
  async cpuWhile(work: () => Promise<void>): Promise<number> {
    const [before, since] = [this.#cpuMs(), performance.now()]
    await work()
    return (this.#cpuMs() - before) / (performance.now() - since)
  }

  /** Resident memory. Linux. */
  rssMiB(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }

  /** User and system time so far, in the kernel's ticks of a hundredth of a second. */
  #cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  }
}
