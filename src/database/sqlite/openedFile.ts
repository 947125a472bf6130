import { type BigIntStats, statSync } from 'node:fs'
import path from 'node:path'
import { GatewayError } from '../../errors/gatewayError.ts'

/**
 * The file of an open database. Where it is removed, or another one put in its place (a backup, say), while it is in
 * use, SQLite goes on with the one that it has open, and says of every commit that it is stored: all of it is gone with
 * the process.
 */
export class OpenedFile {
  readonly #name: string
  readonly #found: BigIntStats | null

  constructor(name: string) {
    this.#name = name
    this.#found = look(name)
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  requireInPlace(): void {
    const now = look(this.#name)
    if (now !== null && now.ino === this.#found?.ino && now.dev === this.#found.dev) return
    const what = `${path.basename(this.#name)} was removed or replaced while it is in use`
    throw new GatewayError('STORAGE_UNAVAILABLE', what, {
      hint: 'Put the file back, or stop the gateway and start it again: it goes on with what is there then.',
    })
  }
}

function look(name: string): BigIntStats | null {
  try {
    return statSync(name, { bigint: true })
  } catch {
    return null
  }
}
