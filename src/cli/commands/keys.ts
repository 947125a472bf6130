import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { countSeals, forgetLost, resealAll } from '../../compose/sealedSecrets.ts'
import type { Config } from '../../config/schema.ts'
import { fileNames } from '../../database/sqlite/folder.ts'
import { lockFolder } from '../../database/sqlite/folderLock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { openPlace } from '../../installation/openPlace.ts'
import type { Place } from '../../installation/place.ts'
import {
  createKeyFile,
  isDamagedKeyFile,
  readKeyFile,
  setAsideDamagedKeyFile,
  writeKeyFile,
} from '../../settings/keyFile.ts'
import { KeyRing, type Keys } from '../../settings/keyRing.ts'
import { rotateKeys } from '../../settings/rotateKeys.ts'
import { type CommandContext, type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { createdText, dryRunText, type Forgotten, lostText, rotationText, statusText } from '../keysText.ts'
import { configuredPlace, keyFileOf } from '../placeArgument.ts'

export function addKeysCommand(program: Command, host: CommandHost): void {
  const keys = program.command('keys').description('the key that seals stored secrets: look at it, replace it')

  keys
    .command('status')
    .description('whether the key file opens what is stored')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      await withPlace(context.config(), 'read', async (place, file) => {
        const found = read(file)
        const counts = await countSeals(place, new KeyRing(found))
        const { next, old } = found
        context.print({ file, ...counts, next: next !== null, old: old.length }, statusText)
        if (counts.unknown > 0) context.setExitCode(exitCodes.failed)
      })
    })

  keys
    .command('create')
    .description('make the key file of a new installation, where the configuration names one (keyFile)')
    .addHelpText(
      'after',
      '\nRun it as the user of the gateway, once; with several instances copy the file to every machine. In a data folder the\n' +
        'gateway makes the file by itself. It is refused where a key file is there, or where something is sealed already.\n\n' +
        'Example:\n  civicrm-ses keys create --config /etc/civicrm-ses.yaml\n',
    )
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      const settings = context.config()
      const file = keyFileOf(settings)
      if (existsSync(file)) throw new GatewayError('SECRET_KEY_EXISTS', `there is a file ${file} already`)
      const sealed = await countSealed(settings)
      if (sealed > 0)
        throw new GatewayError(
          'SECRET_KEY_MISSING',
          `${sealed} secrets are sealed with a key; a new one would not open them`,
        )
      createKeyFile(file)
      context.print({ file }, createdText)
    })

  keys
    .command('rotate')
    .description('make a new key and seal every stored secret with it, beside the running gateway')
    .option('--shared', 'other machines have a copy of the key file: step by step (as with several living instances)')
    .option('--dry-run', 'only say what is sealed with what')
    .addHelpText(
      'after',
      '\nOn one machine one call does all. With several instances on one PostgreSQL it takes three calls, and after each the\n' +
        'key file is to be copied to every machine; the command says so. It can be broken off and run again.\n\n' +
        'Examples:\n  civicrm-ses keys rotate --dry-run\n  civicrm-ses keys rotate\n',
    )
    .action(async (options: { readonly shared?: boolean; readonly dryRun?: boolean }, command: Command) => {
      const context = contextOf(command, host)
      await withPlace(context.config(), options.dryRun === true ? 'read' : 'write', async (place, file) => {
        const shared = options.shared === true || (await place.livingInstances()).length > 1
        if (options.dryRun === true) {
          const counts = await countSeals(place, new KeyRing(read(file)))
          return context.print({ file, ...counts, shared }, dryRunText)
        }
        const rotation = await rotateKeys({
          read: () => read(file),
          write: (changed) => writeKeyFile(file, changed),
          resealAll: async (reseal) => resealAll(place, reseal),
          shared,
        })
        context.print({ file, ...rotation }, rotationText)
      })
    })

  keys
    .command('forget-lost')
    .description('the key file is lost for good: remove the stored secrets that no key opens, to enter them anew')
    .option('--dry-run', 'only say which they are')
    .option('--yes', 'really do it')
    .addHelpText(
      'after',
      '\nNo gateway may run. Makes a new key file where there is none; a damaged one is kept beside it. The API keys and\n' +
        'site keys have to be entered anew, and addresses that became pseudonyms are found no more by their address:\n' +
        'docs/operators/backup.md.\n\n' +
        'Examples:\n  civicrm-ses keys forget-lost --dry-run\n  civicrm-ses keys forget-lost --yes\n',
    )
    .action(async (options: ForgetOptions, command: Command) => {
      const context = contextOf(command, host)
      const { dryRun = false, yes = false } = options
      if (!dryRun && !yes)
        throw new GatewayError('COMMAND_USAGE', 'this would remove the secrets that no key opens', {
          hint: 'See which with --dry-run; add --yes to do it.',
        })
      context.print({ ...(await forgetLostKey(context, options)), dryRun }, lostText)
    })
}

interface ForgetOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** The first step makes what the second needs, so that it can break off anywhere and be run again. */
async function forgetLostKey(
  { config }: CommandContext,
  { dryRun = false }: ForgetOptions,
): Promise<Omit<Forgotten, 'dryRun'>> {
  const settings = config()
  const address = configuredPlace(settings)
  // A gateway that runs has the key: none may run, and none may start meanwhile.
  const lock = 'folder' in address && !dryRun ? lockFolder(path.join(address.folder, fileNames.lock)) : null
  try {
    return await withPlace(settings, dryRun ? 'read' : 'write', async (place, file) => {
      const living = dryRun ? [] : await place.livingInstances()
      if (living.length > 0)
        throw new GatewayError('SECRET_KEY_IN_USE', `on ${place.address} runs ${living.join(', ')}`)
      const damaged = isDamagedKeyFile(file)
      const kept = dryRun ? null : setAsideDamagedKeyFile(file)
      const found = damaged ? null : readKeyFile(file)
      const keys = found ?? (dryRun ? null : createKeyFile(file))
      return { file, damaged, kept, lost: await forgetLost(place, keys === null ? null : new KeyRing(keys), dryRun) }
    })
  } finally {
    lock?.release()
  }
}

async function withPlace<Result>(
  settings: Config,
  access: 'read' | 'write',
  work: (place: Place, keyFile: string) => Promise<Result>,
): Promise<Result> {
  const place = await openPlace(configuredPlace(settings), access)
  try {
    return await work(place, keyFileOf(settings))
  } finally {
    await place.close()
  }
}

/** Secrets that are stored; none where nothing is yet. */
async function countSealed(settings: Config): Promise<number> {
  try {
    return await withPlace(settings, 'read', async (place) => (await countSeals(place, null)).unknown)
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORAGE_MISSING') return 0
    throw error
  }
}

function read(file: string): Keys {
  const keys = readKeyFile(file)
  if (keys === null)
    throw new GatewayError('SECRET_KEY_MISSING', `there is no key file ${file}; none is made before a secret is stored`)
  return keys
}
