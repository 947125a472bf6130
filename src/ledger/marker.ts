import { hash } from 'node:crypto'
import type { Effect } from '../civimail/decision.ts'
import { keyParts } from './key.ts'
import type { EventKey } from './ledger.ts'

/** 60 bits: the look compares it with the few bounces of one queue row only. */
const length = 12

/** RFC 4648 base32 in lower case: nothing in it that a database, a collation or a mail program changes. */
const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * The short text by which a read-back finds an effect in CiviCRM's bounce reason. Derived, not drawn, so
 * that the same effect of the same mail event has it in every process and after every restart. Facts that
 * are read anew before each attempt (which rows an address has, the wording of the reason) are no part of it.
 */
export function effectMarker(key: EventKey, effect: Effect): string {
  const digest = hash('sha256', JSON.stringify([...keyParts(key), ...identityParts(effect)]), 'buffer')
  let marker = ''
  for (const byte of digest.subarray(0, length)) marker += letters[byte & 31] ?? ''
  return marker
}

function identityParts(effect: Effect): readonly string[] {
  switch (effect.effect) {
    case 'bounce': {
      const { jobId, queueId, hash: queueHash } = effect.reference
      return ['bounce', effect.bounceType, String(jobId), String(queueId), queueHash]
    }
    case 'hold':
      return ['hold', effect.bounceType, effect.address]
    case 'optOut':
      return ['optOut', effect.address]
    case 'alarm':
      return ['alarm', effect.about]
    default:
      return effect satisfies never
  }
}
