import type { Command } from 'commander'
import path from 'node:path'
import { systemClock } from '../../clock.ts'
import { fileNames } from '../../database/sqlite/folder.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { openRestoreDestination } from '../../installation/backup/destination.ts'
import { restoreBackup, verifyBackup } from '../../installation/backup/restore.ts'
import { type PlaceAddress, schemaVersion } from '../../installation/openPlace.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { configuredPlace, placeArgument, placeHelp } from '../placeArgument.ts'
import { duration, grouped, ProgressLine, quietMs } from '../progress.ts'

interface Options {
  readonly into?: string
  readonly replace?: boolean
  readonly dryRun?: boolean
}

export function addRestoreCommand(program: Command, host: CommandHost): void {
  program
    .command('restore <file>')
    .description('put a backup in place: into what the configuration names, or elsewhere, on either engine')
    .option('--into <place>', 'a data folder or a PostgreSQL database (default: that of the configuration)')
    .option('--replace', 'also where something is; a database file is kept beside the new one')
    .option('--dry-run', 'only look whether the backup is whole')
    .addHelpText(
      'after',
      `\n${placeHelp}\nNo gateway may run there. Put the key file in its place too, or secrets do not open.\n` +
        'What was done after the backup was made is not in it: docs/operators/backup.md says what that means.\n\n' +
        'Examples:\n  civicrm-ses restore civicrm-ses-2026-11-24.gz --dry-run\n' +
        '  civicrm-ses restore civicrm-ses-2026-11-24.gz\n  civicrm-ses restore old.gz --into /tmp/look\n',
    )
    .action(async (file: string, { into, replace = false, dryRun = false }: Options, command: Command) => {
      const { io, config, print } = contextOf(command, host)
      if (file === '-')
        throw new GatewayError(
          'COMMAND_USAGE',
          'a backup is read twice, so it must be a file: first to see that it is whole',
        )
      const { elapsed } = io
      const line = new ProgressLine(io)
      const since = elapsed()
      const signal = io.stopped
      const onProgress = (phase: string) => (rows: number, ofRows: number) => {
        if (elapsed() - since < quietMs) return
        line.show(phase, `${phase}: ${grouped(rows)}${ofRows === 0 ? '' : ` of ${grouped(ofRows)}`} rows`)
      }
      try {
        const content = await verifyBackup(file, schemaVersion, { signal, onProgress: onProgress('verifying') })
        const { header, manifest } = content
        const about = { file, at: header.at, program: header.program, engine: header.engine, tables: manifest.tables }
        const rows = Object.values(manifest.tables).reduce((sum, table) => sum + table.rows, 0)
        const what = `The backup of ${header.at} (${header.engine}, civicrm-ses ${header.program}) is whole: ${grouped(rows)} rows`
        if (dryRun) {
          line.end()
          return print({ ...about, state: 'whole' }, () => `${what}. Nothing was changed (dry run).\n`)
        }
        const settings = config()
        const requireDurable = settings.databaseDurability === 'required'
        const address = into === undefined ? configuredPlace(settings) : await placeArgument(into, io, requireDurable)
        const destination = await openRestoreDestination(address, replace)
        try {
          const { place, atOnce } = destination
          const progress = onProgress('restoring')
          const options = { file, schema: schemaVersion, content, place, atOnce, clock: systemClock, signal }
          await restoreBackup({ ...options, onProgress: progress })
          const keptAt = await destination.finish()
          line.end()
          const done = { ...about, state: 'restored', into: place.address, keptAt, seconds: (elapsed() - since) / 1000 }
          print(done, ({ seconds }) =>
            [
              `${what}. Restored into ${place.address} in ${duration(seconds * 1000)}, and compared.`,
              ...(keptAt === null ? [] : [`What was there before is kept in ${keptAt}.`]),
              keyText(settings.keyFile, address),
              'Bounces reported before now are looked for in CiviCRM before they are recorded (docs/operators/backup.md).\n',
            ].join('\n'),
          )
        } finally {
          await destination.close()
        }
      } finally {
        line.end()
      }
    })
}

function keyText(keyFile: string | null, address: PlaceAddress): string {
  const file = keyFile ?? ('folder' in address ? path.join(address.folder, fileNames.key) : 'keyFile')
  return `The key of the secrets is not in a backup: make sure that the one of its time is in ${file}.`
}
