import type { Clock, Random } from '../clock.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import type { Confirmation, ConfirmationOutcome } from '../settings/settings.ts'
import { confirmationDelay } from './confirmationSchedule.ts'
import type { ConfirmSubscription } from './sns/confirmation/confirm.ts'
import { parseEnvelope, publishedAt } from './sns/envelope.ts'
import type { Refusal, Verifier } from './sns/verdict.ts'
import { validityTime } from './validityTime.ts'

export interface AttemptParts {
  readonly verifier: Verifier
  readonly confirm: ConfirmSubscription
  readonly clock: Clock
  readonly random: Random
}

/** How one attempt ended, and what is to be stored of it. */
export interface Attempt {
  /** `refused`: it is not SNS's. `retrying`: not now. */
  readonly outcome: 'confirmed' | 'retrying' | 'failed' | 'refused'
  /** For a person; '' where there is nothing to say. */
  readonly detail: string
  readonly settled: ConfirmationOutcome
}

/**
 * Verifies a kept SubscriptionConfirmation and confirms it. It is verified even where that was done before
 * it was stored: no way into the table shall lead to a call for what SNS has not signed. That the topic is
 * allowed is the caller's to see to. Writes nothing.
 */
export async function attemptConfirmation(parts: AttemptParts, confirmation: Confirmation): Promise<Attempt> {
  const { verifier, confirm, clock } = parts
  const parsed = parseEnvelope(confirmation.raw)
  if (!parsed.ok) return refused(parts, confirmation, parsed)
  const { envelope } = parsed
  const verified = await verifier.verify(envelope, validityTime(publishedAt(envelope), clock.now()))
  if (!verified.ok) return refused(parts, confirmation, verified)

  const answer = await confirm(envelope)
  if (!answer.ok)
    return answer.permanent ? failed(parts, 'failed', answer.error) : retrying(parts, confirmation, answer.error)
  const { subscriptionArn, authenticated, remark } = answer
  const settled = { state: 'confirmed', at: clock.now(), subscriptionArn, authenticated } as const
  return { outcome: 'confirmed', detail: remark ?? '', settled }
}

/** What is no longer to be tried. */
export function failed({ clock }: Pick<AttemptParts, 'clock'>, outcome: 'failed' | 'refused', detail: string): Attempt {
  return { outcome, detail, settled: { state: 'failed', at: clock.now(), error: detail } }
}

function refused(parts: AttemptParts, confirmation: Confirmation, { code, reason }: Refusal): Attempt {
  const detail = `${code}: ${reason}`
  return errorCatalogue[code].retryable ? retrying(parts, confirmation, detail) : failed(parts, 'refused', detail)
}

function retrying({ clock, random }: AttemptParts, { attempts }: Confirmation, detail: string): Attempt {
  const nextAttemptAt = clock.now() + confirmationDelay(attempts + 1, random)
  return { outcome: 'retrying', detail, settled: { state: 'due', nextAttemptAt, error: detail } }
}
