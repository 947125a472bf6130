import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { fileNames } from '../database/sqlite/folder.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import type { PlaceAddress } from '../installation/openPlace.ts'
import type { Io } from './io.ts'

export const placeHelp =
  'A place is a data folder, or a PostgreSQL database: postgres://user@host/database. Every user of the machine\n' +
  'sees the arguments of a command, so an address with a password comes from elsewhere:\n' +
  '  file:NAME  a file that holds it      env:NAME  an environment variable      -  standard input\n'

/** Where the configuration says that everything is kept. */
export function configuredPlace({ dataFolder, databaseUrl, databaseDurability }: Config): PlaceAddress {
  if (databaseUrl === null) return { folder: dataFolder }
  return { databaseUrl, requireDurable: databaseDurability === 'required' }
}

export function keyFileOf({ keyFile, dataFolder }: Config): string {
  return keyFile ?? path.join(dataFolder, fileNames.key)
}

/**
 * A place as commands take it.
 * @throws GatewayError COMMAND_USAGE, also for a password among the arguments; INPUT_UNREADABLE
 */
export async function placeArgument(text: string, io: Io, requireDurable: boolean): Promise<PlaceAddress> {
  const address = await addressOf(text, io)
  if (address === null) return { folder: path.resolve(text) }
  if (!/^postgres(ql)?:\/\//.test(address))
    throw new GatewayError('COMMAND_USAGE', `what ${text} holds does not begin with postgres://`)
  if (address === text && holdsPassword(text))
    throw new GatewayError('COMMAND_USAGE', 'a password stands among the arguments, where every user can read it', {
      hint: 'Give the address by file:NAME, env:NAME or - (standard input). This password is known now: change it.',
    })
  return { databaseUrl: address, requireDurable }
}

/** Whether both name the same place, as far as their names tell. */
export function isSamePlace(a: PlaceAddress, b: PlaceAddress): boolean {
  if ('folder' in a) return 'folder' in b && real(a.folder) === real(b.folder)
  return 'databaseUrl' in b && a.databaseUrl === b.databaseUrl
}

/** In front of the host, or among the parameters, as libpq takes it too. */
function holdsPassword(address: string): boolean {
  if (!URL.canParse(address))
    return /^[^@]*:[^@/]+@/.test(address.replace(/^[a-z]+:\/\//, '')) || /[?&]password=/.test(address)
  const { password, searchParams } = new URL(address)
  return password !== '' || searchParams.has('password')
}

/** null: a folder. */
async function addressOf(text: string, io: Io): Promise<string | null> {
  if (/^postgres(ql)?:/.test(text)) return text
  if (text === '-') return (await io.readStdin()).toString('utf8').trim()
  if (text.startsWith('env:')) return (io.environment[text.slice(4)] ?? '').trim()
  if (!text.startsWith('file:')) return null
  const file = text.slice(5)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new GatewayError('INPUT_UNREADABLE', `${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function real(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}
