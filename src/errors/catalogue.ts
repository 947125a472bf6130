import { backupErrors } from './catalogue/backup.ts'
import { civicrmErrors } from './catalogue/civicrm.ts'
import { commandErrors } from './catalogue/command.ts'
import { configErrors } from './catalogue/config.ts'
import { gatewayErrors } from './catalogue/gateway.ts'
import { ingestErrors } from './catalogue/ingest.ts'
import { movingErrors } from './catalogue/moving.ts'
import { queueErrors } from './catalogue/queues.ts'
import { recordingErrors } from './catalogue/recording.ts'
import { settingsErrors } from './catalogue/settings.ts'
import { storageErrors } from './catalogue/storage.ts'

/** One entry of the catalogue. Codes are never reused for another meaning once released. */
export interface CatalogueEntry {
  /** What the code means, as the documentation prints it. */
  readonly meaning: string
  /** What a person can do. */
  readonly hint: string
  /** Whether the same attempt may succeed later by itself. */
  readonly retryable: boolean
}

/** All codes, by area; `docs/ERRORS.md` is generated from it. */
export const errorCatalogue = {
  ...ingestErrors,
  ...gatewayErrors,
  ...storageErrors,
  ...movingErrors,
  ...backupErrors,
  ...settingsErrors,
  ...queueErrors,
  ...civicrmErrors,
  ...recordingErrors,
  ...configErrors,
  ...commandErrors,
} as const satisfies Readonly<Record<string, CatalogueEntry>>

export type ErrorCode = keyof typeof errorCatalogue
