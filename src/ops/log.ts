import { type DestinationStream, type Logger, pino } from 'pino'
import { logDestination } from './logDestination.ts'
import { redactFields, redactValue } from './redact.ts'

export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'>

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface LogOptions {
  readonly level: LogLevel
  /** @default standard output */
  readonly destination?: DestinationStream
}

/**
 * The log: a line of JSON for each entry, with the level as a word and the time as ISO text, so that
 * journald, Docker and a person can all read it. Addresses, tokens and bodies are taken out of every line
 * (see `redact.ts`).
 *
 * @example
 * ```ts
 * log.error({ topicArn, site }, 'a subscription was ended')
 * ```
 */
export function createLog({ level, destination = logDestination() }: LogOptions): Log {
  const options = {
    level,
    // Neither process id nor host name: whoever collects the lines knows both.
    base: null,
    timestamp: (): string => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), bindings: redactFields },
    hooks: {
      // Before pino looks at them: it makes an error's text the line's own.
      logMethod(this: Logger, args: readonly unknown[], method: (...args: unknown[]) => void) {
        method.apply(this, args.map(redactArgument))
      },
    },
  }
  return pino(options, destination)
}

function redactArgument(value: unknown): unknown {
  if (value instanceof Error) return { err: redactValue(value) }
  return typeof value === 'object' && value !== null ? redactFields(value) : redactValue(value)
}
