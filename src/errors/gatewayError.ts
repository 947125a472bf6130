import { type ErrorCode, errorCatalogue } from './catalogue.ts'

/**
 * Every error that a person or a program may see carries a stable code out of the one catalogue.
 * Expected outcomes (a refused notification, a CRM that says no) are values; this class is for what
 * stops the work at hand.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  /** What the reader can do about it, one or two sentences. */
  readonly hint: string

  constructor(code: ErrorCode, what: string, options?: { readonly cause?: unknown; readonly hint?: string }) {
    super(what, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options?.hint ?? errorCatalogue[code].hint
  }

  /** True where the same request may succeed later without anyone changing anything. */
  get retryable(): boolean {
    return errorCatalogue[this.code].retryable
  }
}

/** For `catch (error: unknown)`: the text of whatever was thrown, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : 'an unknown error'
}

/** Whether a text from elsewhere (a database, another version) is a code of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code)
}
