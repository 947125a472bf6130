import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../../clock.ts'
import { fileNames } from '../../database/sqlite/folder.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { moveInstallation, type MoveProgress, type MoveReport } from '../../installation/move/move.ts'
import { emptyLeftPlace, giveUpMove, type MovePlan, planMove, takeBack } from '../../installation/move/plan.ts'
import { openDestination, openPlace, type PlaceAddress } from '../../installation/openPlace.ts'
import type { Place } from '../../installation/place.ts'
import { type CommandContext, type CommandHost, contextOf } from '../context.ts'
import { configuredPlace, isSamePlace, placeArgument, placeHelp } from '../placeArgument.ts'
import { duration, grouped, ProgressLine } from '../progress.ts'

interface Options {
  readonly copyOnly?: boolean
  readonly dryRun?: boolean
  readonly replace?: boolean
  readonly giveUp?: boolean
  readonly takeBack?: boolean
}

export function addMoveDatabaseCommand(program: Command, host: CommandHost): void {
  program
    .command('move-database [from] [to]')
    .description('move all that the gateway keeps between a data folder and PostgreSQL, while notifications arrive')
    .option('--copy-only', 'carry everything over and stop before the cut-over: the next run takes seconds')
    .option('--dry-run', 'only say what would be done')
    .option('--replace', 'empty the target first, where an earlier move has left it')
    .option('--give-up', 'end a move that broke off, and empty the target')
    .option(
      '--take-back',
      'make FROM home again after a move (default: the place of the configuration); what came to the new place since is not in it',
    )
    .addHelpText(
      'after',
      `\n${placeHelp}\nIt can be broken off at any moment and run again. In the cut-over notifications are answered 503 for some\n` +
        'seconds; SNS repeats them. Then the running gateway reads its configuration anew and starts in the new place, so\n' +
        'name that one in the configuration before the cut-over (docs/operators/moving-to-postgresql.md).\n\n' +
        'Examples:\n  civicrm-ses move-database data file:/etc/civicrm-ses-database --copy-only\n' +
        '  civicrm-ses move-database data file:/etc/civicrm-ses-database\n' +
        '  civicrm-ses move-database env:DATABASE_URL data --dry-run\n  civicrm-ses move-database --take-back\n',
    )
    .action(async (from: string | undefined, to: string | undefined, options: Options, command: Command) => {
      const context = contextOf(command, host)
      const config = context.config()
      const requireDurable = config.databaseDurability === 'required'
      if (options.takeBack === true) {
        if (to !== undefined) throw new GatewayError('COMMAND_USAGE', '--take-back takes one place')
        return takeBackHome(
          context,
          from === undefined ? configuredPlace(config) : await placeArgument(from, host.io, requireDurable),
        )
      }
      if (from === undefined) throw new GatewayError('COMMAND_USAGE', 'name the place from which everything is to move')
      const source = await placeArgument(from, host.io, requireDurable)
      if (to === undefined) throw new GatewayError('COMMAND_USAGE', 'name the place to which everything is to move')
      if (from === '-' && to === '-') throw new GatewayError('COMMAND_USAGE', 'standard input holds one address')
      const target = await placeArgument(to, host.io, requireDurable)
      if (isSamePlace(source, target)) throw new GatewayError('COMMAND_USAGE', 'both are the same place')
      if (options.dryRun === true) return plan(context, source, target)
      await withPlaces(source, target, async (places) => {
        if (options.giveUp === true) {
          await giveUpMove(places.from, places.to)
          return context.print({ state: 'givenUp' }, () => `Given up: ${places.to.address} is empty again.\n`)
        }
        if (options.replace === true) await emptyLeftPlace(places.to)
        await move(context, { ...places, source, until: options.copyOnly === true ? 'caughtUp' : 'moved' })
      })
    })
}

