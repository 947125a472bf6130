import { historyDays, judgeReceiver, type ReceiverTally, type ReceiverTraffic } from '../../civimail/guard/judge.ts'
import { type ReceiverReport, receiverReport } from '../../civimail/guard/receiverReport.ts'
import type { OutageGuardRules } from '../../civimail/guard/rules.ts'
import { outageRules, setAside, standsUntilAPerson } from '../../civimail/guard/setAside.ts'
import type { ReceiverCount } from '../../receivers/receiverCounts.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'

const minute = 60_000
const day = 86_400_000

/** An event that is new to the ledger, with what it says about its receiving domain. */
interface Reported {
  readonly work: EventWork
  readonly report: ReceiverReport
  readonly at: number
}

/**
 * The provider outage guard, between deciding and planning: bounces of a burst get a decision that waits for a
 * person, in place of the one that would count against the address. Only events that are new to the ledger are
 * judged; what was planned before the burst was seen stays as it is.
 *
 * The whole batch counts before any of it is judged, so that the first ones of a burst are caught too where
 * they come together. Each is counted with its outcome when the ledger stores it.
 */
export async function guardBatch({ parts, session, siteId }: BatchContext, works: readonly EventWork[]): Promise<void> {
  if (session === null) return
  for (const work of works)
    if (work.entry !== null && standsUntilAPerson(work.entry.decision)) work.decision = work.entry.decision
  const reported = works.flatMap((work) => reportedBy(work, parts.clock.now()))
  const rules = session.site.outageGuard
  if (rules.enabled) {
    const accused = reported.filter(({ work, report }) => report.refusedWith !== null && countsAgainstAddress(work))
    const byDomain = Map.groupBy(accused, ({ report }) => report.domain)
    for (const [domain, some] of byDomain) {
      const traffic = await trafficOf({ parts, siteId }, domain, { rules, accused: some, reported })
      const judgement = judgeReceiver(domain, traffic, rules)
      if (!judgement.burst) continue
      const { explanation } = judgement
      for (const { work } of some)
        if (work.decision !== null) work.decision = setAside(work.event, work.decision, explanation)
      parts.events.emit('setAside', { site: siteId, domain, bounces: some.length, explanation })
    }
  }
  for (const one of reported) one.work.receiver = countOf(one)
}

/** Domains whose mail is of this site; what was counted before (an entry is there) is not counted twice. */
function reportedBy(work: EventWork, now: number): readonly Reported[] {
  if (work.entry !== null || work.correlation.sender === 'foreign') return []
  const report = receiverReport(work.event)
  if (report === null) return []
  // A clock of SES that runs ahead must not write into a time that nobody will look at.
  return [{ work, report, at: Math.min(work.event.occurredAt ?? now, now) }]
}

function countsAgainstAddress({ decision }: EventWork): boolean {
  return decision?.effects.some(({ effect }) => effect === 'bounce' || effect === 'hold') ?? false
}

/** What is stored of the domain, and this batch on top. */
async function trafficOf(
  { parts, siteId }: Pick<BatchContext, 'parts' | 'siteId'>,
  domain: string,
  given: {
    readonly rules: OutageGuardRules
    readonly accused: readonly Reported[]
    readonly reported: readonly Reported[]
  },
): Promise<ReceiverTraffic> {
  // By the time of the bounces: after a night without CiviCRM a whole day comes in one batch.
  const until = given.accused.reduce((latest, { at }) => Math.max(latest, at), 0)
  const windowSince = until - given.rules.windowMinutes * minute
  const span = { historySince: until - historyDays * day, windowSince, until }
  const stored = (await parts.receivers.read(siteId, [domain], span)).get(domain)
  const fresh = given.reported.filter(({ report, at }) => report.domain === domain && at >= windowSince && at <= until)
  const nothing: ReceiverTally = { delivered: 0, refused: new Map() }
  return { window: withReports(stored?.window ?? nothing, fresh), history: stored?.history ?? nothing }
}

function withReports(tally: ReceiverTally, reported: readonly Reported[]): ReceiverTally {
  const refused = new Map(tally.refused)
  let { delivered } = tally
  for (const { report } of reported) {
    if (report.refusedWith === null) delivered += 1
    else refused.set(report.refusedWith, (refused.get(report.refusedWith) ?? 0) + 1)
  }
  return { delivered, refused }
}

function countOf({ work, report, at }: Reported): ReceiverCount {
  const { domain, refusedWith } = report
  if (refusedWith === null) return { domain, at, count: 1, outcome: { outcome: 'delivered' } }
  const aside = work.decision?.rule === outageRules.aside
  return { domain, at, count: 1, outcome: { outcome: 'refused', status: refusedWith, aside } }
}
