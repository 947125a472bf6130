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

  it('gives each run message ids of its own, and the same ones for a seed that is given', async () => {
    const [cy = '', di = ''] = await Promise.all(
      ['cy', 'di'].map((name) => bench.file(`${name}.csv`, `${name}@example.org\n`)),
    )
    const reported = async (name: string): Promise<unknown> => {
      await bench.recorded()
      return bench.ask(['events', '--recipient', `${name}@example.org`])
    }
    await bench.ask(simulate('--count', '1', '--kinds', 'delivery', '--recipients', cy))
    const { seed } = (await bench.ask(simulate('--count', '1', '--kinds', 'delivery', '--recipients', di))) as {
      readonly seed: string
    }
    expect(await reported('cy')).toHaveLength(1)
    expect(await reported('di')).toHaveLength(1)
    const again = simulate('--count', '1', '--kinds', 'delivery', '--recipients', di, '--seed', seed)
    expect(await bench.ask(again)).toMatchObject({ seed, delivered: 1 })
    expect(await reported('di')).toHaveLength(1)
  })

  it('says why nothing is taken where the certificates are not in the folder of the gateway', async () => {
    const elsewhere = path.join(bench.folder, 'elsewhere')
    const { code, err } = await bench.command(simulate('--count', '2', '--certificates', elsewhere))
    expect(code).toBe(1)
    expect(err).toContain('answered 503: SNS_CERTIFICATE_UNAVAILABLE: ')
    expect(err.split('\n').filter((line) => line.startsWith('What to do: '))).toEqual([
      expect.stringContaining(elsewhere),
    ])
  })

  it('says where its key and certificate cannot be kept', async () => {
    const file = await bench.file('a-file', '')
    for (const folder of [file, path.join(file, 'x'), '/proc/civicrm-ses']) {
      const { code, err } = await bench.command(simulate('--certificates', folder))
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(/INPUT_UNREADABLE: --certificates: .*\n.*may write/),
      })
    }
  })

  it('is told of by check as long as its certificate is trusted', async () => {
    const { out } = await bench.command(['check'])
    expect(out).toMatch(/certificatesFolder: SimpleNotificationService-\w+\.pem is not Amazon's/)
  })

  it('says that it was broken off, and fails then', async () => {
    const { code, out } = await bench.command(simulate('--count', '3'), { stopped: AbortSignal.abort() })
    expect(code).toBe(1)
    expect(out).toContain('Broken off: 0 of 3 were sent.')
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
    [['--url', 'localhost:8480/civicrm/ses/webhook'], /--url: .* begins with http/],
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
