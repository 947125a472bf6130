import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { parseCount, parseMoment } from '../times.ts'

interface ReplayOptions {
  readonly dead?: boolean
  readonly watched?: boolean
  readonly site?: string
  readonly code?: string
  readonly since?: string
  readonly limit: string
  readonly dryRun?: boolean
}

export function addReplayCommand(program: Command, host: CommandHost): void {
  program
    .command('replay [ids...]')
    .description('put stored notifications back into the inbox; effects already in the ledger are not repeated')
    .option('--dead', 'all dead letters that fit the filters')
    .option('--watched', 'all that was decided in watch mode and carried out nowhere')
    .option('--site <site>', 'only of this site')
    .option('--code <code>', 'only dead letters with this code')
    .option('--since <time>', 'received since (2026-11-24, 12h, 7d)')
    .option('--limit <number>', 'at most so many', '1000')
    .option('--dry-run', 'only say which')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses replay 4711\n  civicrm-ses replay --dead --site main --since 7d --dry-run\n' +
        '  civicrm-ses replay --watched --site main --since 2d\n',
    )
    .action(async (ids: readonly string[], options: ReplayOptions, command: Command) => {
      const ways = [ids.length > 0, options.dead === true, options.watched === true]
      if (ways.filter(Boolean).length !== 1)
        throw new GatewayError('COMMAND_USAGE', 'name the notifications by id, or say --dead or --watched')
      const context = contextOf(command, host)
      const outcome = await context.ask('replay', {
        ids: ids.length > 0 ? ids.map((id) => parseCount(id, Number.MAX_SAFE_INTEGER)) : undefined,
        site: options.site,
        code: options.code,
        watched: options.watched ?? false,
        since: options.since === undefined ? undefined : parseMoment(options.since, systemClock.now()),
        limit: parseCount(options.limit, 10_000),
        dryRun: options.dryRun ?? false,
      })
      context.print(outcome, (done) =>
        done.dryRun
          ? `Would replay ${done.ids.length}: ${done.ids.join(', ') || 'nothing'}. Nothing was changed (dry run).\n`
          : `Replayed: ${done.replayed}.\n`,
      )
    })
}
