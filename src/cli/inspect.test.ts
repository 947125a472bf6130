import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSigningIdentity, saveCertificate } from '../simulator/certificate.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { testIo } from '../testing/testIo.ts'
import { runCommand } from './main.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const day = 86_400_000

let folder: string
let certificates: string
const file = (name: string, content: string | Uint8Array): string => {
  const full = path.join(folder, name)
  writeFileSync(full, content)
  return full
}
/** A genuine bounce, as SNS posts it. */
let body: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'inspect-'))
  certificates = path.join(folder, 'certificates')
  const now = Date.now()
  const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now - day, validTo: now + day })
  await saveCertificate(identity, certificates)
  const feed = new SiteFeed({ topicArn, identity, domain: 'crm.example.org' })
  const row = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', email: "o'brien@example.org" }
  body = feed.report('bounce/Permanent/NoEmail', feed.mailing(row)).body
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function inspect(argv: readonly string[], stdin: string | Uint8Array = ''): Promise<Ended> {
  const { io, out, err } = testIo({ stdin })
  const code = await runCommand(['inspect', ...argv], io)
  return { code, out: out(), err: err() }
}

async function command(...argv: readonly string[]): Promise<Ended> {
  const { io, out, err } = testIo()
  return { code: await runCommand(argv, io), out: out(), err: err() }
}

async function reports(argv: readonly string[], stdin?: string): Promise<readonly unknown[]> {
  const { out, err } = await inspect([...argv, '--json'], stdin)
  expect(err).toBe('')
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

describe('inspect', () => {
  it('prints one line for each file, of one shape', async () => {
    const name = file('genuine.json', body)
    const sqs = file('sqs.json', JSON.stringify({ MessageId: 'x', Body: body }))
    const [first, second] = await reports([name, sqs, '--certificates', certificates])
    expect(first).toEqual({
      file: name,
      form: 'sns',
      sns: {
        type: 'Notification',
        messageId: expect.any(String),
        topicArn,
        signatureVersion: expect.stringMatching(/^[12]$/),
        signature: 'valid',
        reason: null,
      },
      events: [
        {
          kind: 'bounce',
          recipient: "o'brien@example.org",
          sesMessageId: expect.any(String),
          feedbackId: expect.any(String),
          timestamp: expect.any(String),
          bounce: {
            type: 'Permanent',
            subType: 'NoEmail',
            status: expect.any(String),
            action: expect.any(String),
            diagnosticCode: expect.any(String),
          },
          complaint: null,
          reference: { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', from: expect.any(String) },
          decision: {
            rule: 'bounce-permanent',
            effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
            explanation: expect.any(String),
          },
        },
      ],
      notice: null,
      error: null,
    })
    expect(second).toEqual({ ...Object(first), file: sqs })
  })

  it('goes on with the other files where one cannot be read, and then ends 1', async () => {
    const name = file('good.json', body)
    const missing = path.join(folder, 'missing.json')
    mkdirSync(path.join(folder, 'a-folder'), { recursive: true })
    const argv = [missing, path.join(folder, 'a-folder'), file('binary', Buffer.of(0xc3, 0x28)), name]
    const found = await reports([...argv, '--offline'])
    const unreadable = { form: 'unreadable', sns: null, events: [], notice: null }
    expect(found).toMatchObject([
      { ...unreadable, file: missing, error: { code: 'INPUT_UNREADABLE' } },
      { ...unreadable, error: { code: 'INPUT_UNREADABLE' } },
      { ...unreadable, error: { code: 'SNS_BODY_UNREADABLE' } },
      { form: 'sns', sns: { signature: 'unchecked' }, error: null },
    ])
    expect((await inspect([...argv, '--offline'])).code).toBe(1)
    expect((await inspect([name, '--offline'])).code).toBe(0)
  })

  it('ends 1 where a signature is invalid, also by the time that is asked for', async () => {
    const forged = file('forged.json', body.replace('zzinafzl1gunbnsy', 'aainafzl1gunbnsy'))
    expect(await reports([forged, '--certificates', certificates])).toMatchObject([{ sns: { signature: 'invalid' } }])
    expect((await inspect([forged, '--certificates', certificates])).code).toBe(1)
    const name = file('genuine.json', body)
    expect((await inspect([name, '--certificates', certificates])).code).toBe(0)
    expect((await inspect([name, '--certificates', certificates, '--at', '2000-01-01'])).code).toBe(1)
  })

  it('reads standard input, once', async () => {
    expect(await reports(['-', '--offline'], body)).toMatchObject([{ file: '-', form: 'sns' }])
    expect(await inspect(['-', '-'], body)).toMatchObject({ code: 2, out: '' })
  })

  it.each([
    [['x', '--certificates', 'no/such/folder'], '--certificates: no/such/folder is no folder'],
    [['x', '--certificates', 'x'.repeat(5000)], '--certificates: xxx'],
    [['x', '--at', 'yesterday'], '"yesterday" is no time'],
    [[], "missing required argument 'files'"],
  ])('ends 2 where the call itself is wrong: %j', async (argv, message) => {
    const { code, out, err } = await inspect(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`error COMMAND_USAGE: ${message}`)
  })

  it('judges by a policy of its own, or a preset, also in the place of those of the sites', async () => {
    const name = file('genuine.json', body)
    const { out: printed } = await command('policy', 'careful')
    const own = file('own.yaml', printed.replace(/(rule: bounce-permanent\n[\s\S]*?bounceType: )Invalid/, '$1Dns'))
    const sites = file(
      'sites.yaml',
      `sites: [{ id: main, name: Main, crm: { type: builtin }, topics: ["${topicArn}"], mail: { domains: [crm.example.org] } }]`,
    )
    const decided = async (...argv: readonly string[]): Promise<unknown> =>
      (await reports([name, '--certificates', certificates, ...argv]))[0]
    const as = (bounceType: string): object => ({
      events: [{ decision: { effects: [{ effect: 'bounce', bounceType }] } }],
    })
    expect(await decided('--config', sites)).toMatchObject(as('Invalid'))
    expect(await decided('--policy', 'careful')).toMatchObject(as('Invalid'))
    expect(await decided('--policy', own)).toMatchObject(as('Dns'))
    expect(await decided('--policy', own, '--config', sites)).toMatchObject(as('Dns'))
    const asJson = file('own.json', (await command('policy', 'careful', '--json')).out)
    expect(await decided('--policy', asJson)).toMatchObject(as('Invalid'))
    expect(await inspect([name, '--policy', 'carefool'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no file "carefool", and no preset of that name[\s\S]*standard, careful/),
    })
    expect((await inspect([name, '--config', own])).err).toContain('--policy')
  })

  it('waits for whoever writes into a pipe, and ends when it is told to where nobody does', async () => {
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const [read] = await Promise.all([reports([pipe, '--certificates', certificates]), writeFile(pipe, body)])
    expect(read).toMatchObject([{ form: 'sns' }])

    const { io, out, err, stop } = testIo()
    const ended = runCommand(['inspect', '--offline', pipe, file('behind.json', body)], io)
    stop()
    expect(await ended).toBe(1)
    expect(err()).toContain('COMMAND_BROKEN_OFF')
    expect(out()).toBe('')
  })

  it('says which file --config wants', async () => {
    const config = file('civicrm-ses.yaml', 'dataFolder: data\n')
    const { code, err } = await inspect([file('good.json', body), '--offline', '--config', config])
    expect(code).toBe(1)
    expect(err).toMatch(/CONFIG_INVALID.*\n.*civicrm-ses sites export/)
  })
})
