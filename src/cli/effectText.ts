import type { Effect } from '../civimail/decision.ts'

/** A kind of effect as the options write it, and all that is printed. */
export function effectName(effect: string): string {
  return effect === 'optOut' ? 'opt-out' : effect
}

/** An effect in two or three words, as tables print it. */
export function effectText(effect: Effect): string {
  switch (effect.effect) {
    case 'bounce':
      return `${effect.bounceType} bounce`
    case 'hold':
      return effect.emailIds.length > 0 ? `hold (${effect.bounceType})` : `${effect.bounceType} counted`
    case 'optOut':
    case 'alarm':
      return effectName(effect.effect)
  }
}
