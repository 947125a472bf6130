/** Milliseconds between two beats. */
const beatMs = 50

/** A gap of the clock that no load explains: the process was suspended (a closed lid, a debugger, SIGSTOP). */
const suspensionMs = 5000

/** What the gateway's thread beats, and the sending thread sees. */
export type Pulse = Int32Array

export function newPulse(): Pulse {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** Beats as long as this thread does something else now and then. Returns what ends it. */
export function beat(pulse: Pulse): () => void {
  const timer = setInterval(() => Atomics.add(pulse, 0, 1), beatMs)
  return () => clearInterval(timer)
}

/**
 * Watches another thread's pulse from this one. It counts its own beats, not the clock: while the whole
 * process is suspended nobody stands still for longer than one beat.
 */
export class PulseWatch {
  readonly #pulse: Pulse
  readonly #timer: NodeJS.Timeout
  #seen = 0
  #missed = 0
  #longest = 0
  #last = performance.now()
  #suspensions = 0

  constructor(pulse: Pulse) {
    this.#pulse = pulse
    this.#timer = setInterval(() => this.#look(), beatMs)
  }

  /** How often the whole process was suspended. */
  get suspensions(): number {
    return this.#suspensions
  }

  /** The longest time without a beat, milliseconds, since this was last asked. */
  takeLongestStall(): number {
    const longest = this.#longest * beatMs
    this.#longest = 0
    return longest
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#last > suspensionMs) this.#suspensions += 1
    this.#last = now
    const beats = Atomics.load(this.#pulse, 0)
    this.#missed = beats === this.#seen ? this.#missed + 1 : 0
    this.#seen = beats
    this.#longest = Math.max(this.#longest, this.#missed)
  }
}
