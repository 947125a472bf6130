import type { EffectState } from '../ledger/ledger.ts'

/**
 * Every table and column in which something about a person may stand, and in what form. What exports him and what
 * forgets him goes by this list alone, so neither can miss what the other finds; a test compares it with the schema.
 *
 * - `address`: one address, or its pseudonym
 * - `text`: words in which one may occur
 * - `json`: the same, structured
 * - `packed`: the same, as the ledger packs it
 * - `message`: an SNS message as it came, which may be about several people
 */
export type Form = 'address' | 'text' | 'json' | 'packed' | 'message'

export interface Place {
  readonly table: string
  /** Its primary key. */
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, Form>>
  /** Read besides, as SQL: what tells whether the row may be changed, or completes an export. */
  readonly more: Readonly<Record<string, string>>
  /**
   * What becomes of a row of which he is the subject, which is what its columns of the form `address` say:
   * `nameless` the address becomes its pseudonym and the rest of it goes, `delete` it goes; null: there is none.
   */
  readonly subject: 'nameless' | 'delete' | null
  /** In words, for a person. */
  readonly what: string
}

/** What may be called at any moment needs the address. Of an uncertain effect a person may be forgotten. */
export const underWay: readonly EffectState[] = ['planned', 'calling']

const underWayList = underWay.map((state) => `'${state}'`).join(', ')

const none = {}

export const places: readonly Place[] = [
  {
    table: 'mail_event',
    key: ['id'],
    columns: { recipient: 'address', class: 'text', reference: 'packed', decision: 'packed', event: 'packed' },
    more: {
      site: 'site',
      kind: 'kind',
      first_seen_at: 'first_seen_at',
      standing: 'standing',
      under_way: `CASE WHEN EXISTS (
        SELECT 1 FROM effect WHERE event_id = mail_event.id AND effect.state IN (${underWayList})) THEN 1 ELSE 0 END`,
    },
    subject: 'nameless',
    what: 'mail events, with their effects',
  },
  {
    table: 'effect',
    key: ['id'],
    columns: { address: 'address', answer: 'text', effect: 'json' },
    more: { state: 'state', kind: 'kind', settled_at: 'settled_at', event_id: 'event_id' },
    subject: 'nameless',
    what: 'effects',
  },
  {
    table: 'event_facts',
    key: ['event_id'],
    columns: { facts: 'packed' },
    more: none,
    subject: null,
    what: 'what CiviCRM said before a decision',
  },
  {
    table: 'notification_message',
    key: ['id'],
    columns: { raw: 'message' },
    more: { state: '(SELECT state FROM notification n WHERE n.id = notification_message.id)' },
    subject: null,
    what: 'messages as they came',
  },
  {
    table: 'refused_message',
    key: ['id'],
    columns: { body: 'message' },
    more: { queue: 'queue', refused_at: 'refused_at', code: 'code' },
    subject: null,
    what: 'refused messages of queues',
  },
  {
    table: 'notification',
    key: ['id'],
    columns: { reason: 'text' },
    more: none,
    subject: null,
    what: 'reasons of dead letters',
  },
  {
    table: 'undone_effect',
    key: ['effect_id'],
    columns: { answer: 'text' },
    more: none,
    subject: null,
    what: 'what was undone',
  },
  {
    table: 'undo',
    key: ['id'],
    columns: { asked_by: 'text', why: 'text', chosen: 'json', result: 'json' },
    more: { begun_at: 'begun_at' },
    subject: null,
    what: 'undos',
  },
  {
    table: 'release',
    key: ['id'],
    columns: { address: 'address' },
    more: { site: 'site', found_at: 'found_at', contact_id: 'contact_id' },
    subject: 'delete',
    what: 'addresses that staff took off hold',
  },
  {
    table: 'suppression_removal',
    key: ['site', 'address'],
    columns: { address: 'address', error: 'text' },
    more: { state: 'state', asked_at: 'asked_at' },
    subject: 'delete',
    what: 'addresses to be taken off the SES suppression list',
  },
  {
    table: 'alarm',
    key: ['kind', 'subject'],
    columns: { detail: 'text', told: 'json' },
    more: { since: 'since' },
    subject: null,
    what: 'alarms',
  },
  {
    table: 'contact_email',
    key: ['id'],
    columns: { email: 'address' },
    more: {
      contact_id: 'contact_id',
      name: '(SELECT name FROM contact WHERE contact.id = contact_id)',
      is_opt_out: '(SELECT is_opt_out FROM contact WHERE contact.id = contact_id)',
      on_hold: 'on_hold',
      hold_date: 'hold_date',
    },
    subject: 'nameless',
    what: 'contacts of the built-in store',
  },
  {
    table: 'contact',
    key: ['id'],
    columns: { name: 'text' },
    more: { site: 'site' },
    subject: null,
    what: 'names of contacts of the built-in store',
  },
  {
    table: 'mailing_bounce',
    key: ['id'],
    columns: { reason: 'text' },
    more: { bounce_type: 'bounce_type', bounced_at: 'bounced_at' },
    subject: null,
    what: 'bounces of the built-in store',
  },
  {
    table: 'confirmation',
    key: ['id'],
    columns: { last_error: 'text' },
    more: none,
    subject: null,
    what: 'errors of confirmations',
  },
]

/**
 * Columns of text and bytes in which nobody's address stands, or only one that the administrator himself wrote there
 * (a site's settings). A new column is in `places` or here.
 */
export const harmless: Readonly<Record<string, readonly string[]>> = {
  alarm: ['kind', 'subject'],
  confirmation: [
    'identity',
    'state',
    'addressed',
    'site',
    'topic_arn',
    'message_id',
    'token',
    'subscription_arn',
    'raw',
  ],
  contact: ['site'],
  effect: ['site', 'kind', 'marker', 'state', 'call_id'],
  // Keys of rows that changed while the installation moves: gone when it has.
  followed_change: ['relation', 'key'],
  effect_count: ['site', 'kind', 'state'],
  installation: ['name', 'value'],
  instance: ['owner'],
  lease: ['name', 'owner'],
  mail_event: ['key', 'site', 'ses_message_id', 'kind', 'standing', 'rule'],
  mailing: ['site', 'name'],
  mailing_bounce: ['bounce_type'],
  mailing_queue: ['hash'],
  notification: ['identity', 'site', 'state', 'owner', 'code'],
  notification_count: ['site', 'state'],
  notification_message: ['addressed', 'message_id', 'topic_arn', 'channel', 'signature_version', 'certificate_url'],
  queue: ['arn', 'settings'],
  receiver_count: ['site', 'domain', 'outcome'],
  refused_message: ['identity', 'queue', 'addressed', 'code', 'reason'],
  release: ['site', 'form', 'origin'],
  release_mark: ['site', 'mark'],
  retention: ['kind'],
  secret: ['site', 'name', 'sealed'],
  site: ['id', 'settings'],
  suppression_removal: ['site', 'origin', 'state'],
  undone_effect: ['state'],
}
