import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { identityOf } from '../../database/hash.ts'
import { keptInState } from '../keptConfirmations.ts'
import type { Confirmation, ConfirmationOutcome, Confirmations, NewConfirmation } from '../settings.ts'

type Row = Omit<Confirmation, 'authenticated'> & { readonly authenticated: 0 | 1 }

const columns = `
  id, state, addressed, site, topic_arn AS topicArn, message_id AS messageId, token, received_at AS receivedAt,
  published_at AS publishedAt, attempts, next_attempt_at AS nextAttemptAt, subscription_arn AS subscriptionArn,
  authenticated, last_error AS lastError, settled_at AS settledAt, raw`

export class SqliteConfirmations implements Confirmations {
  readonly #database: SqliteDatabase
  readonly #insert
  readonly #trim
  readonly #due
  readonly #list
  readonly #confirm
  readonly #retry
  readonly #allow
  readonly #fail

  constructor(database: SqliteDatabase) {
    this.#database = database
    this.#insert = database.prepare(`
      INSERT INTO confirmation (identity, state, addressed, site, topic_arn, message_id, token, received_at, published_at,
                                attempts, next_attempt_at, authenticated, raw)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?8, ?, 0, ?8, 0, ?)
      ON CONFLICT (identity) DO NOTHING
    `)
    this.#trim = database.prepare(`
      DELETE FROM confirmation WHERE id IN (
        SELECT id FROM confirmation WHERE state = ? ORDER BY id DESC LIMIT -1 OFFSET ?)
    `)
    this.#due = database.prepare<Row>(`
      SELECT ${columns} FROM confirmation WHERE state = 'due' AND next_attempt_at <= ? ORDER BY next_attempt_at, id
    `)
    this.#list = database.prepare<Row>(`SELECT ${columns} FROM confirmation ORDER BY id`)
    // A subscription that stands is the truth, whatever was written before; all else is for those still waiting.
    this.#confirm = database.prepare(`
      UPDATE confirmation
      SET state = 'confirmed', settled_at = ?, subscription_arn = ?, authenticated = ?, last_error = NULL
      WHERE id = ?
    `)
    const waiting = `WHERE id = ? AND state IN ('pending', 'due')`
    this.#retry = database.prepare(`
      UPDATE confirmation SET state = 'due', next_attempt_at = ?, last_error = ?, attempts = attempts + 1 ${waiting}
    `)
    this.#allow = database.prepare(`UPDATE confirmation SET state = 'due', next_attempt_at = ?, site = ? ${waiting}`)
    this.#fail = database.prepare(`
      UPDATE confirmation SET state = 'failed', settled_at = ?, last_error = ? ${waiting}
    `)
  }

  async save(confirmation: NewConfirmation): Promise<'stored' | 'duplicate'> {
    const { state, addressed, site, topicArn, messageId, token, receivedAt, publishedAt, raw } = confirmation
    const identity = identityOf(addressed, topicArn, token)
    return this.#database.commit(() => {
      const run = this.#insert.run(
        identity,
        state,
        addressed,
        site,
        topicArn,
        messageId,
        token,
        receivedAt,
        publishedAt,
        raw,
      )
      if (run.changes === 0) return 'duplicate'
      for (const [kept, count] of keptInState) this.#trim.run(kept, count)
      return 'stored'
    })
  }

  async due(now: number): Promise<readonly Confirmation[]> {
    return this.#database.read(() => this.#due.all(now)).map(confirmationOf)
  }

  async list(): Promise<readonly Confirmation[]> {
    return this.#database.read(() => this.#list.all()).map(confirmationOf)
  }

  async settle(id: number, outcome: ConfirmationOutcome): Promise<void> {
    await this.#database.commit(() => this.#write(id, outcome))
  }

  /** There are no others. */
  onDue(): () => void {
    return () => undefined
  }

  #write(id: number, outcome: ConfirmationOutcome): void {
    if (outcome.state === 'confirmed')
      this.#confirm.run(outcome.at, outcome.subscriptionArn, outcome.authenticated ? 1 : 0, id)
    else if (outcome.state === 'failed') this.#fail.run(outcome.at, outcome.error, id)
    else if (outcome.error === null) this.#allow.run(outcome.nextAttemptAt, outcome.site, id)
    else this.#retry.run(outcome.nextAttemptAt, outcome.error, id)
  }
}

function confirmationOf(row: Row): Confirmation {
  return { ...row, authenticated: row.authenticated === 1 }
}
