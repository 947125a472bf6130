import type { Inbox } from '../../src/inbox/inbox.ts'
import type { Gateway } from '../../src/main.ts'
import { numberOf } from './envelope.ts'

export interface Failure {
  /** Of the request; null where it cannot be told which one it was. */
  readonly number: number | null
  readonly what: string
}

/** What was recorded, counted as it happens. */
export interface Recorded {
  readonly notifications: number
  readonly events: number
  readonly effects: Readonly<Record<string, number>>
  /** With a reason of its own, which is no failure. By code. */
  readonly deadLetters: Readonly<Record<string, number>>
}

/** Codes of dead letters that an exception in this program makes, rather than something known of the message. */
const exceptional: ReadonlySet<string> = new Set(['RECORD_UNREADABLE', 'RECORD_BROKEN_OFF'])

/** Watches a gateway for what must not happen, and counts what does. */
export class Watch {
  readonly #onFailure: (failure: Failure) => void
  readonly #effects: Record<string, number> = {}
  readonly #deadLetters: Record<string, number> = {}
  #notifications = 0
  #events = 0
  #ends: readonly (() => void)[] = []

  constructor(onFailure: (failure: Failure) => void) {
    this.#onFailure = onFailure
  }

  get recorded(): Recorded {
    return {
      notifications: this.#notifications,
      events: this.#events,
      effects: { ...this.#effects },
      deadLetters: { ...this.#deadLetters },
    }
  }

  begin({ events, operations }: Gateway): void {
    const fault = ({ where, error }: { readonly where: string; readonly error: unknown }): void => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#onFailure({ number: null, what: `a fault while ${where}: ${text}` })
    }
    const onRejection = (error: unknown): void => fault({ where: 'nobody listened (unhandled rejection)', error })
    const onException = (error: unknown): void => fault({ where: 'nobody listened (uncaught exception)', error })
    process.on('unhandledRejection', onRejection)
    process.on('uncaughtException', onException)
    this.#ends = [
      () => process.off('unhandledRejection', onRejection),
      () => process.off('uncaughtException', onException),
      events.ingest.on('fault', fault),
      events.recorder.on('fault', fault),
      events.recorder.on('batchFinished', ({ recorded }) => (this.#notifications += recorded)),
      events.recorder.on('eventDecided', () => (this.#events += 1)),
      events.recorder.on('effectSettled', ({ effect, state }) => increment(this.#effects, `${effect} ${state}`)),
      events.recorder.on('deadLetter', ({ notificationId, code, reason }) => {
        if (!exceptional.has(code)) increment(this.#deadLetters, code)
        else void this.#tellDead(operations.inbox, notificationId, `a dead letter: ${code}, ${reason}`)
      }),
    ]
  }

  async #tellDead(inbox: Inbox, id: number, what: string): Promise<void> {
    const number = numberOf((await inbox.read(id))?.messageId ?? '')
    this.#onFailure({ number, what })
  }

  /** A listener that throws harms nobody else, so only the log tells of it. */
  logLine(line: string): void {
    if (line.includes('"a listener failed"')) this.#onFailure({ number: null, what: line })
  }

  end(): void {
    for (const end of this.#ends) end()
  }
}

function increment(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