async function withPlaces(
  source: PlaceAddress,
  target: PlaceAddress,
  work: (places: { readonly from: Place; readonly to: Place }) => Promise<void>,
): Promise<void> {
  const from = await openPlace(source, 'write')
  try {
    const to = await openDestination(target)
    try {
      await work({ from, to })
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

async function move(
  { io, print }: CommandContext,
  {
    source,
    ...places
  }: { readonly from: Place; readonly to: Place; readonly source: PlaceAddress; readonly until: 'caughtUp' | 'moved' },
): Promise<void> {
  const line = new ProgressLine(io)
  const since = io.elapsed()
  const report = await moveInstallation({
    ...places,
    clock: systemClock,
    elapsed: () => performance.now(),
    pause: async (ms) => setTimeout(ms),
    signal: io.stopped,
    onProgress: (progress) => line.show(progress.phase, progressText(progress, io.elapsed() - since)),
  }).finally(() => line.end())
  const { from, to } = places
  print({ ...report, from: from.address, to: to.address, seconds: (io.elapsed() - since) / 1000 }, (done) =>
    reportText(done, keyOf(source)),
  )
}

async function plan({ print }: CommandContext, source: PlaceAddress, target: PlaceAddress): Promise<void> {
  const from = await openPlace(source, 'read')
  try {
    const to = await openIfThere(target)
    try {
      print(await planMove(from, to), planText)
    } finally {
      await to?.close()
    }
  } finally {
    await from.close()
  }
}

async function openIfThere(target: PlaceAddress): Promise<Place | null> {
  try {
    return await openPlace(target, 'read')
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORAGE_MISSING') return null
    throw error
  }
}

async function takeBackHome({ print }: CommandContext, address: PlaceAddress): Promise<void> {
  const place = await openPlace(address, 'write')
  try {
    const wasLeft = await takeBack(place)
    print({ state: wasLeft ? 'takenBack' : 'home' }, ({ state }) =>
      state === 'home'
        ? `Nothing to do: the installation of ${place.address} has not moved.\n`
        : `${place.address} is home again. What came to the new place since is not in it.\n`,
    )
  } finally {
    await place.close()
  }
}

function progressText({ phase, table, rows, ofRows, written }: MoveProgress, ms: number): string {
  switch (phase) {
    case 'carrying': {
      const rate = written / Math.max(ms / 1000, 0.001)
      const left =
        rate === 0 || table === null ? '' : `, about ${duration((Math.max(0, ofRows - rows) / rate) * 1000)} left`
      return `carrying over ${table ?? 'what has changed'}: ${grouped(rows)} of about ${grouped(ofRows)} rows, ${grouped(rate)} rows/s${left}`
    }
    case 'comparing':
      return `comparing ${grouped(rows)} rows`
    case 'resting':
      return 'waiting until no call to a CRM is under way'
    case 'cuttingOver':
      return 'cutting over: notifications are answered 503 for a moment'
    case 'finishing':
      return 'cut over; looking through the references of the new place'
    default:
      return phase satisfies never
  }
}

type Done = MoveReport & { readonly from: string; readonly to: string; readonly seconds: number }

function reportText({ state, tables, from, to, cutOverMs, seconds }: Done, key: string | null): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const carried = `${grouped(rows)} rows in ${tables.length} tables, all compared, in ${duration(seconds * 1000)}.\n`
  if (state === 'following')
    return (
      `Carried over: ${carried}The installation stays in ${from}, which keeps a log of its changes from now on.\n` +
      'Name the new place in the configuration, then run the command again without --copy-only.\n'
    )
  const refused = cutOverMs === null ? '' : `Nobody could write for ${(cutOverMs / 1000).toFixed(1)} s.\n`
  const keyText =
    key === null ? '' : `The key of the secrets did not move: name it in the configuration (keyFile: ${key}).\n`
  return `Moved from ${from} to ${to}: ${carried}${refused}${keyText}${from} is left as it was, and says where it moved to.\n`
}

/** The key of a data folder that lies in it. */
function keyOf(source: PlaceAddress): string | null {
  if (!('folder' in source)) return null
  const file = path.join(source.folder, fileNames.key)
  return existsSync(file) ? file : null
}

function planText({ state, rows }: MovePlan): string {
  const what = {
    begins: `Would carry over about ${grouped(rows)} rows.`,
    resumes: `Would go on where an earlier run broke off; about ${grouped(rows)} rows all in all.`,
    finishes: 'Would finish an earlier move, which was cut over already.',
    isOver: 'Nothing is left to do: the move is over.',
  }[state]
  return `${what} Nothing was changed (dry run).\n`
}
