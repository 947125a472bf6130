import type { LaneBacklog } from '../inbox/inbox.ts'

/** What was found out about the process a moment ago. */
export interface HealthFacts {
  readonly now: number
  readonly stopping: boolean
  /** Whether the database takes what is to be stored. */
  readonly databaseWritable: boolean
  readonly diskLow: boolean
  /** null: unknown. */
  readonly freeBytes: number | null
  /** null: it cannot be read at the moment. */
  readonly backlog: readonly LaneBacklog[] | null
  /** Sites that are not called at the moment because they were at fault. */
  readonly openBreakers: number
  /** Queues that cannot be read at the moment. */
  readonly failingQueues: number
  /** Alarms that are active. */
  readonly alarms: number
}

export type Check = 'ok' | 'degraded' | 'failed' | 'unknown'

export interface Health {
  /** `ready` is what a load balancer asks: whether a notification can be stored. */
  readonly ready: boolean
  readonly status: 'ok' | 'degraded' | 'unready'
  readonly checks: Readonly<Record<'process' | 'database' | 'disk' | 'backlog' | 'civicrm' | 'queues', Check>>
  /** Numbers only: whoever may ask learns no site's name. */
  readonly waiting: number | null
  readonly oldestSeconds: number | null
  readonly openBreakers: number
  readonly failingQueues: number
  readonly alarms: number
  readonly freeMiB: number | null
}

/** A backlog that is older than this does not go down by itself at the moment. */
const longWait = 5 * 60

const mebibyte = 1024 * 1024

/**
 * Judges the facts. Unready is only a gateway that cannot store. A backlog, a CiviCRM that does not
 * answer, an open breaker, a queue that cannot be read: `degraded`, and ready all the same, for then it is needed most, and a load
 * balancer that took it away would lose what SNS sends meanwhile.
 */
export function healthOf(facts: HealthFacts): Health {
  const waiting = facts.backlog?.reduce((sum, lane) => sum + lane.waiting, 0) ?? null
  const oldestSeconds = facts.backlog === null ? null : oldestOf(facts.backlog, facts.now)
  const checks = {
    process: facts.stopping ? 'failed' : 'ok',
    database: facts.databaseWritable ? 'ok' : 'failed',
    disk: facts.diskLow ? 'failed' : 'ok',
    backlog: oldestSeconds === null ? 'unknown' : oldestSeconds > longWait ? 'degraded' : 'ok',
    civicrm: facts.openBreakers > 0 ? 'degraded' : 'ok',
    queues: facts.failingQueues > 0 ? 'degraded' : 'ok',
  } as const
  const all: readonly Check[] = Object.values(checks)
  const ready = !all.includes('failed')
  return {
    ready,
    status: ready ? (all.includes('degraded') ? 'degraded' : 'ok') : 'unready',
    checks,
    waiting,
    oldestSeconds,
    openBreakers: facts.openBreakers,
    failingQueues: facts.failingQueues,
    alarms: facts.alarms,
    freeMiB: facts.freeBytes === null ? null : Math.floor(facts.freeBytes / mebibyte),
  }
}

/** Seconds. */
function oldestOf(backlog: readonly LaneBacklog[], now: number): number {
  const oldest = Math.min(now, ...backlog.map(({ oldestReceivedAt }) => oldestReceivedAt))
  return Math.round((now - oldest) / 1000)
}
