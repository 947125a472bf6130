import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { Manifest } from '../../installation/backup/format.ts'
import { writeBackup } from '../../installation/backup/write.ts'
import { openPlace, schemaVersion } from '../../installation/openPlace.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { printable } from '../output.ts'
import { configuredPlace } from '../placeArgument.ts'
import { duration, grouped, ProgressLine, quietMs } from '../progress.ts'
import { version } from '../version.ts'

export function addBackupCommand(program: Command, host: CommandHost): void {
  program
    .command('backup <file>')
    .description('write all that the gateway keeps into one file, while notifications arrive')
    .option(
      '--check',
      'look first whether the database is sound, its indexes too: takes long, and cannot be broken off',
    )
    .addHelpText(
      'after',
      '\nThe key of the secrets is not in it: keep that one apart (docs/operators/backup.md). The file holds addresses of\n' +
        'people; only its owner can read it.\n\n' +
        'Example:\n  civicrm-ses backup /var/backups/civicrm-ses-$(date +%F).gz\n',
    )
    .action(async (file: string, { check = false }: { readonly check?: boolean }, command: Command) => {
      const { io, config, print } = contextOf(command, host)
      if (file === '-')
        throw new GatewayError('COMMAND_USAGE', 'a backup is written into a file, which is there whole or not at all')
      const place = await openPlace(configuredPlace(config()), 'read')
      const { elapsed } = io
      const line = new ProgressLine(io)
      const since = elapsed()
      try {
        if (check) {
          line.show('check', 'looking whether the database is sound')
          const faults = await place.examine()
          if (faults.length > 0) throw new GatewayError('BACKUP_SOURCE_DAMAGED', faults.join('; '))
        }
        const manifest = await writeBackup({
          place,
          file,
          program: version(),
          schema: schemaVersion,
          clock: systemClock,
          signal: io.stopped,
          onProgress: (rows, ofRows, table) => {
            if (elapsed() - since < quietMs) return
            const rate = rows / Math.max((elapsed() - since) / 1000, 0.001)
            const left = duration(((ofRows - rows) / rate) * 1000)
            line.show(
              'rows',
              `${table}: ${grouped(rows)} of about ${grouped(ofRows)} rows, ${grouped(rate)} rows/s, about ${left} left`,
            )
          },
        })
        line.end()
        print({ file, seconds: (elapsed() - since) / 1000, tables: manifest.tables }, (done) =>
          reportText(done, place.address),
        )
      } finally {
        line.end()
        await place.close()
      }
    })
}

interface Done {
  readonly file: string
  readonly seconds: number
  readonly tables: Manifest['tables']
}

function reportText({ file, seconds, tables }: Done, address: string): string {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
  return (
    `Backed up ${address}: ${grouped(rows)} rows in ${printable(file)}, in ${duration(seconds * 1000)}.\n` +
    'The key of the secrets is not in it. Without that key API keys have to be entered anew: keep a copy of the key file\n' +
    'in another place than the backups.\n'
  )
}
