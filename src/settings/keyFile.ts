import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createWholeFile } from '../database/privateFile.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { keyBytes } from './secretBox.ts'

/**
 * Reads the key that seals secrets: 32 bytes, base64, one line. It is never in the database, so that a
 * copy or a backup of the database alone gives away no credential.
 *
 * @returns null where there is no such file
 * @throws GatewayError SECRET_KEY_INVALID
 */
export function readKeyFile(file: string): Uint8Array | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw invalid(`the key file ${file} cannot be read: ${messageOf(error)}`, error)
  }
  const key = Buffer.from(text, 'base64')
  // Buffer skips what is no base64: only a text that comes out the same again was some.
  if (key.byteLength !== keyBytes || key.toString('base64') !== text)
    throw invalid(`the key file ${file} does not hold ${keyBytes} bytes as base64`)
  return key
}

/**
 * Makes a new key, which is on disk before anything is sealed with it.
 * @throws GatewayError SECRET_KEY_INVALID
 */
export function createKeyFile(file: string): Uint8Array {
  const key = randomBytes(keyBytes)
  try {
    createWholeFile(file, `${key.toString('base64')}\n`)
  } catch (error: unknown) {
    throw invalid(`the key file ${file} cannot be written: ${messageOf(error)}`, error)
  }
  return key
}

function invalid(what: string, cause?: unknown): GatewayError {
  return new GatewayError('SECRET_KEY_INVALID', what, { cause })
}
