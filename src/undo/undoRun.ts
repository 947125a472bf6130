import { type Crm, CrmError } from '../civicrm/crm.ts'
import { siteRules } from '../civimail/siteRules.ts'
import type { Clock } from '../clock.ts'
import type { History, PastEvent } from '../ledger/history.ts'
import type { ReleaseStore } from '../releases/releaseStore.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { Removals } from '../suppression/removals.ts'
import { gatherRecipients, lookUp, type RecipientWork } from './gather.ts'
import { judgeUndo } from './judge.ts'
import type { UndoneDetail, UndoReport, UndoRequest } from './report.ts'
import { type TakenBack, takeBack } from './takeBack.ts'
import type { Verdict } from './undoCase.ts'
import type { UndoStore } from './undoStore.ts'

export interface UndoRunParts {
  readonly history: History
  readonly undos: UndoStore
  readonly removals: Pick<Removals, 'want'>
  readonly releases: Pick<ReleaseStore, 'undone'>
  readonly settings: Pick<Settings, 'site'>
  readonly connect: (site: Site) => Crm
  readonly clock: Clock
}

/** Recipients in one look-up and one call: a hundred rows are what a CiviCRM changes in a request. */
const recipientsAtOnce = 100

/** Recipients that are remembered; of those forgotten again the ledger says whether it was their turn. */
const remembered = 100_000

const siteGone = 'there is no such site any more'

/** One undo on its way: recipients are collected by site, and each full collection is carried out. */
export class UndoRun {
  readonly #request: UndoRequest
  readonly #parts: UndoRunParts
  readonly #undoId: number | null
  readonly #seen = new Set<string>()
  /** By site, the event by which each recipient was met. */
  readonly #waiting = new Map<string, Map<string, number>>()
  readonly #crms = new Map<string, Crm>()
  readonly #failed = new Map<string, string>()
  readonly #effects = { undo: 0, done: 0, left: 0, nothing: 0 }
  readonly #details: UndoneDetail[] = []
  #recipients = 0
  #released = 0
  #optedIn = 0

  /** @param undoId null: nothing is changed */
  constructor(request: UndoRequest, parts: UndoRunParts, undoId: number | null) {
    this.#request = request
    this.#parts = parts
    this.#undoId = undoId
  }

  get recipients(): number {
    return this.#recipients
  }

  /** Takes the recipient of a chosen event on, with all that is chosen of him. */
  async add(event: PastEvent): Promise<void> {
    const { site: id, recipient } = event.key
    const who = `${id} ${recipient}`
    if (this.#failed.has(id) || this.#seen.has(who)) return
    const site = this.#parts.settings.site(id)
    if (site === null) {
      this.#failed.set(id, siteGone)
      return
    }
    if (site.mode === 'watch' && this.#undoId !== null) {
      this.#failed.set(id, 'it is in watch mode, in which nothing is written to CiviCRM; pause it to undo something')
      return
    }
    if (this.#seen.size >= remembered) this.#seen.clear()
    this.#seen.add(who)
    const waiting = this.#waiting.get(id) ?? new Map<string, number>()
    this.#waiting.set(id, waiting)
    if (!waiting.has(recipient)) waiting.set(recipient, event.eventId)
    if (waiting.size >= recipientsAtOnce) await this.#carryOut(site)
  }

  /** Carries out what waits. */
  async finish(): Promise<void> {
    for (const id of this.#waiting.keys()) {
      const site = this.#parts.settings.site(id)
      if (site === null) this.#failed.set(id, siteGone)
      else await this.#carryOut(site)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#crms.values()].map(async (crm) => crm.close()))
  }

  report(): Omit<UndoReport, 'brokenOff' | 'suppression'> {
    return {
      undoId: this.#undoId,
      dryRun: this.#request.dryRun,
      effects: { ...this.#effects },
      recipients: this.#recipients,
      released: this.#released,
      optedIn: this.#optedIn,
      details: this.#details,
      failed: [...this.#failed].map(([site, message]) => ({ site, message })),
    }
  }

  async #carryOut(site: Site): Promise<void> {
    const met = this.#waiting.get(site.id) ?? new Map<string, number>()
    this.#waiting.delete(site.id)
    if (met.size === 0 || this.#failed.has(site.id)) return
    const rules = siteRules(site)
    const works = await gatherRecipients({ site: site.id, rules, met }, this.#request.filter, this.#parts)
    if (works.length === 0) return
    const crm = this.#crms.get(site.id) ?? this.#parts.connect(site)
    this.#crms.set(site.id, crm)
    try {
      const cases = await lookUp(works, crm, this.#request.withoutLook)
      const verdicts = cases.map((one) => judgeUndo(one))
      const taken =
        this.#undoId === null
          ? asPlanned(verdicts.flat())
          : await takeBack(this.#undoId, verdicts.flat(), {
              ...this.#parts,
              crm,
              keepReleased: async (emailIds) => {
                const rows = cases.flatMap((one) => one.rows).filter(({ emailId }) => emailIds.has(emailId))
                await this.#parts.releases.undone(site.id, rows, this.#parts.clock.now())
              },
              remember: async (of) => this.#askForRemoval(works, of),
            })
      this.#count(works, verdicts, taken)
    } catch (error: unknown) {
      if (!(error instanceof CrmError)) throw error
      // What was begun stays marked: asked again, the undo looks what became of it.
      this.#failed.set(site.id, error.message)
    }
  }

  /** Else SES drops the next mail to them and reports a bounce, which holds the address again. */
  async #askForRemoval(works: readonly RecipientWork[], verdicts: readonly Verdict[]): Promise<void> {
    const [first] = works
    if (first === undefined || !this.#request.clearSuppression) return
    const effects = new Set(verdicts.map(({ effectId }) => effectId))
    const listed = works.filter(
      ({ chosen }) =>
        chosen.some(({ stored }) => effects.has(stored.id)) && chosen.some(({ of }) => isListedBySes(of.event)),
    )
    const addresses = new Set(listed.flatMap(({ chosen }) => chosen.map(({ of }) => of.event.recipient)))
    const at = this.#parts.clock.now()
    await this.#parts.removals.want({ site: first.site, addresses: [...addresses], origin: 'undo', at })
  }

  #count(works: readonly RecipientWork[], verdicts: readonly (readonly Verdict[])[], taken: TakenBack): void {
    this.#recipients += works.length
    this.#released += taken.released.size
    this.#optedIn += taken.optedIn.size
    for (const [index, { site, recipient, chosen }] of works.entries()) {
      for (const [place, { eventId, verdict, why }] of (verdicts[index] ?? []).entries()) {
        this.#effects[verdict] += 1
        const past = chosen[place]
        if (past === undefined || this.#details.length >= this.#request.details) continue
        const { rule } = past.of.decision
        this.#details.push({ site, recipient, eventId, rule, effect: past.stored.effect.effect, verdict, why })
      }
    }
  }
}

/** SES puts hard bounces and complaints on its list, nothing else. */
function isListedBySes({ kind, bounce }: PastEvent['event']): boolean {
  return kind === 'complaint' || bounce?.type.toLowerCase() === 'permanent'
}

function asPlanned(verdicts: readonly Verdict[]): TakenBack {
  return {
    released: new Set(verdicts.flatMap(({ release }) => release.map(({ emailId }) => emailId))),
    optedIn: new Set(verdicts.flatMap(({ optIn }) => optIn)),
  }
}
