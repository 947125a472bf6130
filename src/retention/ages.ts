/**
 * How long what is kept, as an administrator says it. Each age begins when the gateway took the thing in, that of a
 * raw message when everything in it was recorded.
 */

/** Days; null: for ever. */
export type Ages = Readonly<Record<AgeName, number | null>>

export const ageNames = ['rawMessages', 'opensAndClicks', 'facts', 'addresses', 'messageKeys', 'ledger'] as const
export type AgeName = (typeof ageNames)[number]

/**
 * SNS keeps a message for a queue that it cannot reach for 23 days, and a dead-letter queue keeps it for 14 more:
 * so long the same message may come a second time (AWS: message delivery retries of SNS; MessageRetentionPeriod of
 * SQS).
 */
export const leastMessageKeyDays = 23 + 14

/** What would make one age mean nothing, or break a promise. */
export function retentionProblems(ages: Ages): readonly { readonly setting: AgeName; readonly problem: string }[] {
  const problems: { setting: AgeName; problem: string }[] = []
  const notLongerThan = (setting: AgeName, other: AgeName, reason: string): void => {
    if (daysOf(ages[setting]) > daysOf(ages[other]))
      problems.push({ setting, problem: `must not be longer than ${other}: ${reason}` })
  }
  if (daysOf(ages.messageKeys) < leastMessageKeyDays)
    problems.push({
      setting: 'messageKeys',
      problem:
        `must be at least ${leastMessageKeyDays}: SNS tries a queue for 23 days and a dead-letter queue keeps the message ` +
        'for 14 more, and what comes again after its key is gone is taken for new',
    })
  notLongerThan('rawMessages', 'messageKeys', 'a message is kept with its key')
  notLongerThan('rawMessages', 'addresses', 'raw messages hold the addresses')
  notLongerThan('rawMessages', 'opensAndClicks', 'raw messages hold what is known of opens and clicks')
  notLongerThan('facts', 'addresses', 'what CiviCRM said before a decision holds the addresses')
  notLongerThan('opensAndClicks', 'addresses', 'it is the addresses of opens and clicks that go sooner')
  notLongerThan('addresses', 'ledger', 'the ledger holds the addresses')
  return problems
}

function daysOf(age: number | null): number {
  return age ?? Infinity
}
