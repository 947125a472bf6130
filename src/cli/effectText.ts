import type { Effect } from '../civimail/decision.ts'

/** An effect in two or three words, as tables print it. */
export function effectText(effect: Effect): string {
  switch (effect.effect) {
    case 'bounce':
      return `${effect.bounceType} bounce`
    case 'hold':
      return effect.emailIds.length > 0 ? `hold (${effect.bounceType})` : `${effect.bounceType} counted`
    case 'optOut':
      return 'opt-out'
    case 'alarm':
      return 'alarm'
  }
}
