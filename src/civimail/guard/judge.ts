import type { OutageGuardRules } from './rules.ts'

/** What a receiving domain took and refused in one span of time. */
export interface ReceiverTally {
  readonly delivered: number
  /** Refused for good, by status. */
  readonly refused: ReadonlyMap<string, number>
}

/** One receiving domain, in the window of the rules and in the weeks before it, which leave out what was set aside. */
export interface ReceiverTraffic {
  readonly window: ReceiverTally
  readonly history: ReceiverTally
}

export type Judgement =
  | { readonly burst: false; readonly why: 'few' | 'noHistory' | 'mostlyTaken' | 'asBefore' | 'various' }
  /** `explanation`: a sentence with the numbers. */
  | { readonly burst: true; readonly explanation: string }

/** How far the weeks before are looked at, days. */
export const historyDays = 30

/** The share refused must be so many times that of the weeks before. */
const factor = 5

/** Nearly all refusals of a fault have one cause, and so one status. */
const alikeShare = 0.8

/**
 * Judges whether the permanent bounces of one receiving domain look like a fault of the provider (in December
 * 2020 Gmail answered "550 5.1.1 no such user" for good addresses, for hours) rather than like bad addresses.
 *
 * All must hold: many refusals; most of the mail to the domain refused; that far more than in the weeks before;
 * nearly all with one status. What keeps from false alarms is the history: a first mailing to an old list, a list
 * that was bought, bounce a lot too, but the domain never took mail of this site before. So nothing is ever set
 * aside for a domain without deliveries in the weeks before (at least as many as make a burst).
 */
export function judgeReceiver(
  domain: string,
  { window, history }: ReceiverTraffic,
  rules: OutageGuardRules,
): Judgement {
  const refused = total(window)
  if (refused < rules.leastBounces) return { burst: false, why: 'few' }
  if (history.delivered < rules.leastBounces) return { burst: false, why: 'noHistory' }
  const share = refused / (refused + window.delivered)
  if (share < rules.share) return { burst: false, why: 'mostlyTaken' }
  const before = total(history)
  const shareBefore = before / (before + history.delivered)
  if (share < factor * shareBefore) return { burst: false, why: 'asBefore' }
  const [status, most] = mostFrequent(window.refused)
  if (most < alikeShare * refused) return { burst: false, why: 'various' }
  const named = status === 'unnamed' ? 'without naming a status' : `with the status ${status}`
  return {
    burst: true,
    explanation:
      `In ${rules.windowMinutes} minutes ${domain} refused ${refused} of ${refused + window.delivered} mails for good ` +
      `(${percent(share)}), ${most} of them ${named}; in the ${historyDays} days before it took ${history.delivered} ` +
      `and refused ${before} (${percent(shareBefore)}). That looks like a fault of the provider, not of the addresses.`,
  }
}

function total({ refused }: ReceiverTally): number {
  let sum = 0
  for (const count of refused.values()) sum += count
  return sum
}

function mostFrequent(counts: ReadonlyMap<string, number>): readonly [status: string, count: number] {
  let most: readonly [string, number] = ['unnamed', 0]
  for (const entry of counts) if (entry[1] > most[1]) most = entry
  return most
}

function percent(share: number): string {
  const value = 100 * share
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`
}
