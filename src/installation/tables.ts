/**
 * **Installation**: all that one gateway keeps. **Place**: where it is kept, a data folder or a PostgreSQL database.
 *
 * This is the one description of an installation's tables. By it installations move, are backed up and restored, and
 * are compared; a test holds it against the schema of both engines, so that a new table or column cannot be left out.
 */

/** How a column is kept: `integer` (below 2^53), `text` (JSON too), or `bytes`. */
export type ColumnKind = 'integer' | 'text' | 'bytes'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

export interface Table {
  readonly name: string
  /** In the order in which rows travel as arrays. */
  readonly columns: readonly Column[]
  /** Columns of the primary key, which never change: by them the table is read in pieces. */
  readonly key: readonly Column[]
  /** Whether ids are given out by the database, none twice: the last one travels too. */
  readonly numbered: boolean
}

/** A value of a row; and a row, in the order of the table's columns. */
export type Value = string | number | null | Uint8Array
export type Row = readonly Value[]
/** A row's primary key. */
export type Key = readonly (string | number)[]

/** `id` of type integer, given out by the database, is the key where none is named. */
function table(name: string, columns: Readonly<Record<string, ColumnKind>>, key?: readonly string[]): Table {
  const all = Object.entries(columns).map(([column, kind]) => ({ name: column, kind }))
  const keyNames = key ?? ['id']
  return {
    name,
    columns: all,
    key: all.filter((column) => keyNames.includes(column.name)),
    numbered: key === undefined,
  }
}

/** Those that others refer to come first. */
export const tables: readonly Table[] = [
  table('site', { id: 'text', settings: 'text' }, ['id']),
  table('secret', { site: 'text', name: 'text', sealed: 'bytes' }, ['site', 'name']),
  table('queue', { arn: 'text', settings: 'text' }, ['arn']),
  table('confirmation', {
    id: 'integer',
    identity: 'bytes',
    state: 'text',
    addressed: 'text',
    site: 'text',
    topic_arn: 'text',
    message_id: 'text',
    token: 'text',
    received_at: 'integer',
    published_at: 'integer',
    attempts: 'integer',
    next_attempt_at: 'integer',
    subscription_arn: 'text',
    authenticated: 'integer',
    last_error: 'text',
    settled_at: 'integer',
    raw: 'bytes',
  }),
  table('notification', {
    id: 'integer',
    identity: 'bytes',
    site: 'text',
    state: 'text',
    owner: 'text',
    due_at: 'integer',
    attempts: 'integer',
    received_at: 'integer',
    settled_at: 'integer',
    code: 'text',
    reason: 'text',
  }),
  table(
    'notification_message',
    {
      id: 'integer',
      addressed: 'text',
      message_id: 'text',
      topic_arn: 'text',
      channel: 'text',
      published_at: 'integer',
      signature_version: 'text',
      certificate_url: 'text',
      verified_at: 'integer',
      raw: 'bytes',
    },
    ['id'],
  ),
  table('refused_message', {
    id: 'integer',
    identity: 'bytes',
    queue: 'text',
    addressed: 'text',
    refused_at: 'integer',
    code: 'text',
    reason: 'text',
    body: 'bytes',
  }),
  table('mail_event', {
    id: 'integer',
    key: 'bytes',
    site: 'text',
    ses_message_id: 'text',
    recipient: 'text',
    kind: 'text',
    class: 'text',
    standing: 'text',
    rule: 'text',
    first_seen_at: 'integer',
    decided_at: 'integer',
    occurred_at: 'integer',
    reference: 'bytes',
    decision: 'bytes',
    event: 'bytes',
  }),
  table('event_facts', { event_id: 'integer', facts: 'bytes' }, ['event_id']),
  table('effect', {
    id: 'integer',
    event_id: 'integer',
    seen_at: 'integer',
    site: 'text',
    kind: 'text',
    marker: 'text',
    state: 'text',
    address: 'text',
    call_id: 'text',
    called_at: 'integer',
    conclusive_at: 'integer',
    settled_at: 'integer',
    answer: 'text',
    effect: 'text',
  }),
  table('sighting', { event_id: 'integer', notification_id: 'integer' }, ['event_id', 'notification_id']),
  table('undo', {
    id: 'integer',
    begun_at: 'integer',
    ended_at: 'integer',
    asked_by: 'text',
    why: 'text',
    chosen: 'text',
    result: 'text',
    heard_at: 'integer',
  }),
  table('undone_effect', { effect_id: 'integer', undo_id: 'integer', state: 'text', at: 'integer', answer: 'text' }, [
    'effect_id',
  ]),
  table('release', {
    id: 'integer',
    site: 'text',
    email_id: 'integer',
    contact_id: 'integer',
    address: 'text',
    form: 'text',
    dated: 'integer',
    found_at: 'integer',
    origin: 'text',
  }),
  table(
    'suppression_removal',
    {
      site: 'text',
      address: 'text',
      origin: 'text',
      asked_at: 'integer',
      state: 'text',
      tries: 'integer',
      at: 'integer',
      error: 'text',
    },
    ['site', 'address'],
  ),
  table('release_mark', { site: 'text', mark: 'text', read_at: 'integer' }, ['site']),
  table('contact', { id: 'integer', site: 'text', name: 'text', is_opt_out: 'integer', is_deleted: 'integer' }),
  table('contact_email', {
    id: 'integer',
    contact_id: 'integer',
    email: 'text',
    on_hold: 'integer',
    hold_date: 'integer',
    reset_date: 'integer',
  }),
  table('mailing', { id: 'integer', site: 'text', name: 'text', sent_at: 'integer' }),
  table('mailing_queue', {
    id: 'integer',
    mailing_id: 'integer',
    contact_id: 'integer',
    email_id: 'integer',
    hash: 'text',
  }),
  table('mailing_bounce', {
    id: 'integer',
    queue_id: 'integer',
    bounce_type: 'text',
    reason: 'text',
    bounced_at: 'integer',
  }),
  table(
    'alarm',
    {
      kind: 'text',
      subject: 'text',
      since: 'integer',
      last_at: 'integer',
      count: 'integer',
      detail: 'text',
      ended_at: 'integer',
      told: 'text',
    },
    ['kind', 'subject'],
  ),
  table('receiver_count', { site: 'text', domain: 'text', bucket: 'integer', outcome: 'text', count: 'integer' }, [
    'site',
    'domain',
    'bucket',
    'outcome',
  ]),
  table(
    'retention',
    {
      kind: 'text',
      mark_at: 'integer',
      mark_id: 'integer',
      begun_at: 'integer',
      ended_at: 'integer',
      removed_at: 'integer',
      removed: 'integer',
    },
    ['kind'],
  ),
]

