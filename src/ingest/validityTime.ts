const minute = 60_000
const day = 24 * 60 * minute

/** How far SNS's clock may be ahead of ours. */
const tolerance = 15 * minute

/** SNS tries a queue for 23 days; the queue keeps for 14, its dead-letter queue for 14 more. */
const longestUnderWay = 60 * day

/**
 * At which time the signing certificate must be valid, for a message that is looked at now.
 *
 * Not simply now: SNS renews its certificates yearly and goes on repeating what it has signed with the
 * old one, for an hour over HTTPS and for weeks through queues. A strict "now" would refuse for good,
 * and lose, what was genuine when it was signed. So it is the message's own Timestamp, which its
 * signature covers.
 *
 * But not for any Timestamp. One in the future is judged now (our clock runs behind, or the text is a
 * forger's), and so is one older than a message can be under way: a private key that leaks years after
 * its certificate expired opens nothing.
 *
 * @param publishedAt the signed Timestamp, epoch milliseconds; null where it is no time
 */
export function validityTime(publishedAt: number | null, now: number): number {
  if (publishedAt === null) return now
  return publishedAt <= now + tolerance && publishedAt >= now - longestUnderWay ? publishedAt : now
}
