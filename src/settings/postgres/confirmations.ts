import { identityOf } from '../../database/hash.ts'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { Emitter } from '../../emitter.ts'
import { keptInState } from '../keptConfirmations.ts'
import type { Confirmation, ConfirmationOutcome, Confirmations, NewConfirmation } from '../settings.ts'

type Row = Omit<Confirmation, 'authenticated'> & { readonly authenticated: 0 | 1 }

const columns = `
  id, state, addressed, site, topic_arn AS "topicArn", message_id AS "messageId", token, received_at AS "receivedAt",
  published_at AS "publishedAt", attempts, next_attempt_at AS "nextAttemptAt", subscription_arn AS "subscriptionArn",
  authenticated, last_error AS "lastError", settled_at AS "settledAt", raw`

const insert = `
  INSERT INTO confirmation (identity, state, addressed, site, topic_arn, message_id, token, received_at, published_at,
                            attempts, next_attempt_at, authenticated, raw)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $8, 0, $10)
  ON CONFLICT (identity) DO NOTHING`

/** A subscription that stands is the truth, whatever was written before; all else is for those still waiting. */
const confirm = `
  UPDATE confirmation
  SET state = 'confirmed', settled_at = $2, subscription_arn = $3, authenticated = $4, last_error = NULL
  WHERE id = $1`
const keepNewest = `
  DELETE FROM confirmation WHERE id IN (
    SELECT id FROM confirmation WHERE state = $1 ORDER BY id DESC OFFSET $2)`
const stillWaiting = `WHERE id = $1 AND state IN ('pending', 'due')`
const retry = `
  UPDATE confirmation SET state = 'due', next_attempt_at = $2, last_error = $3, attempts = attempts + 1 ${stillWaiting}`
const allow = `UPDATE confirmation SET state = 'due', next_attempt_at = $2, site = $3 ${stillWaiting}`
const fail = `UPDATE confirmation SET state = 'failed', settled_at = $2, last_error = $3 ${stillWaiting}`

/** Confirmations in PostgreSQL, of whichever instance the topic's message reached. */
export class PostgresConfirmations implements Confirmations {
  readonly #database: PostgresDatabase
  readonly #news = new Emitter<{ readonly due: null }>()

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  /** Begins to hear of the other instances, until the database is closed. */
  async listen(): Promise<void> {
    await this.#database.listen('civicrm_ses_confirmations', () => this.#news.emit('due', null))
  }

  async save(confirmation: NewConfirmation): Promise<'stored' | 'duplicate'> {
    const { state, addressed, site, topicArn, messageId, token, receivedAt, publishedAt, raw } = confirmation
    const identity = identityOf(addressed, topicArn, token)
    return this.#database.transaction(async (queries) => {
      const stored = await queries.run(insert, [
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
      ])
      if (stored === 0) return 'duplicate'
      for (const [kept, count] of keptInState) await queries.run(keepNewest, [kept, count])
      return 'stored'
    })
  }

  async due(now: number): Promise<readonly Confirmation[]> {
    const rows = await this.#database.query<Row>(
      `SELECT ${columns} FROM confirmation WHERE state = 'due' AND next_attempt_at <= $1 ORDER BY next_attempt_at, id`,
      [now],
    )
    return rows.map(confirmationOf)
  }

  async list(): Promise<readonly Confirmation[]> {
    const rows = await this.#database.query<Row>(`SELECT ${columns} FROM confirmation ORDER BY id`)
    return rows.map(confirmationOf)
  }

  async settle(id: number, outcome: ConfirmationOutcome): Promise<void> {
    if (outcome.state === 'confirmed') {
      const { at, subscriptionArn, authenticated } = outcome
      await this.#database.run(confirm, [id, at, subscriptionArn, authenticated ? 1 : 0])
    } else if (outcome.state === 'failed') await this.#database.run(fail, [id, outcome.at, outcome.error])
    else if (outcome.error === null) await this.#database.run(allow, [id, outcome.nextAttemptAt, outcome.site])
    else await this.#database.run(retry, [id, outcome.nextAttemptAt, outcome.error])
  }

  onDue(listener: () => void): () => void {
    return this.#news.on('due', listener)
  }
}

function confirmationOf(row: Row): Confirmation {
  return { ...row, authenticated: row.authenticated === 1 }
}
