import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { createWholeFile, foreignOwner, replaceWholeFile } from '../database/privateFile.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import type { Keys } from './keyRing.ts'
import { keyBytes } from './secretBox.ts'

/**
 * Reads the keys that seal secrets: 32 bytes each, base64, one to a line. It is never in the database, so that a copy or
 * a backup of the database alone gives away no credential. While keys are rotated there are more than one:
 * ```
 * 5oR1…=          seals
 * next Kq8v…=     will seal, and opens
 * old 9Zt0…=      opens
 * ```
 * @returns null where there is no such file
 * @throws GatewayError SECRET_KEY_INVALID
 */
export function readKeyFile(file: string): Keys | null {
  const text = readText(file)
  return text === null ? null : parseKeys(text, file)
}

/**
 * A file that is there and holds no keys (empty, cut off, something else) gets another name, so that nothing of it is
 * lost and a new one can take its place. One that only may not be read is no damaged one.
 * @returns its new name; null where the file is sound or there is none
 * @throws GatewayError SECRET_KEY_INVALID, SECRET_KEY_UNWRITABLE
 */
export function setAsideDamagedKeyFile(file: string): string | null {
  if (!isDamagedKeyFile(file)) return null
  const kept = nameAside(file)
  try {
    renameSync(file, kept)
  } catch (error: unknown) {
    throw unwritable(`the damaged key file ${file} cannot be given another name: ${messageOf(error)}`, error)
  }
  return kept
}

/** @throws GatewayError SECRET_KEY_INVALID where it cannot be read */
export function isDamagedKeyFile(file: string): boolean {
  const text = readText(file)
  try {
    if (text !== null) parseKeys(text, file)
    return false
  } catch {
    return true
  }
}

function nameAside(file: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${file}.damaged` : `${file}.damaged-${number}`
    if (!existsSync(name)) return name
  }
}

const unreadableHint =
  'Let the user that runs the gateway read it, and run commands as that user: sudo -u USER civicrm-ses … What it holds may well be whole.'

/** null where there is no such file. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    // Nothing is known of what it holds: no word of a damaged one, which would be given up with all it opens.
    throw new GatewayError(
      'SECRET_KEY_INVALID',
      `the key file ${file} cannot be read: ${messageOf(error)}${foreignOwner(file)}`,
      { cause: error, hint: unreadableHint },
    )
  }
}

function parseKeys(text: string, file: string): Keys {
  const keys = text.split('\n').map((line) => parseLine(line.trim(), file))
  const of = (role: Role): readonly Uint8Array[] => keys.filter((one) => one.role === role).map(({ key }) => key)
  const [current, ...more] = of('current')
  const [next = null, ...others] = of('next')
  if (current === undefined || more.length > 0 || others.length > 0)
    throw invalid(`the key file ${file} does not hold one key that seals, and at most one next one`)
  return { current, next, old: of('old') }
}

/**
 * Makes a new key, which is on disk before anything is sealed with it.
 * @throws GatewayError SECRET_KEY_EXISTS, SECRET_KEY_UNWRITABLE
 */
export function createKeyFile(file: string): Keys {
  if (existsSync(file)) throw new GatewayError('SECRET_KEY_EXISTS', `there is a file ${file} already`)
  const keys = { current: newKey(), next: null, old: [] }
  writing(file, () => createWholeFile(file, textOf(keys)))
  return keys
}

/**
 * Puts other keys into the file, at once: whoever reads it finds the ones or the others.
 * @throws GatewayError SECRET_KEY_UNWRITABLE
 */
export function writeKeyFile(file: string, keys: Keys): void {
  writing(file, () => replaceWholeFile(file, textOf(keys)))
}

function writing(file: string, write: () => void): void {
  try {
    write()
  } catch (error: unknown) {
    throw unwritable(`the key file ${file} cannot be written: ${messageOf(error)}`, error)
  }
}

export function newKey(): Uint8Array {
  return randomBytes(keyBytes)
}

type Role = 'current' | 'next' | 'old'

function parseLine(line: string, file: string): { readonly role: Role; readonly key: Uint8Array } {
  const [, role, text = ''] = /^(?:(next|old) +)?(.*)$/.exec(line) ?? []
  const key = Buffer.from(text, 'base64')
  // Buffer skips what is no base64: only a text that comes out the same again was some.
  if (key.byteLength !== keyBytes || key.toString('base64') !== text)
    throw invalid(`the key file ${file} does not hold ${keyBytes} bytes as base64 in each line`)
  return { role: role === 'next' || role === 'old' ? role : 'current', key }
}

function textOf({ current, next, old }: Keys): string {
  return [
    line('', current),
    ...(next === null ? [] : [line('next ', next)]),
    ...old.map((key) => line('old ', key)),
  ].join('')
}

function line(role: string, key: Uint8Array): string {
  return `${role}${Buffer.from(key).toString('base64')}\n`
}

function invalid(what: string): GatewayError {
  return new GatewayError('SECRET_KEY_INVALID', what)
}

function unwritable(what: string, cause: unknown): GatewayError {
  return new GatewayError('SECRET_KEY_UNWRITABLE', what, { cause })
}
