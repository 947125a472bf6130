import { type Random } from '../../src/clock.ts'

/**
 * What the events are about, in parts of a hundred: an account whose configuration set reports all but sends. A
 * clean list bounces less; for what is asked of a full store (undoing, searching, replaying) there should be enough.
 */
export const mix = [
  { caseName: 'delivery', parts: 66 },
  { caseName: 'open', parts: 6 },
  { caseName: 'click', parts: 2 },
  { caseName: 'delivery-delay/MailboxFull', parts: 4 },
  { caseName: 'bounce/Permanent/General', parts: 12 },
  { caseName: 'bounce/Transient/MailboxFull', parts: 6 },
  { caseName: 'bounce/out-of-office', parts: 2 },
  { caseName: 'complaint/abuse', parts: 2 },
] as const

export type MixedCase = (typeof mix)[number]['caseName']

export function drawCase(random: Random): MixedCase {
  let rest = random() * 100
  for (const { caseName, parts } of mix) {
    rest -= parts
    if (rest < 0) return caseName
  }
  return mix[0].caseName
}
