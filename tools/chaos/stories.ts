import type { Random } from '../../src/clock.ts'
import type { BounceTypeName } from '../../src/civimail/bounceTypes.ts'

/** What happens to one person's mail: an event for each copy, and what must stand in the CRM afterwards. */
export interface Story {
  readonly name: string
  /** In a hundred people. */
  readonly share: number
  /** The simulator's case, once for each copy. */
  readonly sesCase: string
  readonly copies: number
  /** Part of a mailing; else a receipt, which refers to none. */
  readonly mailing: boolean
  /** What each copy's queue row gets; null: no bounce. */
  readonly bounceType: BounceTypeName | null
  readonly onHold: boolean
  readonly optedOut: boolean
}

const nothing = { mailing: true, bounceType: null, onHold: false, optedOut: false } as const
const full = { ...nothing, sesCase: 'bounce/Transient/MailboxFull', bounceType: 'Quota' } as const

/**
 * Twice full stays free and three times is held, by CiviCRM's threshold for Quota: a single doubled bounce
 * shows in the hold too. A receipt's bounce is counted by the gateway itself.
 */
export const stories: readonly Story[] = [
  {
    ...nothing,
    name: 'unknown user',
    share: 45,
    sesCase: 'bounce/Permanent/General',
    copies: 1,
    bounceType: 'Invalid',
    onHold: true,
  },
  {
    ...nothing,
    name: 'complaint',
    share: 15,
    sesCase: 'complaint/abuse',
    copies: 1,
    bounceType: 'Spam',
    onHold: true,
    optedOut: true,
  },
  { ...full, name: 'mailbox full', share: 15, copies: 1 },
  { ...full, name: 'full twice', share: 8, copies: 2 },
  { ...full, name: 'full three times', share: 5, copies: 3, onHold: true },
  {
    ...nothing,
    name: 'receipt to unknown user',
    share: 7,
    sesCase: 'bounce/Permanent/General',
    copies: 1,
    mailing: false,
    onHold: true,
  },
  { ...nothing, name: 'delivered', share: 5, sesCase: 'delivery', copies: 1 },
]

/** A person of the run, before anybody has stored him. */
export interface Person {
  readonly email: string
  readonly story: Story
  /** Of which site of the run, from 0 on. */
  readonly site: number
}

/**
 * People whose stories have so many events together, at least.
 *
 * @param run part of each address, so that runs on one CiviCRM do not meet
 * @param sites over how many sites they are spread
 */
export function castPeople(events: number, run: string, sites: number, random: Random): readonly Person[] {
  const people: Person[] = []
  for (let told = 0; told < events;) {
    const story = pickStory(random() * 100)
    const site = people.length % sites
    people.push({ email: `person-${people.length + 1}.${run}@example.org`, story, site })
    told += story.copies
  }
  return people
}

function pickStory(point: number): Story {
  let upTo = 0
  for (const story of stories) {
    upTo += story.share
    if (point < upTo) return story
  }
  throw new RangeError('the shares of the stories are no hundred')
}
