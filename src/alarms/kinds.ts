/**
 * What a person is told of, as data. An alarm that is `cleared` ends when its cause is gone, and that is told
 * too; one that goes `quiet` is of something that happened and cannot be well again: it ends by itself when it
 * has not happened for a while, without a word.
 */
export interface AlarmKindFacts {
  readonly ends: 'cleared' | 'quiet'
  /** An alarm that is over within this time is not told: the gateway helps itself in most short troubles. */
  readonly patienceMs: number
  /** The head of a line; the subject (a site, a topic, a machine) follows. */
  readonly title: string
  /** What a person does. */
  readonly hint: string
}

const minute = 60_000

/** What is answered 503 is not safe for long. */
export const snsPatience =
  'SNS gives up after about a minute, or as late as its delivery policy says (an hour at most).'

/** Of 403 and 404, which are final for SNS. */
const notRepeated =
  'SNS does not repeat what was refused: only the dead-letter queue of the subscription has it, if there is one.'

export const alarmKinds = {
  unsubscribed: {
    ends: 'cleared',
    patienceMs: 0,
    title: 'A subscription was ended: feedback of the topic no longer arrives',
    hint: 'Subscribe the webhook to the topic again; if it was meant, take the topic off: civicrm-ses topics disallow ARN --site SITE.',
  },
  topicRefused: {
    ends: 'quiet',
    // Anyone can cause it, and half of those who subscribe a topic allow it a minute later.
    patienceMs: 5 * minute,
    title: 'Messages of topics that are not allowed were refused (unproven: anyone can send them)',
    hint: 'If a topic is yours: civicrm-ses topics allow ARN --site SITE. ' + notRepeated,
  },
  siteUnknown: {
    ends: 'quiet',
    // Anyone can cause it, and a site may be added a minute after its topic was subscribed.
    patienceMs: 5 * minute,
    title: 'Messages to the address of a site that is not there were refused (unproven: anyone can send them)',
    hint:
      'See the address: civicrm-ses status. If a subscription is yours, subscribe the topic anew at the right address (/sns/SITE). ' +
      notRepeated,
  },
  deadLetter: {
    ends: 'cleared',
    patienceMs: 0,
    title: 'Notifications became dead letters',
    hint: 'See why: civicrm-ses dead-letters. Try them again when it is repaired: civicrm-ses replay --dead.',
  },
  breakerOpen: {
    ends: 'cleared',
    // A restart of the site's web server, an update of CiviCRM.
    patienceMs: 10 * minute,
    title: 'A site is not called, being at fault; its notifications are kept',
    hint: 'See what is wrong with it: civicrm-ses sites test SITE. When it is repaired, go on at once: civicrm-ses sites resume SITE.',
  },
  siteNeedsRepair: {
    ends: 'cleared',
    patienceMs: minute,
    title: 'A site must be repaired: waiting does not help; its notifications are kept',
    hint: 'See what is wrong with it: civicrm-ses sites test SITE. When it is repaired, go on at once: civicrm-ses sites resume SITE.',
  },
  backlogOld: {
    ends: 'cleared',
    patienceMs: 0,
    title: 'Notifications wait longer than they should',
    hint: 'See what waits: civicrm-ses status. Most often the site is away or slow.',
  },
  queueUnreadable: {
    ends: 'cleared',
    // SQS is away for a moment now and then, and keeps for days.
    patienceMs: 5 * minute,
    title: 'A queue cannot be read; its messages wait in SQS, which keeps them for as long as the queue is set to',
    hint: 'See why: civicrm-ses queues list. Most often a permission, or the credentials of AWS.',
  },
  queueRefused: {
    ends: 'quiet',
    patienceMs: 0,
    title: 'Messages of a queue were refused for good',
    hint: 'See them: civicrm-ses queues refused. When it is repaired, a topic allowed say: civicrm-ses queues retry.',
  },
  diskLow: {
    ends: 'cleared',
    patienceMs: 0,
    title: "The data folder's disk is nearly full",
    hint: 'Free some space. Below `minimumFreeMiB` new notifications are answered 503. ' + snsPatience,
  },
  overloaded: {
    ends: 'quiet',
    // A burst; SNS repeats what was turned away.
    patienceMs: minute,
    title: 'Notifications were answered 503, since more came at once than the gateway takes on (anyone can cause it)',
    hint: 'See /metrics for what is slow, most often the disk. If something other than SNS posts here in masses, keep it away in the web server.',
  },
  setAside: {
    ends: 'cleared',
    patienceMs: 0,
    title: 'Bounces of one receiving domain are set aside: it looks like a fault of the provider',
    hint: 'Look at them and decide: civicrm-ses set-aside list.',
  },
  suppressionStuck: {
    ends: 'cleared',
    patienceMs: 0,
    title: 'Released addresses cannot be taken off the suppression list of SES: mail to them is accepted and not sent',
    hint: 'Give the gateway AWS credentials with ses:DeleteSuppressedDestination. See the addresses: civicrm-ses releases --site SITE.',
  },
  certificate: {
    ends: 'cleared',
    // A network that was away for a moment; SNS repeats what was answered 503.
    patienceMs: 5 * minute,
    title: 'Messages cannot be verified: there is trouble with the signing certificate of SNS',
    hint: 'Allow outgoing HTTPS to sns.<region>.amazonaws.com, or renew the files in the certificates folder; check the clock.',
  },
  storage: {
    ends: 'cleared',
    patienceMs: minute,
    title: 'The database cannot be read or written; notifications are answered 503',
    hint: 'Check free space and permissions of the data folder, or the database server. ' + snsPatience,
  },
  senderFault: {
    ends: 'quiet',
    patienceMs: 0,
    title: 'A mail event asks for a person',
    hint: 'See which: civicrm-ses events --kind reject, --kind renderingFailure or --standing person.',
  },
  uncertain: {
    ends: 'quiet',
    patienceMs: 0,
    title: 'Whether a bounce stands in CiviCRM cannot be known',
    hint: 'See which, and what to look for: civicrm-ses uncertain list. An API key that may administer CiviCRM lets the gateway look.',
  },
  fault: {
    ends: 'quiet',
    patienceMs: 0,
    title: 'The gateway met a fault of its own',
    hint: 'See the log of that time, and report it.',
  },
} as const satisfies Readonly<Record<string, AlarmKindFacts>>

export type AlarmKind = keyof typeof alarmKinds

export function factsOf(kind: AlarmKind): AlarmKindFacts {
  return alarmKinds[kind]
}

export function isAlarmKind(name: string): name is AlarmKind {
  return Object.hasOwn(alarmKinds, name)
}
