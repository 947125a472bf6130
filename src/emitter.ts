/** What happened, by name; the payload of each name is one readonly object. */
type Events = object

export type Listener<Payload> = (payload: Payload) => void

/** The side that listens: logs, metrics and tests hold no more than this. */
export interface EventSource<Map extends Events> {
  /** Returns the function that ends it. */
  on<Name extends keyof Map>(name: Name, listener: Listener<Map[Name]>): () => void
}

/**
 * Typed events. Emitting is safe: a listener that throws neither harms the work at hand nor keeps the
 * other listeners from hearing. What it threw goes to `onFault`, which is the last resort and must not
 * throw; by default it is dropped.
 */
export class Emitter<Map extends Events> implements EventSource<Map> {
  readonly #listeners: { [Name in keyof Map]?: Set<Listener<Map[Name]>> } = {}
  readonly #onFault: (error: unknown) => void

  constructor(onFault: (error: unknown) => void = () => undefined) {
    this.#onFault = onFault
  }

  on<Name extends keyof Map>(name: Name, listener: Listener<Map[Name]>): () => void {
    const listeners = this.#listeners[name] ?? new Set()
    this.#listeners[name] = listeners
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  emit<Name extends keyof Map>(name: Name, payload: Map[Name]): void {
    const listeners = this.#listeners[name]
    if (listeners === undefined) return
    for (const listener of listeners) {
      try {
        listener(payload)
      } catch (error: unknown) {
        this.#onFault(error)
      }
    }
  }
}
