import type { Command } from 'commander'
import path from 'node:path'
import { countSeals, resealAll, type SealCounts } from '../../compose/sealedSecrets.ts'
import type { Config } from '../../config/schema.ts'
import { fileNames } from '../../database/sqlite/folder.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { openPlace } from '../../installation/openPlace.ts'
import type { Place } from '../../installation/place.ts'
import { readKeyFile, writeKeyFile } from '../../settings/keyFile.ts'
import { KeyRing, type Keys } from '../../settings/keyRing.ts'
import { type Rotation, rotateKeys } from '../../settings/rotateKeys.ts'
import { type CommandContext, type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { configuredPlace } from '../placeArgument.ts'

export function addKeysCommand(program: Command, host: CommandHost): void {
  const keys = program.command('keys').description('the key that seals stored secrets: look at it, replace it')

  keys
    .command('status')
    .description('whether the key file opens what is stored')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      await withPlace(context, 'read', async (place, file) => {
        const found = read(file)
        const counts = await countSeals(place, new KeyRing(found))
        const { next, old } = found
        context.print({ file, ...counts, next: next !== null, old: old.length }, statusText)
        if (counts.unknown > 0) context.setExitCode(exitCodes.failed)
      })
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
      await withPlace(context, options.dryRun === true ? 'read' : 'write', async (place, file) => {
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
}

async function withPlace(
  { config }: CommandContext,
  access: 'read' | 'write',
  work: (place: Place, keyFile: string) => Promise<void>,
): Promise<void> {
  const settings = config()
  const place = await openPlace(configuredPlace(settings), access)
  try {
    await work(place, keyFileOf(settings))
  } finally {
    await place.close()
  }
}

function keyFileOf({ keyFile, dataFolder }: Config): string {
  return keyFile ?? path.join(dataFolder, fileNames.key)
}

function read(file: string): Keys {
  const keys = readKeyFile(file)
  if (keys === null)
    throw new GatewayError('SECRET_KEY_MISSING', `there is no key file ${file}; none is made before a secret is stored`)
  return keys
}

type Status = SealCounts & { readonly file: string; readonly next: boolean; readonly old: number }

function statusText({ file, current, other, unknown, next, old }: Status): string {
  const lines = [`${file} opens ${current + other} of ${current + other + unknown} stored secrets.`]
  if (unknown > 0)
    lines.push(`${unknown} were sealed with a key that is not in it: put that key back, or enter them anew.`)
  if (next)
    lines.push('A rotation is under way: the next key is in the file. Copy it to every machine, then: keys rotate.')
  if (old > 0)
    lines.push('A rotation is under way: an old key is still in the file. Copy it to every machine, then: keys rotate.')
  return `${lines.join('\n')}\n`
}

function dryRunText({ current, other, unknown, shared }: SealCounts & { readonly shared: boolean }): string {
  const how = shared ? 'in three steps, each to be laid out on every machine' : 'in one step'
  const lost = unknown === 0 ? '' : ` ${unknown} do not open: rotating is refused as long as they are there.`
  return `Would seal ${current + other} secrets anew, ${how}.${lost} Nothing was changed (dry run).\n`
}

function rotationText({ step, resealed, file }: Rotation & { readonly file: string }): string {
  const copy = `Copy ${file} to every machine of this installation`
  switch (step) {
    case 'prepared':
      return `Step 1 of 3: the next key is in the file, and nothing is sealed with it yet.\n${copy}, then run keys rotate again.\n`
    case 'resealed':
      return `Step 2 of 3: ${resealed} secrets were sealed with the new key; the old one is still in the file.\n${copy}, then run keys rotate again.\n`
    case 'rotated':
      return (
        `The key was replaced; ${resealed} secrets were sealed with the new one in this step.\n` +
        `Where other machines have a copy of ${file}, copy it there once more. Keep a copy apart from your backups; an\n` +
        'older backup needs the old key.\n'
      )
    default:
      return step satisfies never
  }
}
