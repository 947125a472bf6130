import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

let bench: GatewayBench
beforeAll(async () => {
  bench = await GatewayBench.make()
  await bench.start()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})
beforeEach(async () => {
  const shop = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'apply', await bench.file('none.yaml', 'sites: []'), '--prune', '--yes'])
  await bench.ask(['sites', 'add', 'shop', ...shop])
})

/** The command, pointed at the gateway and at its certificates. */
function simulate(...argv: readonly string[]): readonly string[] {
  const url = `http://127.0.0.1:${bench.gateway.port}/civicrm/ses/webhook`
  const certificates = path.join(bench.folder, 'certificates')
  return ['simulate', '--url', url, '--certificates', certificates, '--retries', 'none', ...argv]
}

describe('simulate', () => {
  it('sends signed feedback that the gateway takes, and forgeries that it does not', async () => {
    const kinds = ['--kinds', 'bounce/Permanent', 'bounce/Transient/MailboxFull', 'complaint/abuse']
    const disturbed = [
      '--forged',
      '0.3',
      '--stale',
      '0.3',
      '--duplicates',
      '0.3',
      '--other-dialect',
      '0.3',
      '--reorder',
    ]
    const summary = await bench.ask(simulate('--count', '30', '--seed', 'cli', ...kinds, ...disturbed))
    expect(summary).toMatchObject({ wrong: 0 })
    await bench.recorded()
    expect(await bench.ask(['events'])).toHaveLength(30)
    const { refusals } = (await bench.ask(['status'])) as { readonly refusals: { readonly recent: readonly unknown[] } }
    expect(refusals.recent.length).toBeGreaterThan(0)
    const people = await bench.file('recipients.csv', 'ada@example.org\nbo@example.org\n')
    const { code, out, err } = await bench.command(
      simulate('--recipients', people, '--count', '2', '--kinds', 'delivery'),
    )
    expect(code).toBe(0)
    expect(out + err).toContain('2')
    await bench.recorded()
    expect(await bench.ask(['events', '--kind', 'delivery', '--recipient', 'ada@example.org'])).toHaveLength(1)
  })

  it('fails where the gateway refuses what is genuine, and says so', async () => {
    await bench.ask(['topics', 'disallow', topicArn, '--site', 'shop'])
    const { code, out } = await bench.command(simulate('--count', '3', '--json'))
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ wrong: 3 })
  })

  it('fails where nobody listens', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'simulate-'))
    const certificates = path.join(folder, 'certificates')
    const argv = [
      'simulate',
      '--url',
      'http://127.0.0.1:1/',
      '--certificates',
      certificates,
      '--count',
      '1',
      '--retries',
      'none',
    ]
    expect(await bench.command(argv)).toMatchObject({ code: 1 })
    // The key lies beside the folder that anyone may read.
    expect(await readdir(certificates)).toEqual([expect.stringMatching(/\.pem$/)])
    expect((await readdir(folder)).toSorted()).toEqual(['certificates', 'certificates.key'])
    await rm(folder, { recursive: true })
  })

  it.each([
    [['--kinds', 'bonce'], /--kinds: no kind is named bonce/],
    [['--topic', 'ses'], /--topic/],
    [['--url', 'here'], /--url/],
    [['--dialect', 'latin'], /--dialect/],
    [['--count', '0'], /"0"/],
    [['--forged', '2'], /--forged/],
    [['--stale', 'old'], /--stale/],
    [['--rate', 'fast'], /"fast"/],
    [['--retries', 'many'], /--retries/],
  ])('refuses %j as wrong usage', async (argv, message) => {
    const { code, err } = await bench.command(simulate(...argv))
    expect(code).toBe(2)
    expect(err).toMatch(/^error COMMAND_USAGE: /)
    expect(err).toMatch(message)
  })
})
