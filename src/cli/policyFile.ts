import { existsSync } from 'node:fs'
import { z } from 'zod'
import { type Policy, policySchema, presetNames } from '../civimail/policy/schema.ts'
import { formatProblem } from '../config/problems.ts'
import { checkYaml, readSettingsFile } from '../config/readYaml.ts'
import { GatewayError } from '../errors/gatewayError.ts'

/** As `policy` prints it. Without one it would be the default policy, which nobody asked for. */
export const policyFileSchema = z.strictObject({ policy: policySchema.unwrap() })

/**
 * A policy from a file.
 * @throws GatewayError INPUT_UNREADABLE, CONFIG_INVALID
 */
function readPolicy(file: string): Policy {
  const checked = checkYaml(readSettingsFile(file, 'INPUT_UNREADABLE'), policyFileSchema)
  if (checked.ok) return checked.value.policy
  throw new GatewayError('CONFIG_INVALID', `${file}: ${checked.problems.map(formatProblem).join('; ')}`)
}

/** The same, or a preset by its name. @throws GatewayError INPUT_UNREADABLE, CONFIG_INVALID */
export function policyNamed(fileOrPreset: string): Policy {
  const preset = presetNames.find((name) => name === fileOrPreset)
  if (preset !== undefined) return { preset }
  if (!existsSync(fileOrPreset)) {
    const presets = presetNames.join(', ')
    throw new GatewayError('INPUT_UNREADABLE', `there is no file "${fileOrPreset}", and no preset of that name`, {
      hint: `The presets are: ${presets}. Rules of your own begin with: civicrm-ses policy ${presetNames[0]} > policy.yaml`,
    })
  }
  return readPolicy(fileOrPreset)
}
