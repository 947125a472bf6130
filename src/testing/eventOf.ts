import { interpret } from '../ses/interpret.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import { sesMessage, type SesMessageInput } from './sesMessage.ts'

/** The mail events of a SES message; a test that means events fails on a notice. */
export function eventsOf(message: string): readonly MailEvent[] {
  const reading = interpret(message, null)
  if (reading.form !== 'events') throw new Error(`no events, but a notice: ${reading.notice}`)
  return reading.events
}

/** The first event of a record made for a test. */
export function eventOf(input: SesMessageInput): MailEvent {
  const [event] = eventsOf(sesMessage(input))
  if (event === undefined) throw new Error('the record has no event')
  return event
}
