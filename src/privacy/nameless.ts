import { dropped, isSetAside } from '../civimail/guard/setAside.ts'
import type { Decision, Effect } from '../civimail/decision.ts'
import type { FoundReference, MailingReference } from '../civimail/reference.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import { withoutAddresses } from './freeText.ts'
import { isPseudonym, type Pseudonym, type Pseudonyms } from './pseudonyms.ts'

/**
 * What stays of a mail event when it becomes nameless: what happened, when, to which mailing of which site, which
 * rule judged it and what was done. Gone is what leads to the person: the address, headers and subject, IP
 * addresses, user agents and links, and his ids in CiviCRM.
 */

export function namelessEvent(event: MailEvent, recipient: Pseudonym): MailEvent {
  const { bounce } = event
  return {
    ...event,
    recipient,
    class: namelessClass(event),
    bounce: bounce === null ? null : { ...bounce, diagnosticCode: cut(bounce.diagnosticCode) },
    mail: {
      source: '',
      destinations: [],
      headers: [],
      headersTruncated: event.mail.headersTruncated,
      from: [],
      to: [],
      returnPath: null,
      sentAt: event.mail.sentAt,
      tags: {},
    },
    detail: {},
  }
}

/** That of a click is its link, which mailings make for each person. */
export function namelessClass({ kind, class: eventClass }: Pick<MailEvent, 'kind' | 'class'>): string {
  return kind === 'bounce' || kind === 'complaint' ? eventClass : ''
}

export function namelessReference<Reference extends MailingReference | FoundReference>(
  reference: Reference,
): Reference {
  return { ...reference, queueId: 0, hash: '' }
}

export function namelessDecision(decision: Decision, pseudonyms: Pseudonyms): Decision {
  // Nobody can decide any more about a bounce that was set aside, of whom it is not known.
  const final = isSetAside(decision) ? dropped(decision) : decision
  return {
    ...final,
    effects: final.effects.map((effect) => namelessEffect(effect, pseudonyms)),
    explanation: withoutAddresses(final.explanation),
  }
}

export function namelessEffect(effect: Effect, pseudonyms: Pseudonyms): Effect {
  switch (effect.effect) {
    case 'bounce':
      return {
        ...effect,
        reference: namelessReference(effect.reference),
        reason: withoutAddresses(effect.reason),
      }
    case 'hold':
      return { ...effect, address: pseudonyms.of(effect.address), emailIds: [] }
    case 'optOut':
      return { ...effect, address: pseudonyms.of(effect.address), contactIds: [] }
    case 'alarm':
      return { ...effect, about: withoutAddresses(effect.about) }
    default:
      return effect satisfies never
  }
}

export function isNameless({ recipient }: { readonly recipient: string }): boolean {
  return isPseudonym(recipient)
}

function cut(text: string | null): string | null {
  return text === null ? null : withoutAddresses(text)
}
