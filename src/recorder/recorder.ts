import { laneLease } from '../leases/leases.ts'
import { noReceiverCounts, type ReceiverCounts } from '../receivers/receiverCounts.ts'
import { ClaimRoom } from './claimRoom.ts'
import { Lane } from './lane/lane.ts'
import type { LaneStanding } from './lane/laneStanding.ts'
import { defaultRecorderLimits, type RecorderLimits } from './limits.ts'
import type { RecorderParts } from './parts.ts'
import type { Seam } from './seam.ts'
import { Turns } from './turns.ts'

export interface RecorderOptions extends Omit<
  RecorderParts,
  'receivers' | 'rests' | 'restoredAt' | 'limits' | 'seam' | 'turns' | 'room' | 'lanes'
> {
  /** @default nothing is known of receiving domains, and nothing is set aside */
  readonly receivers?: ReceiverCounts
  /** @default it never rests */
  readonly rests?: () => boolean
  /** @default never */
  readonly restoredAt?: number | null
  readonly limits?: Partial<RecorderLimits>
  /** For tests and chaos runs. */
  readonly seam?: Seam
}

/**
 * Takes notifications from the inbox and records them in their site's CRM, each effect once. One lane for
 * each site, and one for what no site claims: none of them waits for another's site, and they take turns at
 * what they share, which is this process and its database ({@link Turns}). Of several instances each works
 * on the lanes whose lease it holds, and a lane takes back the claims of whoever had it before.
 */
export class Recorder {
  readonly #parts: RecorderParts
  readonly #lanes = new Map<string, Lane>()
  /** Of sites that were removed or went to another instance. One that comes back waits for the end of its old lane. */
  readonly #leaving = new Map<string, { readonly lane: Lane; readonly left: Promise<void> }>()
  #calls = 0
  #state: 'idle' | 'started' | 'stopped' = 'idle'
  #endListening: readonly (() => void)[] = []
  #stopping: Promise<void> | null = null

  constructor({ receivers = noReceiverCounts, rests, restoredAt = null, limits, seam, ...options }: RecorderOptions) {
    const allLimits = { ...defaultRecorderLimits, ...limits }
    this.#parts = {
      ...options,
      receivers,
      restoredAt,
      rests: rests ?? ((): boolean => false),
      limits: allLimits,
      seam: seam ?? ((): void => undefined),
      turns: new Turns(allLimits.lanesAtWork),
      room: new ClaimRoom(allLimits.claimRoomKib),
      lanes: () => this.#lanes.size,
    }
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'started'
    const { inbox, leases, settings } = this.#parts
    this.#endListening = [
      inbox.onWork((site) => this.#lanes.get(site)?.wake()),
      settings.onChange((sites) => this.#settingsChanged(sites)),
      leases.onChange(() => this.#leasesChanged()),
    ]
    this.#openLanes()
  }

  /**
   * Claims nothing more and begins no further call; calls under way may end until the deadline and are broken
   * off then. Resolves when all lanes have ended; what they did not finish waits in the inbox. Every call
   * returns the same promise.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs)
    return this.#stopping
  }

  /** Sites that are not called at the moment because they were at fault. */
  openBreakers(): readonly string[] {
    return [...this.#lanes.values()].filter(({ breakerIsOpen }) => breakerIsOpen).map(({ siteId }) => siteId)
  }

  /** How the lanes stand that are worked on here. */
  lanes(): readonly LaneStanding[] {
    return [...this.#lanes.values()].map((lane) => lane.look())
  }

  /**
   * Goes on with a site now: it is called at once, whatever it was at fault with, and all is due that was put off.
   * @returns whether it is worked on here
   */
  resume(site: string): boolean {
    const lane = this.#lanes.get(site)
    lane?.resume()
    return lane !== undefined
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#state = 'stopped'
    for (const end of this.#endListening) end()
    const leaving = [...this.#leaving.values()]
    // Those that leave were given a time of their own, which is over with everybody's.
    const lanes = [...this.#lanes.values(), ...leaving.map(({ lane }) => lane)]
    await Promise.all(lanes.map(async (lane) => lane.stop(deadlineMs)))
    await Promise.all(leaving.map(async ({ left }) => left))
  }

  #settingsChanged(sites: ReadonlySet<string>): void {
    for (const site of sites) this.#lanes.get(site)?.settingsChanged()
    this.#follow()
  }

  #leasesChanged(): void {
    for (const lane of this.#lanes.values()) lane.leaseChanged()
    this.#follow()
  }

  /** What cannot be read now (a newer version of another instance wrote it) ends no lane, and not the process. */
  #follow(): void {
    try {
      this.#openLanes()
    } catch (error: unknown) {
      this.#parts.events.emit('fault', { where: 'opening lanes', site: '', error })
    }
  }

  /**
   * One for each site that is there and ours to work on; lanes of removed sites and of those that are gone to
   * another instance end, and what they had waiting stays waiting.
   * @throws GatewayError SITE_INVALID
   */
  #openLanes(): void {
    if (this.#state !== 'started') return
    const { leases, settings } = this.#parts
    const wanted = new Set(['', ...settings.sites().map(({ id }) => id)])
    leases.share([...wanted].map((site) => laneLease(site)))
    for (const [site, lane] of this.#lanes)
      if (!wanted.has(site) || leases.standing(laneLease(site)) === 'gone') this.#close(site, lane)
    for (const site of wanted) {
      if (this.#lanes.has(site) || this.#leaving.has(site)) continue
      const lease = laneLease(site)
      const standing = leases.standing(lease)
      // Where it was to be given up only after its lane had ended, with the site that was removed, nobody has said so yet.
      if (standing === 'gone') void leases.ended(lease)
      if (standing !== 'held') continue
      const lane = new Lane(this.#parts, site, () => `${leases.owner}/${(this.#calls += 1)}`)
      this.#lanes.set(site, lane)
      lane.start()
    }
  }

  #close(site: string, lane: Lane): void {
    this.#lanes.delete(site)
    const leave = async (): Promise<void> => {
      await lane.stop(leavingLaneDeadlineMs)
      this.#parts.turns.forget(site)
      this.#parts.room.forget(site)
      this.#leaving.delete(site)
      await this.#parts.leases.ended(laneLease(site))
      this.#follow()
    }
    this.#leaving.set(site, { lane, left: leave() })
  }
}

/** A call under way at a site that is being removed, or whose lane goes to another instance, may end in peace. */
const leavingLaneDeadlineMs = 30_000
