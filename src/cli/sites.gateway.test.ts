import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

const arn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const url = 'https://crm.example.org'
const basics = ['--url', url, '--domain', 'crm.example.org'] as const

describe.each([
  { way: 'beside a running gateway', running: true },
  { way: 'without a gateway', running: false },
])('sites, $way', ({ running }) => {
  let bench: GatewayBench
  beforeAll(async () => {
    // Queues that are named here are nowhere.
    const queues = async (): Promise<never> => Promise.reject(new Error('there is no such queue'))
    bench = await GatewayBench.make({ snsReach: { queues } })
    if (running) await bench.start()
  })
  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await bench.ask(['sites', 'apply', await bench.file('none.yaml', 'sites: []'), '--prune', '--yes'])
  })

  it('are added, shown, changed and removed', async () => {
    expect(await bench.command(['sites', 'list'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('No sites yet'),
    })
    const added = await bench.ask(['sites', 'add', 'main', ...basics, '--localpart', 'bounce+', '--topic', arn])
    expect(added).toMatchObject({
      id: 'main',
      name: 'main',
      mode: 'record',
      crm: { type: 'civicrm', url, urlForm: 'clean' },
      mail: { localpart: 'bounce+', separator: '.', domains: ['crm.example.org'], senderDomains: ['crm.example.org'] },
      topics: [arn],
      policy: { preset: 'standard' },
      hasApiKey: false,
    })
    const portion = (allowed: number): unknown => ({ size: allowed, allowed, because: null })
    const known = expect.toBeOneOf([portion(100), portion(500)])
    const atWork = { site: 'main', fault: null, notBefore: null, bounces: known, reads: portion(500) }
    expect(await bench.ask(['sites', 'show', 'main'])).toEqual({ ...Object(added), lane: running ? atWork : null })

    const edited = await bench.ask([
      'sites',
      'edit',
      'main',
      '--policy',
      'careful',
      '--batch-size',
      '50',
      '--requests-per-second',
      '2',
    ])
    expect(edited).toMatchObject({
      policy: { preset: 'careful' },
      crm: { url, batchSize: 50, requestsAtOnce: 4, requestsPerSecond: 2 },
      mail: { localpart: 'bounce+' },
      topics: [arn],
    })
    expect(await bench.command(['sites', 'edit', 'main', '--url', 'https://me:secret@crm.example.org'])).toMatchObject({
      code: expect.any(Number),
      err: expect.stringContaining('must not hold a user and a password'),
    })
    expect(await bench.ask(['sites', 'watch', 'main'])).toMatchObject({ mode: 'watch' })
    expect(await bench.ask(['sites', 'pause', 'main'])).toMatchObject({ mode: 'paused' })
    expect(await bench.ask(['sites', 'record', 'main'])).toMatchObject({ mode: 'record' })

    const { out } = await bench.command(['sites', 'show', 'main'])
    expect(out).toContain('API key')
    expect(out).toMatch(/policy: +careful/)
    expect(out).toMatch(/requests: +4 at once, 2 in a second, at most 50 bounces in each/)
    expect(/in one request now: +as allowed/.test(out)).toBe(running)
    expect(await bench.ask(['sites', 'remove', 'main', '--yes'])).toEqual({ removed: 'main', waitingKept: 0 })
    expect(await bench.ask(['sites', 'list'])).toEqual([])
  })

  it('say after adding what is still missing', async () => {
    const { code, out } = await bench.command(['sites', 'add', 'bare', ...basics])
    expect(code).toBe(0)
    expect(out).toContain('civicrm-ses sites edit bare --api-key-file FILE')
    expect(out).toContain('civicrm-ses topics allow ARN --site bare')
    expect(out).toContain('civicrm-ses sites test bare')
  })

  it('are taken with no time zone that there is not, and show theirs', async () => {
    const wrong = await bench.command(['sites', 'add', 'one', ...basics, '--time-zone', 'Berlin'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--time-zone: "Berlin" is no time zone') })
    await bench.command(['sites', 'add', 'one', ...basics, '--time-zone', 'Europe/Berlin'])
    expect((await bench.command(['sites', 'show', 'one'])).out).toMatch(/time zone: +Europe\/Berlin\n/)
    const exported = (await bench.command(['sites', 'export'])).out
    const file = await bench.file('zone.yaml', exported.replace('Europe/Berlin', 'Berlin'))
    expect(await bench.command(['sites', 'apply', file, '--dry-run'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/line \d+, sites\.0\.crm\.timeZone: "Berlin" is no time zone/),
    })
    expect((await bench.command(['sites', 'edit', 'one', '--time-zone', 'ask'])).out).toMatch(
      /time zone: +asked of the site\n/,
    )
  })

  it('go out as YAML and come back the same; a dry run changes nothing', async () => {
    await bench.command(['sites', 'add', 'one', ...basics, '--topic', arn])
    await bench.command(['sites', 'add', 'two', '--builtin', '--domain', 'two.example.org'])
    const exported = await bench.command(['sites', 'export'])
    expect(exported).toMatchObject({ code: 0, out: expect.stringMatching(/^sites:\n {2}- id: one\n/) })
    const same = await bench.file('sites.yaml', exported.out)
    expect(await bench.ask(['sites', 'apply', same])).toMatchObject([{ change: 'same' }, { change: 'same' }])
    const piped = await bench.ask(['sites', 'apply', '-'], { stdin: exported.out })
    expect(piped).toMatchObject([{ change: 'same' }, { change: 'same' }])
    const wrong = await bench.command(['sites', 'apply', '-'], { stdin: 'sites: none' })
    expect(wrong.err).toContain('standard input: line 1, sites: must be a list')

    const changed = exported.out.replace('mode: record', 'mode: watch').replace(/ {2}- id: two[\s\S]*/, '')
    const file = await bench.file('changed.yaml', changed)
    const wanted = [
      { site: 'one', change: 'edit', differences: [{ setting: 'mode', from: 'record', to: 'watch' }] },
      { site: 'two', change: 'remove', differences: [] },
    ]
    expect(await bench.ask(['sites', 'apply', file, '--prune', '--dry-run'])).toEqual(wanted)
    const text = await bench.command(['sites', 'apply', file, '--prune', '--dry-run'])
    expect(text.out).toContain('mode: "record" -> "watch"')
    const topics = `topics:\n      - arn:aws:sns:eu-west-1:111122223333:one\n      - arn:aws:sns:eu-west-1:111122223333:two\n`
    const long = await bench.file('long.yaml', exported.out.replace(/topics:\n.*\n/, topics))
    const { out } = await bench.command(['sites', 'apply', long, '--dry-run'])
    expect(out).toContain('\n       topics: ["arn:')
    expect(out).toContain(' -> [\n         "arn:aws:sns:eu-west-1:111122223333:one",\n')
    expect(out).toContain('\n       ]\n')
    expect(text.out).toContain('Nothing was changed')
    expect(await bench.ask(['sites', 'show', 'one'])).toMatchObject({ mode: 'record' })

    expect(await bench.ask(['sites', 'apply', file])).toMatchObject([{ site: 'one', change: 'edit' }])
    expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'one', mode: 'watch' }, { id: 'two' }])
    const refused = await bench.command(['sites', 'apply', file, '--prune'])
    expect(refused).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/remove the site "two" and its keys/),
    })
    expect(refused.err).toMatch(/--yes .*--dry-run/)
    expect((await bench.command(['sites', 'apply', file, '--prune', '--yes', '--dry-run'])).code).toBe(2)
    expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'one' }, { id: 'two' }])
    await bench.ask(['sites', 'apply', file, '--prune', '--yes'])
    expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'one' }])
  })

  it('are not stored with a key that could never be sent', async () => {
    const file = await bench.file('key.txt', 'geheim\0\n')
    const refused = await bench.command(['sites', 'add', 'main', ...basics, '--api-key-file', file])
    expect(refused.err).toMatch(/COMMAND_USAGE: the secret from .*key.txt holds characters.*\n.*plain text in one line/)
    expect(refused.err).not.toContain('geheim')
    expect(await bench.ask(['sites', 'list'])).toEqual([])
  })

  it('are warned of before they are applied: a mistyped id, topics that go', async () => {
    await bench.command(['sites', 'add', 'main', ...basics, '--topic', arn, '--api-key-stdin'], { stdin: 'key' })
    const { out } = await bench.command(['sites', 'export'])
    const warned = async (yaml: string): Promise<string> =>
      (await bench.command(['sites', 'apply', await bench.file('risky.yaml', yaml), '--dry-run'])).err
    expect(await warned(out)).toBe('')
    const mistyped = await warned(out.replace('id: main', 'id: mian'))
    expect(mistyped).toContain('Warning: site mian: no API key')
    expect(mistyped).toContain('Warning: site main: it shares a topic with the site mian')
    expect(await warned(out.replace(/topics:\n +- \S+/, 'topics: []'))).toMatch(
      new RegExp(`^Warning: site main: ${arn} was allowed and no longer is`, 'm'),
    )
  })

  it('go out with the queues that are read, and bring them along elsewhere', async () => {
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:ses'
    await bench.command(['sites', 'add', 'one', ...basics])
    const exported = await bench.command(['sites', 'export'])
    expect(exported.out).toMatch(/\nqueues: \[\]\n$/)
    const lines = ['queues:', `  - arn: ${queue}`, '    site: one', `  - arn: ${queue}-all`, '    site: null', '']
    const file = await bench.file('with-queues.yaml', exported.out.replace('queues: []\n', lines.join('\n')))
    const [site, first, second] = [
      { site: 'one', change: 'same', differences: [] },
      { queue, change: 'add', differences: [] },
      { queue: `${queue}-all`, change: 'add', differences: [] },
    ]
    expect(await bench.ask(['sites', 'apply', file, '--dry-run'])).toEqual([site, first, second])
    expect((await bench.command(['sites', 'export'])).out).toBe(exported.out)
    expect((await bench.command(['sites', 'apply', file])).out).toContain(`add    queue ${queue}\n`)
    const again = await bench.command(['sites', 'export'])
    expect(again.out.endsWith(lines.join('\n'))).toBe(true)

    // A file from before, or of somebody who keeps the queues elsewhere, says nothing of them.
    const without = await bench.file('without.yaml', again.out.replace(/queues:[\s\S]*/, ''))
    expect(await bench.ask(['sites', 'apply', without, '--prune'])).toEqual([site])
    const fewer = await bench.file(
      'fewer.yaml',
      again.out.replace(/ {2}- arn: \S+-all[\s\S]*/, '').replace('    site: one', '    site: null'),
    )
    const kept = await bench.command(['sites', 'apply', fewer, '--prune'])
    expect(kept).toMatchObject({ code: 2, err: expect.stringContaining(`remove the queue ${queue}-all;`) })
    expect((await bench.command(['sites', 'export'])).out).toBe(again.out)
    expect(await bench.ask(['sites', 'apply', fewer, '--prune', '--yes'])).toEqual([
      site,
      { queue, change: 'edit', differences: [{ setting: 'site', from: 'one', to: null }] },
      { queue: `${queue}-all`, change: 'remove', differences: [] },
    ])
    expect((await bench.command(['sites', 'export'])).out).toContain(`\nqueues:\n  - arn: ${queue}\n    site: null\n`)

    const wrong = await bench.file('wrong.yaml', `sites: []\nqueues: [{ arn: ${queue}-other, site: nobody }]\n`)
    const refused = await bench.command(['sites', 'apply', wrong, '--prune'])
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/SITE_UNKNOWN: the queue .*"nobody"/) })
    expect(await bench.ask(['sites', 'list'])).toHaveLength(1)
    await bench.ask(['sites', 'apply', await bench.file('no-queues.yaml', 'sites: []\nqueues: []'), '--prune', '--yes'])
  })

  it('refuse what is wrong with code, message and what to do', async () => {
    await bench.command(['sites', 'add', 'main', ...basics])
    const failures: readonly (readonly [readonly string[], number, string, RegExp])[] = [
      [['sites', 'show', 'nobody'], 1, 'SITE_UNKNOWN', /there is no site "nobody"/],
      [['sites', 'test', 'nobody'], 1, 'SITE_UNKNOWN', /nobody/],
      [['sites', 'add', 'main', ...basics], 1, 'SITE_EXISTS', /main/],
      [['sites', 'add', 'Main!', ...basics], 2, 'COMMAND_USAGE', /the id: /],
      [['sites', 'add', 'new'], 2, 'COMMAND_USAGE', /--url/],
      [['sites', 'add', 'new', '--url', 'ftp://x', '--domain', 'no domain'], 2, 'COMMAND_USAGE', /--url: .*--domain: /],
      [['sites', 'add', 'new', ...basics, '--topic', 'arn:x'], 2, 'COMMAND_USAGE', /--topic: /],
      [['sites', 'add', 'new', ...basics, '--batch-size', 'many'], 2, 'COMMAND_USAGE', /--batch-size: /],
      [['sites', 'edit', 'nobody', '--name', 'x'], 1, 'SITE_UNKNOWN', /nobody/],
      [['sites', 'remove', 'main'], 2, 'COMMAND_USAGE', /would remove/],
      [['sites', 'apply', path.join(bench.folder, 'absent.yaml')], 1, 'INPUT_UNREADABLE', /absent\.yaml/],
      [['sites', 'edit', 'main', '--api-key-file', '/absent'], 1, 'INPUT_UNREADABLE', /\/absent/],
    ]
    for (const [argv, code, errorCode, message] of failures) {
      const plain = await bench.command(argv)
      expect([argv, plain.code, plain.out]).toEqual([argv, code, ''])
      expect(plain.err).toMatch(new RegExp(`^error ${errorCode}: .+\nWhat to do: .+\n$`))
      expect(plain.err).toMatch(message)
      const asJson = await bench.command([...argv, '--json'])
      expect([argv, asJson.code, asJson.err]).toEqual([argv, code, ''])
      expect(JSON.parse(asJson.out)).toEqual({
        error: { code: errorCode, message: expect.stringMatching(message), hint: expect.stringMatching(/./) },
      })
    }
    expect(await bench.ask(['sites', 'list'])).toHaveLength(1)
  })

  it('name the lines of a file that is wrong, and take none of it', async () => {
    const first = '  - id: a\n    name: A\n    crm: { type: builtin }\n    mood: good\n'
    const file = await bench.file('wrong.yaml', `sites:\n${first}  - id: b!\n    name: B\n`)
    const { code, err } = await bench.command(['sites', 'apply', file])
    expect(code).toBe(1)
    expect(err).toMatch(/^error CONFIG_INVALID: .*line 5, sites\.0\.mood: there is no such setting/)
    expect(err).toMatch(/line 6, sites\.1\.id: .*line \d, sites\.1\.crm/)
    expect(await bench.ask(['sites', 'list'])).toEqual([])
  })

  it('take secrets from a file, standard input and the environment, and never show them', async () => {
    const secrets = ['file', 'stdin', 'variable', 'variable-file', 'site'].map((name) => `secret-of-the-${name}-91827`)
    const [inFile, onStdin, inVariable, inVariableFile, siteKey] = secrets as [string, string, string, string, string]
    const keyFile = await bench.file('api-key', `${inFile}\n`)
    const siteKeyFile = await bench.file('site-key', siteKey)
    const variableFile = await bench.file('variable-key', inVariableFile)
    const outputs = [
      await bench.command(['sites', 'add', 'file', ...basics, '--api-key-file', keyFile]),
      await bench.command(['sites', 'add', 'stdin', ...basics, '--api-key-stdin', '--site-key-file', siteKeyFile], {
        stdin: `${onStdin}\n`,
      }),
      await bench.command(['sites', 'add', 'variable', ...basics], {
        environment: { CIVICRM_SES_API_KEY: inVariable },
      }),
      await bench.command(['sites', 'add', 'variable-file', ...basics], {
        environment: { CIVICRM_SES_API_KEY_FILE: variableFile },
      }),
      await bench.command(['sites', 'edit', 'file', '--site-key-stdin'], { stdin: `${siteKey}\n` }),
      await bench.command(['sites', 'list', '--json']),
      await bench.command(['sites', 'export']),
      await bench.command(['sites', 'export', '--json']),
      await bench.command(['sites', 'show', 'stdin']),
      await bench.command(['check', '--json']),
      await bench.command(['sites', 'edit', 'stdin', '--api-key-stdin'], { stdin: `${onStdin}\nanother line\n` }),
    ]
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    const printed = outputs.map(({ out, err }) => out + err).join('')
    for (const secret of secrets) expect(printed).not.toContain(secret)
    expect(await bench.ask(['sites', 'list'])).toMatchObject([
      { id: 'file', hasApiKey: true, hasSiteKey: true },
      { id: 'stdin', hasApiKey: true, hasSiteKey: true },
      { id: 'variable', hasApiKey: true },
      { id: 'variable-file', hasApiKey: true },
    ])
    // Only then: to close any other handle on a file of SQLite's takes its locks from this process.
    await bench.stop()
    const files = await readdir(bench.dataFolder)
    expect(files).toContain('civicrm-ses.db')
    for (const name of files) {
      const bytes = await readFile(path.join(bench.dataFolder, name))
      for (const secret of secrets) expect([name, bytes.includes(secret)]).toEqual([name, false])
    }
    if (running) await bench.start()
  })
})
