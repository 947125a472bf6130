import { describe, expect, it } from 'vitest'
import { seededRandom } from './random.ts'
import { inventedRecipients, parseRecipients } from './recipients.ts'

describe('inventedRecipients', () => {
  it('numbers the pattern and invents queue rows', () => {
    const [first, second] = inventedRecipients('user{n}@example.org', 2, seededRandom(1))
    expect(first?.address).toBe('user1@example.org')
    expect(second?.row).toEqual({ jobId: 1, queueId: 2, hash: expect.stringMatching(/^[0-9a-z]{16}$/) })
  })
})

describe('parseRecipients', () => {
  it('reads addresses with and without their copy of a mailing', () => {
    const text = "# people\r\n\nada@example.org, 2,3006,zzinafzl1gunbnsy\n o'brien@example.net \n"
    expect(parseRecipients(text)).toEqual({
      recipients: [
        { address: 'ada@example.org', row: { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy' } },
        { address: "o'brien@example.net", row: null },
      ],
      problems: [],
    })
  })

  it.each([
    'ada',
    'ada@example.org,2',
    'ada@example.org,2,x,zzinafzl1gunbnsy',
    'ada@example.org,2,3,short',
    'a b@c.org',
  ])('names the line that it cannot use: %s', (line) => {
    const { recipients, problems } = parseRecipients(`bo@example.org\n${line}\n`)
    expect(recipients).toHaveLength(1)
    expect(problems).toEqual(['line 2 is neither ADDRESS nor ADDRESS,JOB,QUEUE,HASH'])
  })
})
