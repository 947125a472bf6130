import { readFileSync } from 'node:fs'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { secretMistake } from '../settings/secretText.ts'
import type { Io } from './io.ts'

export interface SecretSource {
  /** Name of a file that holds it. */
  readonly file: string | undefined
  /** Read from standard input. */
  readonly stdin: boolean | undefined
  /** Environment variable; `NAME_FILE` names a file instead. */
  readonly variable: string
}

/**
 * A secret never comes as an argument, since every user of the machine sees the arguments of a
 * process. Sources in order: file, standard input, environment variable, its `_FILE` form.
 * @returns undefined where none is given
 * @throws GatewayError INPUT_UNREADABLE, COMMAND_USAGE (empty, several lines or no key; a file and standard input both)
 */
export async function readSecret(source: SecretSource, io: Io): Promise<string | undefined> {
  if (source.file !== undefined && source.stdin === true)
    throw new GatewayError(
      'COMMAND_USAGE',
      `one secret is to come from ${source.file} and from standard input: name one`,
    )
  const file = source.file ?? emptyAsNone(io.environment[`${source.variable}_FILE`])
  if (source.file === undefined && source.stdin === true)
    return checked(textOf(await io.readStdin(), 'standard input'), 'standard input')
  if (source.file === undefined) {
    const value = emptyAsNone(io.environment[source.variable])
    if (value !== undefined) return checked(value, source.variable)
  }
  if (file === undefined) return undefined
  try {
    return checked(textOf(readFileSync(file), file), file)
  } catch (error) {
    if (error instanceof GatewayError) throw error
    throw new GatewayError('INPUT_UNREADABLE', `${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function emptyAsNone(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}

function checked(text: string, from: string): string {
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '' || /[\r\n]/.test(secret)) throw unfit(from, 'must be one line that is not empty')
  const mistake = secretMistake(secret)
  if (mistake !== null) throw unfit(from, mistake)
  return secret
}

/** As text files are written: UTF-8, or what their byte order mark says, which is none of the secret (PowerShell's >). */
function textOf(bytes: Uint8Array, from: string): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw unfit(from, 'is no text in UTF-8')
  }
}

function unfit(from: string, why: string): GatewayError {
  return new GatewayError('COMMAND_USAGE', `the secret from ${from} ${why}`, {
    hint: 'Give the key alone, as plain text in one line. Nothing was stored.',
  })
}
