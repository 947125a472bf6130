import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../testbed/forTests.ts'
import type { Testbed } from '../../testbed/testbed.ts'
import { makeCivicrmUser, neededPermissions } from '../testing/civicrmUser.ts'
import { type CommandResult, GatewayBench } from '../testing/gatewayBench.ts'

let testbed: Testbed
let bench: GatewayBench
beforeAll(async () => {
  testbed = await testbedForTests()
  bench = await GatewayBench.make()
  await bench.start()
  await bench.ask([
    'sites',
    'add',
    'main',
    '--url',
    testbed.url,
    '--domain',
    'crm.example.org',
    '--localpart',
    'bounce+',
  ])
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

async function testWith(apiKey: string, ...more: readonly string[]): Promise<CommandResult> {
  await bench.ask(['sites', 'edit', 'main', '--api-key-stdin'], { stdin: apiKey })
  return bench.command(['sites', 'test', 'main', ...more])
}

describe('"sites test" on a real CiviCRM', () => {
  it("finds everything in order with an administrator's key", async () => {
    const { code, out } = await testWith(testbed.adminApiKey)
    expect(code).toBe(0)
    expect(out).toContain('Effects can be recorded; lost answers can be looked up.')
    expect(out).toMatch(/^ok +Bounce types /m)
    expect(out).not.toMatch(/^(FAILED|warning|\?) /m)
  })

  it('is content with the lesser key, and says what it cannot see and what that means', async () => {
    const { code, out } = await testWith(testbed.apiKey)
    expect(code).toBe(0)
    expect(out).toMatch(/^ok +edit all contacts /m)
    expect(out).toMatch(/^\? +Bounce types /m)
    expect(out).toContain('it stays "uncertain"')
    expect(out).not.toMatch(/^FAILED /m)
    // Without the gateway the command does it by itself.
    await bench.stop()
    expect(await bench.command(['sites', 'test', 'main'])).toMatchObject({ code: 0, out })
    await bench.start()
  })

  it.each(neededPermissions)("fails where '%s' is missing, and names it", async (permission) => {
    // Who may edit all contacts sees them too.
    const without = permission === 'view all contacts' ? [permission, 'edit all contacts'] : [permission]
    const key = await makeCivicrmUser(
      testbed,
      neededPermissions.filter((one) => !without.includes(one)),
    )
    const { code, out } = await testWith(key)
    expect(code).toBe(1)
    expect(out).toMatch(/^FAILED /m)
    expect(out).toContain(`'${permission}'`)
    expect(out).toContain('Nothing can be recorded like this.')
  })

  it('fails with a wrong key and a wrong address, in a form for programs too', async () => {
    const { code, out } = await testWith('no-such-key', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([expect.objectContaining({ check: 'login', result: 'failed' })]),
    })
    await bench.ask(['sites', 'edit', 'main', '--url', 'http://127.0.0.1:1'])
    expect(await bench.command(['sites', 'test', 'main'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^FAILED +Connection /m),
    })
  })
})