/** Tables of an engine that are no part of an installation, each with the reason. */
export const placeTables: Readonly<Record<string, string>> = {
  installation: 'notes about the place itself',
  followed_change: 'what is still to be carried to the place to which the installation is moving',
  notification_count: 'counted by triggers as rows arrive',
  effect_count: 'counted by triggers as rows arrive',
  settings_revision: 'counts the changes in this place, for the instances on it',
  instance: 'the processes that live on this database now',
  lease: 'what those processes hold now',
  civicrm_ses_schema: 'the version of the schema of this place',
  sqlite_sequence: 'the last ids, which travel with their tables',
}

/** @throws Error where a name from elsewhere (a backup, a log of changes) is that of no table */
export function tableNamed(name: string): Table {
  const found = tables.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no table "${name}"`)
  return found
}

const positions = new WeakMap<Table, readonly number[]>()

/** The key of a row. */
export function keyOf(of: Table, row: Row): Key {
  const known = positions.get(of) ?? of.key.map((column) => of.columns.indexOf(column))
  positions.set(of, known)
  return known.map((position) => {
    const value = row[position]
    if (typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`a key of ${of.name} is neither text nor number`)
  })
}

/** In the order in which both engines read a table: texts by their bytes. */
export function compareKeys(a: Key, b: Key): number {
  for (const [index, one] of a.entries()) {
    const other = b[index]
    if (one === other || other === undefined) continue
    if (typeof one === 'number' && typeof other === 'number') return one - other
    const order = Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
    if (order !== 0) return order
  }
  return 0
}
