import { type SiteRules, siteRules } from '../../civimail/siteRules.ts'
import type { Crm } from '../../civicrm/crm.ts'
import { type Settings, secretNames } from '../../settings/settings.ts'
import type { Site } from '../../settings/site.ts'
import type { RecorderParts } from '../parts.ts'
import type { Turn } from '../turns.ts'
import { SiteCalls } from './siteCalls.ts'
import { SiteGate } from './siteGate.ts'

/** A site as its lane sees it: its rules, and its CRM with the credential of the moment. */
export interface SiteSession {
  readonly site: Site
  readonly rules: SiteRules
  readonly calls: SiteCalls
  /** Bounces in one request, at most. */
  readonly largestCall: number
  /** After so many milliseconds a call that was begun can no longer be running, answered or not. */
  readonly longestCallMs: number
}

/** The session, as one who works in a turn has it: while the site is being asked, others work. */
export function during(session: SiteSession, turn: Turn): SiteSession {
  return { ...session, calls: session.calls.during(turn) }
}

/** Items in one call to the built-in contact store, which needs no limit but that of a lane's patience. */
const builtinCall = 200

const builtinGate = { requestsAtOnce: 16, requestsPerSecond: null } as const

/** Keeps a site's session while its settings and secrets stay the same, and makes a new one when they change. */
export class SiteSessions {
  readonly #parts: Pick<RecorderParts, 'settings' | 'connect' | 'events' | 'limits' | 'clock' | 'timers'>
  readonly #giveUp: AbortSignal
  #stale = true
  #isToBeRenewed = false
  #current: { readonly session: SiteSession; readonly crm: Crm; readonly fingerprint: string } | null = null

  constructor(
    parts: Pick<RecorderParts, 'settings' | 'connect' | 'events' | 'limits' | 'clock' | 'timers'>,
    giveUp: AbortSignal,
  ) {
    this.#parts = parts
    this.#giveUp = giveUp
  }

  /** Something in the settings changed; whether it matters here is looked at with the next call of `of`. */
  settingsChanged(): void {
    this.#stale = true
  }

  /** A new session is to be made, though nothing changed here: something was repaired on the site. */
  renew(): void {
    this.#stale = true
    this.#isToBeRenewed = true
  }

  /** @returns the same session as at the last call, unless something has changed */
  async of(site: Site): Promise<SiteSession> {
    const current = this.#current
    if (current !== null && !this.#stale) return current.session
    this.#stale = false
    const fingerprint = fingerprintOf(site, this.#parts.settings)
    if (!this.#isToBeRenewed && current?.fingerprint === fingerprint) return current.session
    this.#isToBeRenewed = false
    await this.close()
    const { clock, timers, events } = this.#parts
    const remote = site.crm.type === 'civicrm' ? site.crm : null
    const gate = new SiteGate(remote ?? builtinGate, clock, timers)
    const crm = this.#parts.connect(site, () => gate.requested())
    const calls = new SiteCalls({ site: site.id, crm, events, giveUp: this.#giveUp, gate })
    const session = {
      site,
      rules: siteRules(site),
      calls,
      largestCall: remote?.batchSize ?? builtinCall,
      // The built-in store works within this process: a call that was under way when it ended has ended too.
      longestCallMs:
        remote === null
          ? 0
          : // Seconds may be given with a fraction, and no time that is stored has one.
            Math.ceil((remote.timeoutSeconds + remote.longestRequestSeconds) * 1000) + this.#parts.limits.lateStartMs,
    }
    this.#current = { session, crm, fingerprint }
    return session
  }

  async close(): Promise<void> {
    const current = this.#current
    this.#current = null
    await current?.crm.close()
  }
}

function fingerprintOf(site: Site, settings: Settings): string {
  return JSON.stringify([site, secretNames.map((name) => settings.secret(site.id, name))])
}
