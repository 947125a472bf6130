import type { AddressState } from '../civicrm/crm.ts'
import type { AddressRow, CrmFacts, QueueRow } from '../civimail/crmFacts.ts'
import type { Effect } from '../civimail/decision.ts'
import type { LedgerEffect } from '../ledger/ledger.ts'
import type { PastEffect, UndoCase } from '../undo/undoCase.ts'
import { bounceEffect, decision, mailEvent, planned } from './plannedEvents.ts'

/** One reader with one e-mail row, and what the gateway did to her. */

export const undoneAt = Date.UTC(2026, 10, 24, 12)
export const minute = 60_000

/** When her effects were called, unless told otherwise. */
export const calledAt = undoneAt - 24 * 60 * minute

const email = 'person1@example.org'

export const queueRow: QueueRow = { queueId: 3001, hash: 'h', contactId: 101, emailId: 1, email, resetDate: null }

/** Her row before the effect. */
export function rowBefore(more: Partial<AddressRow> = {}): AddressRow {
  return { emailId: 1, contactId: 101, email, onHold: 0, resetDate: null, optedOut: false, ...more }
}

/** Her row as it stands now: on hold since the effect. */
export function rowNow(more: Partial<AddressState> = {}): AddressState {
  return { ...rowBefore({ onHold: 1 }), holdDate: calledAt + 1000, ...more }
}

export function factsBefore(more: Partial<CrmFacts> = {}): CrmFacts {
  return { queueRow, addressRows: [rowBefore()], counted: [], ...more }
}

export interface PastInput extends Partial<Pick<LedgerEffect, 'state' | 'calledAt' | 'settledAt' | 'conclusiveAt'>> {
  readonly id?: number
  readonly effect?: Effect
  readonly facts?: CrmFacts | null
  readonly rule?: string
  readonly kind?: string
  readonly site?: string
  readonly recipient?: string
  readonly firstSeenAt?: number
}

/** An effect that was carried out; a bounce on her queue row unless told otherwise. */
export function past(input: PastInput = {}): PastEffect {
  const { id = 1, effect = bounceEffect(3001), facts = factsBefore(), rule = 'bounce-permanent' } = input
  const { kind = 'bounce', site = 'alpha', recipient = email, firstSeenAt = calledAt, ...more } = input
  const event = mailEvent(id, { kind, recipient })
  const { key } = planned(id, { event, site })
  const stored: LedgerEffect = {
    id,
    effect,
    marker: 'marker',
    state: more.state ?? 'done',
    callId: 'call',
    calledAt: more.calledAt === undefined ? calledAt : more.calledAt,
    conclusiveAt: more.conclusiveAt === undefined ? calledAt + 370_000 : more.conclusiveAt,
    settledAt: more.settledAt === undefined ? (more.calledAt ?? calledAt) + 2000 : more.settledAt,
    answer: null,
  }
  return {
    of: { eventId: 500 + id, key, firstSeenAt, event, decision: decision([effect], { rule }), effects: [stored] },
    stored,
    facts,
  }
}

export function undoCase(more: Partial<UndoCase> = {}): UndoCase {
  return {
    chosen: [past()],
    others: [],
    undone: new Map(),
    rows: [rowNow()],
    ownOptOuts: [],
    withoutLook: false,
    ...more,
  }
}
