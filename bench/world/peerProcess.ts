import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** The bare server, in a process of its own like the gateway. */
export class PeerProcess {
  readonly port: number
  readonly pid: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
    this.pid = child.pid ?? 0
  }

  static async start(certificate: string, database: string): Promise<PeerProcess> {
    const entry = path.join(import.meta.dirname, 'httpPeer.ts')
    const child = spawn(process.execPath, [entry, certificate, database], { stdio: ['pipe', 'pipe', 'inherit'] })
    const [port] = await once(child.stdout, 'data')
    return new PeerProcess(child, Number(String(port)))
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.stdin?.end()
    await once(this.#child, 'exit')
  }
}
