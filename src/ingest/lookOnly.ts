import { Emitter } from '../emitter.ts'
import type { Settings } from '../settings/settings.ts'
import type { AcceptorParts } from './accept.ts'

/** For an acceptor that says what it would do with a message, and keeps nothing of it. */
export function lookOnly(parts: Pick<AcceptorParts, 'settings' | 'verifier' | 'chooseSite' | 'clock'>): AcceptorParts {
  return {
    ...parts,
    inbox: { accept: async () => 'stored' },
    settings: keepingNothing(parts.settings),
    events: new Emitter(),
    onConfirmationDue: () => undefined,
  }
}

function keepingNothing(settings: AcceptorParts['settings']): AcceptorParts['settings'] {
  const confirmations: Pick<Settings['confirmations'], 'save'> = { save: async () => 'stored' }
  return {
    sites: () => settings.sites(),
    site: (id) => settings.site(id),
    refresh: async () => settings.refresh(),
    onChange: (listener) => settings.onChange(listener),
    confirmations,
  }
}
