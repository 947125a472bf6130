import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { table, when } from '../output.ts'

interface RetentionOptions {
  readonly runNow?: boolean
  readonly dryRun?: boolean
}

type Reports = OutputOf<'retention.report'>

export function addRetentionCommand(program: Command, host: CommandHost): void {
  program
    .command('retention')
    .description('what is kept how long, what is due to be removed, what was removed')
    .option('--run-now', 'remove what is due now, instead of waiting for the gateway to do it')
    .option('--dry-run', 'with --run-now: only say what is due')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses retention\n  civicrm-ses retention --run-now --dry-run\n\n' +
        'How long what is kept is in the configuration file: `retention`, see docs/operators/privacy.md.\n',
    )
    .action(async ({ runNow = false, dryRun = false }: RetentionOptions, command: Command) => {
      const context = contextOf(command, host)
      const removed = runNow && !dryRun ? await context.ask('retention.run', {}) : null
      const report = await context.ask('retention.report', {})
      context.print({ dryRun, removed, kinds: report }, (value) => {
        const head = value.removed === null ? '' : `Removed: ${removedText(value.removed)}.\n\n`
        return `${head}${reportText(value.kinds, host.io.columns)}${dryRun ? '\nNothing was changed (dry run).\n' : ''}`
      })
    })
}

function removedText(removed: OutputOf<'retention.run'>): string {
  const parts = Object.entries(removed).map(([kind, count]) => `${kind} ${count}`)
  return parts.length === 0 ? 'nothing was due' : parts.join(', ')
}

function reportText(reports: Reports, width: number | null): string {
  return table(
    [
      { title: 'Kind', value: ({ kind }) => kind },
      { title: 'Kept', value: ({ days }) => (days === null ? 'for ever' : `${days} days`) },
      { title: 'Due', value: ({ due }) => (due.isMore ? `more than ${due.rows}` : due.rows) },
      { title: 'Oldest due (UTC)', value: ({ due }) => when(due.oldestAt) },
      { title: 'Removed', value: ({ removed }) => removed },
      { title: 'Last (UTC)', value: ({ removedAt }) => when(removedAt) },
      { title: 'What', value: ({ what }) => what },
    ],
    reports,
    width,
  )
}
