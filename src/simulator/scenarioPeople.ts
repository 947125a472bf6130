import type { BounceTypeName } from '../civimail/bounceTypes.ts'

/** How a contact must stand when everything has been recorded. */
export interface ExpectedState {
  /** Bounces on record against the mailing, by type; twice the same would be one counted twice. */
  readonly bounces: readonly BounceTypeName[]
  readonly onHold: boolean
  readonly optedOut: boolean
}

/** One person of the demonstration, and what happens to the mail. */
export interface ScenarioPerson {
  readonly name: string
  readonly email: string
  /** What SES said, for a reader who knows no SES. */
  readonly said: string
  /**
   * What is sent about this person's own copy of the mailing: a case of the simulator, and what is done
   * to it. null: the person had no copy of their own, or SES said nothing.
   */
  readonly report: {
    readonly sesCase: string
    /** The person, by address, to whom the mail went as a copy too. */
    readonly cc?: string
    readonly twist?: 'otherDialectToo' | 'forged' | 'strangersTopic'
  } | null
  /** Whether the mailing went to this person, or only somebody else's copy. */
  readonly inMailing: boolean
  readonly expected: ExpectedState
}

const untouched: ExpectedState = { bounces: [], onHold: false, optedOut: false }

/** One bounce of these types holds an address at once, by the thresholds of a fresh CiviCRM; the others after three. */
const holdsAtOnce: ReadonlySet<BounceTypeName> = new Set(['Invalid', 'Spam'])

function bounced(type: BounceTypeName): ExpectedState {
  return { bounces: [type], onHold: holdsAtOnce.has(type), optedOut: false }
}

function person(
  name: string,
  email: string,
  said: string,
  sesCase: string,
  expected: ExpectedState,
  more: Omit<NonNullable<ScenarioPerson['report']>, 'sesCase'> = {},
): ScenarioPerson {
  return { name, email, said, report: { sesCase, ...more }, inMailing: true, expected }
}

/**
 * The people of one mailing: everything that SES can say, and what tries to deceive. What is expected is
 * what the preset `standard` and the thresholds of a fresh CiviCRM make of it.
 */
export const scenarioPeople: readonly ScenarioPerson[] = [
  person('Ada Nilsen', 'ada@example.org', 'delivered', 'delivery', untouched),
  person(
    'Bo Undset',
    'bo@example.org',
    'bounced, SES could not find out why',
    'bounce/Undetermined/Undetermined',
    bounced('Invalid'),
  ),
  person(
    'Cleo Hardy',
    'cleo@example.com',
    'hard bounce: no such address',
    'bounce/Permanent/General',
    bounced('Invalid'),
  ),
  person(
    "Maeve O'Brien",
    "maeve.o'brien@example.net",
    'hard bounce: no such mailbox',
    'bounce/Permanent/NoEmail',
    bounced('Invalid'),
  ),
  person(
    'Dan Moreau',
    'dan@example.com',
    'not sent: on the suppression list of all of SES',
    'bounce/Permanent/Suppressed',
    bounced('Invalid'),
  ),
  person(
    'Elif Kaya',
    'elif@example.org',
    "not sent: on the account's own suppression list",
    'bounce/Permanent/OnAccountSuppressionList',
    bounced('Invalid'),
  ),
  person(
    'Finn Larsen',
    'finn@example.net',
    'soft bounce: given up after many attempts',
    'bounce/Transient/General',
    bounced('Relay'),
  ),
  person(
    'Gus Fuller',
    'gus@example.org',
    'soft bounce: mailbox full',
    'bounce/Transient/MailboxFull',
    bounced('Quota'),
  ),
  person(
    'Hana Gross',
    'hana@example.com',
    'soft bounce: mail too large',
    'bounce/Transient/MessageTooLarge',
    bounced('Relay'),
  ),
  person(
    'Ivo Petrov',
    'ivo@example.net',
    'soft bounce: content refused by a filter',
    'bounce/Transient/ContentRejected',
    bounced('Spam'),
  ),
  person(
    'Jule Becker',
    'jule@example.org',
    'soft bounce: attachment refused by a filter',
    'bounce/Transient/AttachmentRejected',
    bounced('Spam'),
  ),
  person('Kim Park', 'kim@example.com', 'marked the mail as spam', 'complaint/abuse', {
    ...bounced('Spam'),
    optedOut: true,
  }),
  person('Lars Olsen', 'lars@example.net', 'took the mail out of the spam folder', 'complaint/not-spam', untouched),
  person('Mona Diaz', 'mona@example.org', 'a copy of this mail to somebody else (CC) bounced', 'bounce/cc', untouched, {
    cc: 'nils@example.com',
  }),
  {
    name: 'Nils Berg',
    email: 'nils@example.com',
    said: "hard bounce of a copy (CC) of somebody else's mail",
    report: null,
    inMailing: false,
    // No queue row is his: counted by address, and held without a bounce on the mailing.
    expected: { bounces: [], onHold: true, optedOut: false },
  },
  person(
    'Olga Novak',
    'olga@example.net',
    'soft bounce: mailbox full, told twice in two forms',
    'bounce/Transient/MailboxFull',
    bounced('Quota'),
    { twist: 'otherDialectToo' },
  ),
  person(
    'Pia Rossi',
    'pia@example.org',
    'nothing: somebody forged a hard bounce',
    'bounce/Permanent/General',
    untouched,
    { twist: 'forged' },
  ),
  person(
    'Rui Costa',
    'rui@example.com',
    "nothing: a hard bounce came from a stranger's topic",
    'bounce/Permanent/General',
    untouched,
    { twist: 'strangersTopic' },
  ),
]
