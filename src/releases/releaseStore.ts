import type { ReleasedRow } from '../civicrm/crm.ts'
import type { RemovalState } from '../suppression/removals.ts'

/**
 * Which e-mail rows were taken off hold, by whom, and what became of them on SES's suppression list. What staff did
 * in CiviCRM is found there, from a mark on; what an undo did is known before. Each release is kept once.
 */
export interface ReleaseStore {
  /** How far each site was read, and when. */
  marks(): Promise<ReadonlyMap<string, ReleaseMark>>

  /** Of these rows those that are not kept yet, and that no undo took off hold. */
  news(site: string, rows: readonly ReleasedRow[]): Promise<readonly ReleasedRow[]>

  /** Keeps what was found, and how far was read, in one durable commit. */
  keep(
    site: string,
    found: { readonly news: readonly ReleasedRow[]; readonly mark: string; readonly at: number },
  ): Promise<void>

  /** Keeps what an undo took off hold. */
  undone(site: string, rows: readonly UndoneRow[], at: number): Promise<void>

  /** Newest first. */
  list(filter: ReleaseFilter): Promise<readonly ReleaseRecord[]>
}

export interface ReleaseMark {
  /** In the words of the site's CRM. */
  readonly mark: string
  readonly readAt: number
}

export interface UndoneRow {
  readonly emailId: number
  readonly contactId: number
  readonly email: string
}

export interface ReleaseFilter {
  readonly site?: string | undefined
  /** Of the moment in which it was found. */
  readonly since?: number | undefined
  readonly limit: number
}

export interface ReleaseRecord {
  readonly id: number
  readonly site: string
  readonly emailId: number
  readonly contactId: number
  readonly address: string
  /**
   * - `reset`: no earlier bounce counts any more.
   * - `half`: CiviCRM left an old reset date standing, so that one soft bounce holds the address again.
   */
  readonly form: 'reset' | 'half'
  /** When it was released; of a half one, when it had been put on hold. */
  readonly dated: number
  readonly foundAt: number
  readonly origin: 'civicrm' | 'undo'
  /** null: nobody asked for its removal. */
  readonly suppression: RemovalState | null
  /** AWS's name of what is in the way of it. */
  readonly suppressionError: string | null
}

/** The clocks of a site and of the gateway differ: so near to an undo's, a release is taken for that undo's. */
export const ownReleaseMs = 10 * 60_000

/** What tells one release from another. */
export interface ReleaseKey {
  readonly emailId: number
  readonly form: 'reset' | 'half'
  readonly dated: number
}

/** null for a row that is dated by nothing. */
export function keyOfRelease({ emailId, resetDate, holdDate }: ReleasedRow): ReleaseKey | null {
  if (holdDate !== null) return { emailId, form: 'half', dated: holdDate }
  return resetDate === null ? null : { emailId, form: 'reset', dated: resetDate }
}
