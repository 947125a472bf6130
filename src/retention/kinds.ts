import type { AgeName } from './ages.ts'

/**
 * What is removed, in the order in which a round goes through it: first what holds most of a person. Nothing that is
 * not finished is touched: what waits, dead letters and bounces that are set aside need their messages and
 * addresses until somebody has decided, and effects that are planned, being called or uncertain stay.
 */
export const retentionKinds = {
  rawMessages: {
    age: 'rawMessages',
    removes: 'rows',
    what: 'messages as they came, of notifications that are recorded',
  },
  refusedMessages: { age: 'rawMessages', removes: 'rows', what: 'messages of queues that were refused' },
  opensAndClicks: {
    age: 'opensAndClicks',
    removes: 'names',
    what: 'of opens and clicks: address, IP address, user agent, link',
  },
  facts: { age: 'facts', removes: 'rows', what: 'what CiviCRM said before a decision; after that it cannot be undone' },
  addresses: { age: 'addresses', removes: 'names', what: 'addresses and what else leads to a person, in the ledger' },
  releases: { age: 'addresses', removes: 'rows', what: 'addresses that staff took off hold in CiviCRM' },
  messageKeys: { age: 'messageKeys', removes: 'rows', what: 'keys by which a repeated SNS message is recognised' },
  ledger: { age: 'ledger', removes: 'rows', what: 'mail events with their decisions and effects' },
  undos: { age: 'ledger', removes: 'rows', what: 'records of what was undone' },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly age: AgeName
      /** Whole rows, or what says whose they are: then the row stays. */
      readonly removes: 'rows' | 'names'
      readonly what: string
    }
  >
>

export type RetentionKind = keyof typeof retentionKinds

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets that they are these
export const retentionKindNames = Object.keys(retentionKinds) as readonly RetentionKind[]
