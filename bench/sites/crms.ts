import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Breakage } from '../../src/testing/manyCrms.ts'
import type { CrmsAsked, CrmsTold, SiteBounces } from './crmsProcess.ts'

/** The CiviCRMs of all sites, in a process of their own. */
export class Crms {
  readonly #child: ChildProcess
  readonly #url: string

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.#url = url
  }

  /** @param latencyMs before each of their answers */
  static async start(latencyMs: number): Promise<Crms> {
    const child = fork(path.join(import.meta.dirname, 'crmsProcess.ts'), [String(latencyMs)], { stdio: 'inherit' })
    const told = await next(child)
    if (told.told !== 'ready') throw new Error(`the CiviCRMs began with ${told.told}`)
    return new Crms(child, told.url)
  }

  /** Front page of a site; of a broken one without a name, an address that there is not. */
  url(site: string, how: Breakage | null): string {
    return how === 'noName' ? `http://${site}.invalid` : `${this.#url}${site}`
  }

  async break(site: string, how: Breakage): Promise<void> {
    await this.#ask({ ask: 'break', site, how })
  }

  async recorded(): Promise<readonly SiteBounces[]> {
    const told = await this.#ask({ ask: 'recorded' })
    return told.told === 'recorded' ? told.bounces : []
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#send({ ask: 'end' })
    await ended
  }

  async #ask(asked: CrmsAsked): Promise<CrmsTold> {
    const told = next(this.#child)
    this.#send(asked)
    return told
  }

  #send(asked: CrmsAsked): void {
    this.#child.send(asked)
  }
}

async function next(child: ChildProcess): Promise<CrmsTold> {
  const [told] = await once(child, 'message')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own child, of this very commit
  return told as CrmsTold
}
