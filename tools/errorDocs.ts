import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { errorCatalogue } from '../src/errors/catalogue.ts'
import { backupErrors } from '../src/errors/catalogue/backup.ts'
import { civicrmErrors } from '../src/errors/catalogue/civicrm.ts'
import { commandErrors } from '../src/errors/catalogue/command.ts'
import { configErrors } from '../src/errors/catalogue/config.ts'
import { gatewayErrors } from '../src/errors/catalogue/gateway.ts'
import { ingestErrors } from '../src/errors/catalogue/ingest.ts'
import { movingErrors } from '../src/errors/catalogue/moving.ts'
import { queueErrors } from '../src/errors/catalogue/queues.ts'
import { recordingErrors } from '../src/errors/catalogue/recording.ts'
import { settingsErrors } from '../src/errors/catalogue/settings.ts'
import { storageErrors } from '../src/errors/catalogue/storage.ts'

/**
 * Writes docs/ERRORS.md from the catalogue; `--check` only compares, for CI, so that a new code cannot
 * come without its explanation.
 */
const areas = [
  ['Notifications that are refused', ingestErrors],
  ['The gateway itself', gatewayErrors],
  ['Storage', storageErrors],
  ['Moving', movingErrors],
  ['Backup', backupErrors],
  ['Sites and secrets', settingsErrors],
  ['Queues', queueErrors],
  ['CiviCRM', civicrmErrors],
  ['Recording', recordingErrors],
  ['Configuration', configErrors],
  ['Commands', commandErrors],
] as const

function document(): string {
  const lines = [
    '# Error codes',
    '',
    'Generated from `src/errors/catalogue/` by `npm run docs`. A code keeps its meaning for ever. "Passes" means that',
    'the same attempt may succeed later by itself; a notification refused for such a reason is answered 503 and SNS',
    'repeats it.',
  ]
  for (const [title, entries] of areas) {
    lines.push('', `## ${title}`, '', '| code | meaning | what to do | passes |', '|---|---|---|---|')
    for (const [code, { meaning, hint, retryable }] of Object.entries(entries)) {
      lines.push(`| \`${code}\` | ${cell(meaning)} | ${cell(hint)} | ${retryable ? 'yes' : 'no'} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

const listed = areas.reduce((count, [, entries]) => count + Object.keys(entries).length, 0)
if (listed !== Object.keys(errorCatalogue).length)
  throw new Error('an area of the catalogue is missing in tools/errorDocs.ts')

const file = path.resolve(import.meta.dirname, '../docs/ERRORS.md')
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== document()) {
    process.stderr.write('docs/ERRORS.md differs from the catalogue: npm run docs\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(file, document())
}
