import { careful } from './presets/careful.ts'
import { standard } from './presets/standard.ts'
import type { Policy, PolicyContent, PresetName } from './schema.ts'

export const presets: Readonly<Record<PresetName, PolicyContent>> = { standard, careful }

/** The rules that a site's policy stands for. */
export function policyContent(policy: Policy): PolicyContent {
  return 'preset' in policy ? presets[policy.preset] : policy
}
