import { readFileSync } from 'node:fs'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
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
 * @throws GatewayError INPUT_UNREADABLE, COMMAND_USAGE (empty or several lines; a file and standard input both)
 */
export async function readSecret(source: SecretSource, io: Io): Promise<string | undefined> {
  if (source.file !== undefined && source.stdin === true)
    throw new GatewayError(
      'COMMAND_USAGE',
      `one secret is to come from ${source.file} and from standard input: name one`,
    )
  const file = source.file ?? emptyAsNone(io.environment[`${source.variable}_FILE`])
  if (source.file === undefined && source.stdin === true)
    return checked((await io.readStdin()).toString('utf8'), 'standard input')
  if (source.file === undefined) {
    const value = emptyAsNone(io.environment[source.variable])
    if (value !== undefined) return checked(value, source.variable)
  }
  if (file === undefined) return undefined
  try {
    return checked(readFileSync(file, 'utf8'), file)
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
  if (secret === '' || /[\r\n]/.test(secret)) {
    throw new GatewayError('COMMAND_USAGE', `the secret from ${from} must be one line that is not empty`)
  }
  return secret
}
