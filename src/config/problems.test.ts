import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { policySchema } from '../civimail/policy/schema.ts'
import { allowedTopicSchema } from '../settings/site.ts'
import { formatProblem } from './problems.ts'
import { checkYaml } from './readYaml.ts'

const schema = z.strictObject({ topics: z.array(allowedTopicSchema).default([]), policy: policySchema })

function mistakes(text: string): readonly string[] {
  const checked = checkYaml(text, schema)
  return checked.ok ? [] : checked.problems.map((problem) => formatProblem(problem))
}

const own = `policy:
  name: ours
  version: 1
  sharedAddressLimit: 5
  rules:
    - rule: hard
      when: { kind: bounce }
      because: It bounced.
      effects:
        - effect: bounce
          bounceType: Invalid
`

describe('mistakes where several forms are possible', () => {
  it('are those of the form that was meant, each with its line', () => {
    expect(mistakes(own)).toEqual([])
    expect(mistakes(own.replace('Invalid', 'Hopeless').replace('version: 1', 'version: one'))).toEqual([
      expect.stringMatching(/^line 3, policy\.version: .*number/),
      expect.stringMatching(/^line 11, policy\.rules\.0\.effects\.0\.bounceType: must be one of: AOL, .*, Invalid, /),
    ])
    expect(mistakes(own.replace('  version: 1\n', ''))).toEqual(['line 2, policy.version: is missing'])
    expect(mistakes(own.replace('kind: bounce', ''))).toEqual(['line 7, policy.rules.0.when.kind: is missing'])
    expect(mistakes('policy:\n  preset: harsh\n')).toEqual([
      expect.stringMatching(/^line 2, policy\.preset: must be one of: standard, careful$/),
    ])
    expect(mistakes('policy: harsh\n')).toHaveLength(1)
  })

  it('say what all the forms are where each is a mere text', () => {
    expect(mistakes('topics:\n  - arn:aws:sns:eu-west-1:111122223333:ses\n  - news\n')).toEqual([
      'line 3, topics.1: must be the ARN of an SNS topic, or must be an AWS account number of 12 digits',
    ])
  })
})
