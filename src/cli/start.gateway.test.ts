import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { socketPath } from '../control/socketPath.ts'
import { freePort } from '../testing/freePort.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { type Ended, Programs, type RunningProgram } from '../testing/programs.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

let bench: GatewayBench
let programs: Programs
const ends: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  bench = await GatewayBench.make()
  programs = new Programs()
})
afterEach(async () => {
  await programs[Symbol.asyncDispose]()
  for (const end of ends.splice(0)) await end()
  await bench[Symbol.asyncDispose]()
})

function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): RunningProgram {
  return programs.start(bench.configFile, argv, environment)
}

/** A start that must be refused: in words, with exit code 1, without a stack trace. @returns the words */
async function refused(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  return refusal(await bench.command(['serve'], { environment }))
}

function refusal({ code, out, err }: Ended): string {
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^error [A-Z_]+: .+\nWhat to do: .+\n$/)
  return err
}

describe('the gateway as a process', () => {
  it('serves, answers commands of other processes, and stops in order at SIGTERM', async () => {
    const gateway = start(['serve'], { CIVICRM_SES_LOG_LEVEL: 'info' })
    const { port } = await gateway.says('listening')
    const add = ['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn]
    expect(await start(add).ended).toMatchObject({ code: 0, err: '' })

    const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
    const { headers, body } = feed.report('bounce/Permanent/General', feed.receipt('zoe.secret@example.org'))
    const posted = await fetch(`http://127.0.0.1:${String(port)}/civicrm/ses/webhook`, {
      method: 'POST',
      headers,
      body,
    })
    expect(posted.status).toBe(200)
    const health = await fetch(`http://127.0.0.1:${String(port)}/readyz`)
    expect(health.status).toBe(200)
    await expect
      .poll(async () => JSON.parse((await start(['status', '--json']).ended).out) as unknown)
      .toMatchObject({ running: true, backlog: [] })

    const { code, out, err } = await gateway.stop()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('"stopped"')
    expect(out).not.toContain('zoe.secret')
    expect(JSON.parse((await start(['status', '--json']).ended).out)).toMatchObject({ running: false })
  })

  it('serves and stops in order where its log cannot be written, to a full disk say', async () => {
    const port = await freePort()
    const gateway = programs.start(
      bench.configFile,
      ['serve'],
      { CIVICRM_SES_LOG_LEVEL: 'info', CIVICRM_SES_PORT: String(port) },
      '/dev/full',
    )
    const health = async (): Promise<number> =>
      fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
        ({ status }) => status,
        () => 0,
      )
    await expect.poll(health).toBe(200)
    expect(await gateway.stop()).toMatchObject({ code: 0, err: '' })
  })

  it('stops in order within its deadline, whatever still waits for an answer', async () => {
    await bench.configure({ stopSeconds: 1 })
    const gateway = start(['serve'], { CIVICRM_SES_LOG_LEVEL: 'info' })
    await gateway.says('listening')
    // A CiviCRM that takes the call and never answers it.
    const asked = Promise.withResolvers<void>()
    const silent = createServer((socket) => {
      socket.resume().on('error', () => undefined)
      asked.resolve()
    }).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    ends.push(async () => once(silent.close(), 'close'))
    const address = silent.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const options = ['--domain', 'crm.example.org', '--localpart', 'b+', '--topic', topicArn, '--api-key-stdin']
    await bench.ask(['sites', 'add', 'main', '--url', url, ...options], { stdin: 'swordfish-swordfish' })
    const test = bench.command(['sites', 'test', 'main'])
    await asked.promise
    const since = performance.now()
    const { code, out } = await gateway.stop()
    expect(code).toBe(0)
    expect(out).toContain('"stopped"')
    // The site alone would be given a minute.
    expect(performance.now() - since).toBeLessThan(10_000)
    expect(await test).toMatchObject({ code: 1 })
  })

  it('stops in order at SIGINT too, and leaves no control socket', async () => {
    const gateway = start(['serve'], { CIVICRM_SES_LOG_LEVEL: 'info' })
    await gateway.says('listening')
    const socket = socketPath(bench.dataFolder)
    expect(existsSync(socket)).toBe(true)
    const { code, out, err } = await gateway.stop('SIGINT')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('"stopped"')
    expect(existsSync(socket)).toBe(false)
  })

  it('goes on at SIGHUP where it was started without a terminal, as by nohup', async () => {
    const gateway = start(['serve'], { CIVICRM_SES_LOG_LEVEL: 'info' })
    const { port } = await gateway.says('listening')
    gateway.signal('SIGHUP')
    gateway.signal('SIGHUP')
    expect((await fetch(`http://127.0.0.1:${String(port)}/readyz`)).status).toBe(200)
    const { code, out } = await gateway.stop()
    expect(code).toBe(0)
    expect(out).toContain('"stopped"')
  })

  it('stops in order where the process that a person sees is killed, and gives the folder to the next one', async () => {
    // On an older Node that process only starts the program, which would go on alone.
    const gateway = programs.startOnOldNode(bench.configFile, ['serve'])
    await expect.poll(async () => (await bench.command(['status', '--json'])).out).toContain('"running": true')
    gateway.signal('SIGKILL')
    // Its output ends only with the last process that has it.
    expect(await gateway.ended).toMatchObject({ code: null, err: '' })
    expect(existsSync(socketPath(bench.dataFolder))).toBe(false)
    await bench.start()
  })

  it('is stopped, and tells its exit code, by way of the process that starts it on an older Node', async () => {
    const gateway = programs.startOnOldNode(bench.configFile, ['serve'])
    await expect.poll(async () => (await bench.command(['status', '--json'])).out).toContain('"running": true')
    expect(await gateway.stop()).toMatchObject({ code: 0, err: '' })
    expect(await programs.startOnOldNode(bench.configFile, ['mistyped']).ended).toMatchObject({ code: 2 })
  })

  it('is not started twice on one folder', async () => {
    await bench.start()
    expect(refusal(await start(['serve']).ended)).toMatch(/STORAGE_LOCKED: .*another gateway/)
    // Neither the first one nor its control socket suffers.
    expect(await bench.ask(['status'])).toMatchObject({ running: true })
  })

  it('is not started twice either where somebody took the lock file for a stale one and removed it', async () => {
    await bench.start()
    await rm(path.join(bench.dataFolder, 'lock'))
    expect(refusal(await start(['serve']).ended)).toMatch(/STORAGE_LOCKED: .*control\.sock.*lock file/)
    expect(await bench.ask(['status'])).toMatchObject({ running: true })
  })

  it('is not started on a database of a newer version, which stays as it is', async () => {
    await bench.start()
    await bench.stop()
    const file = path.join(bench.dataFolder, 'civicrm-ses.db')
    const change = (work: (database: DatabaseSync) => void): void => {
      const database = new DatabaseSync(file)
      work(database)
      database.close()
    }
    change((database) => database.exec('PRAGMA user_version = 4711'))
    expect(await refused()).toMatch(/STORAGE_NEWER_SCHEMA: .*4711/)
    expect(await bench.command(['events'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('STORAGE_NEWER_SCHEMA'),
    })
    change((database) => {
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4711 })
    })
  })

  it('is not started where the data folder cannot be made or is no folder', async () => {
    const file = await bench.file('a-file', '')
    expect(await refused({ CIVICRM_SES_DATA_FOLDER: file })).toMatch(/STORAGE_FOLDER_UNWRITABLE/)
    expect(await refused({ CIVICRM_SES_DATA_FOLDER: path.join(file, 'data') })).toMatch(/STORAGE_FOLDER_UNWRITABLE/)
    expect(await refused({ CIVICRM_SES_DATA_FOLDER: '/proc/civicrm-ses' })).toMatch(/STORAGE_FOLDER_UNWRITABLE/)
  })

  it('warns of a variable that nothing reads, and is started', async () => {
    const gateway = programs.start(bench.configFile, ['serve'], {
      CIVICRM_SES_LOG_LEVEL: 'info',
      CIVICRM_SES_KEYFILE: '/etc/key',
    })
    await gateway.says('listening')
    const { code, err } = await gateway.stop()
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^Warning: CIVICRM_SES_KEYFILE: .*CIVICRM_SES_KEY_FILE is likely meant\.\n$/),
    })
  })

  it('is not waited for by commands where the data folder is no folder: none can be there', async () => {
    const file = await bench.file('a-file', '')
    for (const dataFolder of [file, path.join(file, 'data')]) {
      await bench.configure({ dataFolder })
      expect((await bench.command(['status'])).err).toMatch(/STORAGE_FOLDER_UNWRITABLE.*\n.*`dataFolder`/)
    }
  })

  it('is not started on a port that is taken, and holds the folder no longer', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(async () => once(server.close(), 'close'))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await refused({ CIVICRM_SES_PORT: String(port) })).toMatch(new RegExp(`LISTEN_FAILED: .*${port}`))
    await bench.start()
  })

  it('is not started with a configuration that is wrong, whose lines are named', async () => {
    const file = await bench.file('wrong.yaml', 'dataFolder: data\nlisten:\n  port: many\nlogLevel: loud\nfolder: x\n')
    const err = await refused({ CIVICRM_SES_CONFIG: file })
    expect(err).toMatch(
      /CONFIG_INVALID: .*line 3, listen\.port: .*line 4, logLevel: .*line 5, folder: there is no such setting/,
    )
    expect(await refused({ CIVICRM_SES_CONFIG: path.join(bench.folder, 'absent.yaml') })).toMatch(/CONFIG_UNREADABLE/)
    expect(await refused({ CIVICRM_SES_PORT: 'http' })).toMatch(/CONFIG_INVALID: .*listen\.port/)
    expect(await refused({ DATABASE_URL: 'mysql://db.example.org/ses' })).toMatch(/CONFIG_INVALID: .*databaseUrl/)
    expect(await bench.command(['check', file, '--json'])).toMatchObject({ code: 1 })
    const { out } = await bench.command(['check', file])
    expect(out).toMatch(/mistake +line 3, listen\.port/)
  })

  it('is not started where the folder of certificates is not there or is none: nothing could be verified', async () => {
    const file = await bench.file('a-file', '')
    for (const folder of [path.join(bench.folder, 'nowhere'), file])
      expect(await refused({ CIVICRM_SES_CERTIFICATES_FOLDER: folder })).toMatch(/CONFIG_INVALID: certificatesFolder: /)
  })

  it('reads data where a gateway has never run as empty, without being told so as an error', async () => {
    expect(await bench.ask(['events'])).toEqual([])
    expect(await bench.ask(['status'])).toMatchObject({ running: false, backlog: [] })
    const { code, err } = await bench.command(['sites', 'list'])
    expect({ code, err }).toEqual({ code: 0, err: `Nothing is stored in ${bench.dataFolder} yet.\n` })
    // Looking makes nothing: it may be the wrong folder, or another user's.
    expect(existsSync(bench.dataFolder)).toBe(false)
    expect((await bench.command(['queues', 'add', 'mistyped'])).code).toBe(2)
    expect(existsSync(bench.dataFolder)).toBe(false)
    await mkdir(bench.dataFolder)
    expect(await bench.ask(['events'])).toEqual([])
    expect(readdirSync(bench.dataFolder)).toEqual([])
  })

  it('refuses to change what is not there, which may be the wrong folder, and makes nothing', async () => {
    const arn = 'arn:aws:sqs:eu-west-1:111122223333:ses'
    for (const argv of [
      ['forget', 'ada@example.org', '--yes'],
      ['forget', 'ada@example.org'],
      ['undo', '--since', '7d', '--site', 'main', '--yes'],
      ['replay', '--dead'],
      ['retention', '--run-now'],
      ['waiting', 'claim', '--yes'],
      ['waiting', 'move', 'old', 'new'],
      ['topics', 'allow', topicArn, '--site', 'main'],
      ['sites', 'pause', 'main'],
      ['uncertain', 'look', '--all', 'main'],
      ['set-aside', 'drop', 'example.net', '--site', 'main'],
      ['queues', 'remove', arn],
      ['releases', 'look', 'main'],
      ['drain-queue', arn],
      ['contacts', 'release', '1', '--site', 'main'],
    ]) {
      const { code, out, err } = await bench.command(argv)
      expect({ argv, code, out, err }).toEqual({
        argv,
        code: 1,
        out: '',
        err: expect.stringMatching(/STORAGE_MISSING: /),
      })
      expect(existsSync(bench.dataFolder)).toBe(false)
    }
  })

  it('begins an installation with a site or a queue, and with none that would be refused or is only tried', async () => {
    const file = await bench.file('sites.yaml', 'sites: []\nqueues: []\n')
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:ses'
    expect(await bench.command(['sites', 'apply', file, '--dry-run'])).toMatchObject({ code: 0 })
    expect(await bench.command(['queues', 'add', queue, '--site', 'main'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SITE_UNKNOWN'),
    })
    expect(existsSync(bench.dataFolder)).toBe(false)
    await bench.ask(['sites', 'apply', file])
    expect(existsSync(path.join(bench.dataFolder, 'civicrm-ses.db'))).toBe(true)
    await rm(bench.dataFolder, { recursive: true })
    await bench.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn])
    expect(await bench.ask(['sites', 'list'])).toHaveLength(1)
  })
})
