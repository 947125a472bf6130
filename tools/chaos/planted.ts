import type { Crm } from '../../src/civicrm/crm.ts'
import type { Tampering } from '../../src/compose/tampering.ts'
import type { Inbox } from '../../src/inbox/inbox.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { ReadEnvelope } from '../../src/recorder/parts.ts'
import { withMethods } from './withMethods.ts'

/**
 * Faults that a gateway of this kind may well have, each of which breaks a promise:
 *
 * - `answer-before-commit`: the 200 leaves while the notification is still on its way to the disk
 * - `ledger-before-call`: an effect is written down as done before CiviCRM is called
 * - `no-lease-guard`: whoever has claimed once goes on, though another has the lane meanwhile
 * - `key-by-message-id`: the delivery is the key, not the mail event
 * - `look-skipped`: after a call without an answer nobody looks whether it was carried out
 * - `look-too-early`: somebody looks while the call may still be running
 */
export const plantedFaultNames = [
  'answer-before-commit',
  'ledger-before-call',
  'no-lease-guard',
  'key-by-message-id',
  'look-skipped',
  'look-too-early',
] as const

export type PlantedFault = (typeof plantedFaultNames)[number]

/** Long enough for a kill to fall in between, as a slow disk is. */
const slowDiskMs = 150

export const plantedFaults: Readonly<Record<PlantedFault, Partial<Tampering>>> = {
  'answer-before-commit': { inbox: answeringEarly },
  'ledger-before-call': { ledger: settlingEarly },
  'no-lease-guard': { inbox: keepingClaims, ledger: beginningAnyway, fence: () => null },
  'key-by-message-id': { readEnvelope: mailNamedByDelivery },
  'look-skipped': { crm: lookingNowhere },
  'look-too-early': { ledger: concludingAtOnce },
}

function answeringEarly(inbox: Inbox): Inbox {
  return withMethods(inbox, {
    accept: async (notification) => {
      setTimeout(() => void inbox.accept(notification).catch(() => undefined), slowDiskMs)
      return 'stored'
    },
  })
}

function settlingEarly(ledger: Ledger): Ledger {
  return withMethods(ledger, {
    begin: async (effectIds, call) => {
      const begun = await ledger.begin(effectIds, call)
      const { callId, at } = call
      await ledger.settle(begun.map((effectId) => ({ effectId, callId, state: 'done', at, answer: 'surely' })))
      return begun
    },
  })
}

/** Claims and calls go by nobody's lease, and whoever lost a claim does not notice. */
function keepingClaims(inbox: Inbox): Inbox {
  return withMethods(inbox, {
    claim: async (request) => inbox.claim({ ...request, fence: undefined }),
    renew: async (_owner, ids) => ids,
  })
}

function beginningAnyway(ledger: Ledger): Ledger {
  return withMethods(ledger, {
    begin: async (effectIds, call) => {
      await ledger.begin(effectIds, { ...call, fence: undefined })
      return effectIds
    },
  })
}

function mailNamedByDelivery(read: ReadEnvelope): ReadEnvelope {
  return (raw) => {
    const outcome = read(raw)
    if (!outcome.ok) return outcome
    const message = outcome.envelope.message.replace(/("messageId":\s*")[^"]+(")/, `$1${deliveryOf(raw)}$2`)
    return { ok: true, envelope: { ...outcome.envelope, message } }
  }
}

function deliveryOf(raw: Uint8Array): string {
  return /"MessageId"\s*:\s*"([^"]+)"/.exec(Buffer.from(raw).toString('utf8'))?.[1] ?? ''
}

function lookingNowhere(crm: Crm): Crm {
  return withMethods(crm, { findRecorded: async () => new Set() })
}

function concludingAtOnce(ledger: Ledger): Ledger {
  return withMethods(ledger, {
    begin: async (effectIds, call) => ledger.begin(effectIds, { ...call, conclusiveAt: call.at }),
  })
}
