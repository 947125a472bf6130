import type { EventSource } from '../emitter.ts'
import type { RecorderEvents } from '../recorder/events.ts'

/** Which sites are not called at the moment, as the recorder's events tell. For health and metrics. */
export class OpenBreakers {
  readonly #open = new Set<string>()
  readonly #isSite: (id: string) => boolean

  /** @param isSite whether there (still) is such a site: one that was removed has nothing to repair */
  constructor(events: EventSource<RecorderEvents>, isSite: (id: string) => boolean) {
    this.#isSite = isSite
    events.on('breakerOpened', ({ site }) => this.#open.add(site))
    events.on('breakerClosed', ({ site }) => this.#open.delete(site))
  }

  sites(): readonly string[] {
    return [...this.#open].filter((site) => this.#isThere(site))
  }

  /** One of which it cannot be read (a newer version of another instance wrote it) is still not called. */
  #isThere(site: string): boolean {
    try {
      return this.#isSite(site)
    } catch {
      return true
    }
  }
}
