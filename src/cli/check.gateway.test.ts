import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

let bench: GatewayBench
beforeEach(async () => {
  bench = await GatewayBench.make()
})
afterEach(async () => bench[Symbol.asyncDispose]())

const checked = async (...argv: readonly string[]): Promise<unknown> =>
  JSON.parse((await bench.command(['check', ...argv, '--json'])).out) as unknown

describe('check', () => {
  it('makes nothing where no gateway has run yet', async () => {
    mkdirSync(bench.dataFolder)
    expect(await checked()).toMatchObject({ ok: true, problems: [] })
    expect(existsSync(path.join(bench.dataFolder, 'civicrm-ses.db'))).toBe(false)
    expect(existsSync(path.join(bench.dataFolder, 'lock'))).toBe(false)
  })

  it('says the same of a file that is named as of the configuration that is used', async () => {
    await bench.start()
    await bench.ask(['sites', 'add', 'bare', '--builtin', '--domain', 'crm.example.org'])
    await bench.stop()
    writeFileSync(path.join(bench.dataFolder, 'key'), 'damaged')
    const file = await bench.file('other.yaml', 'dataFolder: data\ncertificatesFolder: certificates\n')
    const report = {
      ok: false,
      file,
      problems: [{ setting: 'keyFile', message: expect.stringContaining('SECRET_KEY_INVALID') }],
      warnings: expect.arrayContaining([
        { about: 'site bare', message: expect.stringContaining('no topic is allowed') },
      ]),
    }
    expect(await checked(file)).toMatchObject(report)
    expect(await checked('--config', file)).toMatchObject(report)
    const nowhere = await bench.file('nowhere.yaml', 'certificatesFolder: nowhere\n')
    expect(await checked(nowhere)).toMatchObject({ ok: false, problems: [{ setting: 'certificatesFolder' }] })
  })

  it('warns of the queues of a sites file too', async () => {
    const queue = '{ arn: "arn:aws:sqs:eu-west-1:111122223333:ses", site: gone }'
    const file = await bench.file('sites.yaml', `sites: []\nqueues: [${queue}]\n`)
    expect(await checked(file)).toMatchObject({ ok: true, warnings: [{ message: expect.stringContaining('"gone"') }] })
  })

  it('reads a policy, as "policy" prints it and as others write it', async () => {
    for (const preset of ['standard', 'careful']) {
      const { out } = await bench.command(['policy', preset])
      const asJson = JSON.stringify(await bench.ask(['policy', preset]))
      for (const text of [out, asJson]) {
        const file = await bench.file('policy.yaml', text)
        expect(await checked(file)).toEqual({ ok: true, file, problems: [], warnings: [] })
      }
    }
    const printed = (await bench.command(['policy', 'careful'])).out
    const doubtful = await bench.file('doubtful.yaml', printed.replace('- General\n', '- Generel\n'))
    expect(await checked(doubtful)).toMatchObject({
      ok: true,
      warnings: [{ about: expect.stringContaining('rule '), message: expect.stringContaining('Generel') }],
    })
    const wrong = await bench.file('wrong.yaml', printed.replace('sharedAddressLimit: 5', 'sharedAddressLimit: none'))
    expect(await checked(wrong)).toMatchObject({
      ok: false,
      problems: [{ setting: 'policy.sharedAddressLimit', line: expect.any(Number) }],
    })
  })

  it('warns of a key file that is named and was never made', async () => {
    await bench.configure({ keyFile: 'key' })
    const warning = { about: 'keyFile', message: expect.stringContaining('keys create') }
    expect(await checked()).toMatchObject({ ok: true, warnings: expect.arrayContaining([warning]) })
    await bench.ask(['keys', 'create'])
    expect(await checked()).not.toMatchObject({ warnings: expect.arrayContaining([warning]) })
  })

  it('warns of a secret of an alarm channel that others may read', async () => {
    const tokenFile = await bench.file('token', 'x')
    await bench.configure({ alarms: { channels: [{ type: 'webhook', url: 'https://chat.example.org', tokenFile }] } })
    const warning = {
      about: 'alarms.channels, webhook',
      message: expect.stringContaining(`${tokenFile} holds a secret`),
    }
    expect(await checked()).toMatchObject({ warnings: expect.arrayContaining([warning]) })
  })

  it('warns of what makes the work stand still: a site without a key, a channel that cannot tell, a full disk', async () => {
    const passwordFile = path.join(bench.folder, 'no-password')
    const mail = { type: 'email', host: 'mail.example.org', from: 'ses@example.org', to: ['admin@example.org'] }
    const channels = [
      { ...mail, user: 'ses', passwordFile },
      { type: 'command', command: ['no-such-program', '--urgent'] },
    ]
    await bench.configure({ minimumFreeMiB: 1e12, alarms: { channels } })
    await bench.ask(['sites', 'add', 'main', '--url', 'https://crm.example.org', '--domain', 'crm.example.org'])
    const warnings = [
      { about: 'site main', message: expect.stringContaining('no API key') },
      { about: 'alarms.channels, email', message: expect.stringContaining(`passwordFile ${passwordFile} is no file`) },
      { about: 'alarms.channels, command', message: expect.stringContaining('no program no-such-program in PATH') },
      { about: 'minimumFreeMiB', message: expect.stringContaining('answered 503') },
    ]
    expect(await checked()).toMatchObject({ ok: true, warnings: expect.arrayContaining(warnings) })

    const script = await bench.file('page-me', '#!/bin/sh')
    chmodSync(script, 0o700)
    await bench.configure({
      alarms: {
        channels: [
          { ...mail, user: 'ses', passwordFile: await bench.file('no-password', 'x') },
          { type: 'command', command: [script] },
        ],
      },
    })
    await bench.ask(['sites', 'edit', 'main', '--api-key-stdin'], { stdin: 'key' })
    const { out } = await bench.command(['check'])
    expect(out).not.toMatch(/no API key|tells nobody|MiB are free/)
  })

  it('warns of variables that nothing reads, also where something else is wrong', async () => {
    const environment = { CIVICRM_SES_DATA_FOLER: '/var/lib/ses' }
    const warning = /warning {2}CIVICRM_SES_DATA_FOLER: .*CIVICRM_SES_DATA_FOLDER is likely meant/
    expect(await bench.command(['check'], { environment })).toMatchObject({
      code: 0,
      out: expect.stringMatching(warning),
    })
    const wrong = await bench.command(['check'], { environment: { ...environment, CIVICRM_SES_PORT: 'abc' } })
    expect(wrong.code).toBe(1)
    expect(wrong.out).toMatch(warning)
    expect(wrong.out).toContain('mistake  CIVICRM_SES_PORT (listen.port): must be')
  })

  it('names files of the data folder that this user may not use, or that are not of its owner', async () => {
    await bench.start()
    await bench.stop()
    const file = path.join(bench.dataFolder, 'lock')
    // Only root can give a file away; anybody else has to be refused one to see it.
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(file, 65_534, 65_534)
    else chmodSync(file, 0)
    expect((await bench.command(['check'])).out).toMatch(
      new RegExp(
        isRoot ? `warning  dataFolder: ${file} belongs to another` : `mistake  dataFolder: ${file} may not be`,
      ),
    )
  })
})
