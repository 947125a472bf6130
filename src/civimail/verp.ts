import { cleanAddress, domainKey } from '../ses/addresses.ts'
import { isWithin } from './domains.ts'
import type { MailingReference, VerpSettings } from './reference.ts'
import { originalOfSrs } from './srs.ts'

/**
 * CiviMail's VERP addresses (CRM/Mailing/BAO/Mailing.php):
 * `{localpart}{action}{sep}{job}{sep}{queue}{sep}{hash}@{domain}`, with nothing between localpart and action.
 *
 * They are read from the right, where the form is fixed: the localpart may hold the separator, and the
 * separator may be any text.
 */

/** Core's letters; `m` is written by transactional extensions. */
const actions = 'brueom'

/** Without a known localpart only these are told apart from ordinary text with some certainty. */
const bounceActions = 'bm'

/** Longer than any localpart, separator and rewriting: not worth a look. */
const longestAddress = 1000

/** MySQL's unsigned int. */
const largestId = 4_294_967_295

/**
 * Reads one address, with or without display name and angle brackets, also in the form that a forwarder's
 * SRS gave it. Null for everything else: a Message-ID such as `<bounce+m.3007.…@…>` has no job id.
 *
 * Where the localpart is unknown, the letter must follow a character that is neither letter nor digit.
 * @param letters which actions count where the localpart is unknown
 */
export function parseVerp(text: string, settings: VerpSettings, letters = bounceActions): MailingReference | null {
  const cleaned = cleanAddress(text)
  const address = originalOfSrs(cleaned) ?? cleaned
  const at = address.lastIndexOf('@')
  if (at < 1 || address.length > longestAddress) return null
  const domain = domainKey(address.slice(at + 1))
  if (settings.domains.length > 0 && !settings.domains.some((own) => isWithin(domain, own))) return null

  const tail = readTail(address.slice(0, at), settings.separator)
  if (tail === null || !fitsLocalpart(tail, settings.localpart, letters)) return null
  return { jobId: tail.jobId, queueId: tail.queueId, hash: tail.hash, action: tail.action, domain }
}

/** The address that CiviMail writes for a reference: the inverse of {@link parseVerp}, for simulator and tests. */
export function verpAddress(
  reference: MailingReference,
  settings: Pick<VerpSettings, 'localpart' | 'separator'>,
): string {
  const { action, jobId, queueId, hash, domain } = reference
  // Transactional extensions leave the localpart out.
  const localpart = action === 'm' ? '' : (settings.localpart ?? '')
  return `${localpart}${[action, jobId, queueId, hash].join(settings.separator)}@${domain}`
}

interface Tail extends Omit<MailingReference, 'domain'> {
  /** What stands before the action. */
  readonly before: string
}

function readTail(localPart: string, separator: string): Tail | null {
  const hash = localPart.slice(-16)
  if (!/^[0-9A-Za-z]{16}$/.test(hash)) return null
  const queue = takeNumber(localPart.slice(0, -16), separator)
  const job = queue && takeNumber(queue.before, separator)
  const head = job && takeEnd(job.before, separator)
  if (!queue || !job || head === null || head === '') return null
  return {
    before: head.slice(0, -1),
    action: head.slice(-1).toLowerCase(),
    jobId: job.value,
    queueId: queue.value,
    hash,
  }
}

/** Takes `{number}{sep}` from the end, where another separator stands before it; that one stays. */
function takeNumber(text: string, separator: string): { readonly value: number; readonly before: string } | null {
  const rest = takeEnd(text, separator)
  const run = rest === null ? null : /\d+$/.exec(rest)
  if (rest === null || run === null) return null
  // A separator may end in digits, which look like the number's: shorter readings have their turn.
  for (let begin = Math.max(run.index, rest.length - 10); begin < rest.length; begin += 1) {
    const value = Number(rest.slice(begin))
    const before = rest.slice(0, begin)
    if (value >= 1 && value <= largestId && takeEnd(before, separator) !== null) return { value, before }
  }
  return null
}

/** The text without this end; letter case does not matter, since an MTA may have changed it. */
function takeEnd(text: string, end: string): string | null {
  if (text.length < end.length) return null
  const cut = text.length - end.length
  return text.slice(cut).toLowerCase() === end.toLowerCase() ? text.slice(0, cut) : null
}

function fitsLocalpart({ before, action }: Tail, localpart: string | null, letters: string): boolean {
  if (localpart === null) return letters.includes(action) && !/[A-Za-z0-9]$/.test(before)
  if (action === 'm' && before === '') return true
  return actions.includes(action) && before.toLowerCase() === localpart.toLowerCase()
}
