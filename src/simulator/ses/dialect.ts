/**
 * SES's two shapes: feedback of an identity (`notificationType`), and event publishing of a configuration
 * set (`eventType`). Both can be switched on for one mail, which is then reported twice.
 */
export const dialects = ['identity', 'eventPublishing'] as const

export type Dialect = (typeof dialects)[number]

export function otherDialect(dialect: Dialect): Dialect {
  return dialect === 'identity' ? 'eventPublishing' : 'identity'
}

/**
 * A time as SES writes it. Feedback of an identity is cut to the second, so that a bounce can look older
 * than its mail.
 *
 * @param at epoch milliseconds
 */
export function feedbackTime(at: number, dialect: Dialect): string {
  return new Date(dialect === 'identity' ? at - (at % 1000) : at).toISOString()
}

export function time(at: number): string {
  return new Date(at).toISOString()
}
