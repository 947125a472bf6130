import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SuppressionLists } from '../aws/suppressionList.ts'
import { runCommand } from '../cli/main.ts'
import type { AlarmPace } from '../compose/alarms.ts'
import type { SnsReach } from '../compose/snsParts.ts'
import type { ConsumerLimits } from '../ingest/sqs/schedule.ts'
import { loadConfig } from '../config/load.ts'
import { Gateway } from '../main.ts'
import type { LeaseLimits } from '../leases/leaseKeeper.ts'
import type { RecorderLimits } from '../recorder/limits.ts'
import type { RetentionPace } from '../retention/retentionLoop.ts'
import { type SiteInput, siteSchema } from '../settings/site.ts'
import { createSigningIdentity, saveCertificate, type SigningIdentity } from '../simulator/certificate.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { type HttpPost, httpPost } from '../simulator/transport.ts'
import { testIo } from './testIo.ts'

export interface GatewayBenchOptions {
  readonly recorderLimits?: Partial<RecorderLimits>
  readonly leaseLimits?: Partial<LeaseLimits>
  readonly alarmPace?: Partial<AlarmPace>
  readonly retentionPace?: Partial<RetentionPace>
  readonly consumerLimits?: Partial<ConsumerLimits>
  readonly snsReach?: Partial<SnsReach>
  readonly suppressionLists?: SuppressionLists
  /** More settings for the configuration file. */
  readonly config?: Readonly<Record<string, unknown>>
}

export interface CommandInput {
  readonly stdin?: string
  readonly environment?: Readonly<Record<string, string>>
  /** As by Ctrl-C. */
  readonly stopped?: AbortSignal
  /** Of the time that the command tells of. @default none passes */
  readonly elapsed?: () => number
}

export interface CommandResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

const day = 86_400_000

/**
 * One installation: a temporary folder with data, configuration file and certificates, a gateway that can be
 * started and stopped on it, and the command line beside it.
 */
export class GatewayBench {
  readonly folder: string
  readonly configFile: string
  readonly dataFolder: string
  /** Signs as SNS, as far as this gateway can tell. */
  readonly identity: SigningIdentity
  readonly #options: GatewayBenchOptions
  readonly #posts = new Map<string, HttpPost>()
  #gateway: Gateway | null = null

  private constructor(folder: string, identity: SigningIdentity, options: GatewayBenchOptions) {
    this.folder = folder
    this.configFile = path.join(folder, 'civicrm-ses.yaml')
    this.dataFolder = path.join(folder, 'data')
    this.identity = identity
    this.#options = options
  }

  /** The folder is made, nothing is started. */
  static async make(options: GatewayBenchOptions = {}): Promise<GatewayBench> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gateway-bench-'))
    const now = Date.now()
    const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now - day, validTo: now + day })
    await saveCertificate(identity, path.join(folder, 'certificates'))
    const bench = new GatewayBench(folder, identity, options)
    await bench.configure({})
    return bench
  }

  /** Writes the configuration file anew; the next start goes by it. */
  async configure(more: Readonly<Record<string, unknown>>): Promise<void> {
    const config = {
      dataFolder: 'data',
      certificatesFolder: 'certificates',
      listen: { port: 0 },
      logLevel: 'silent',
      minimumFreeMiB: 0,
      stopSeconds: 5,
      ...this.#options.config,
      ...more,
    }
    // JSON is YAML.
    await writeFile(this.configFile, JSON.stringify(config, undefined, 2))
  }

  get gateway(): Gateway {
    if (this.#gateway === null) throw new Error('no gateway runs')
    return this.#gateway
  }

  async start(): Promise<Gateway> {
    const { config: _config, ...options } = this.#options
    this.#gateway = await Gateway.start({ ...options, config: loadConfig(this.configFile, {}) })
    return this.#gateway
  }

  async stop(): Promise<void> {
    const gateway = this.#gateway
    this.#gateway = null
    await Promise.all([...this.#posts.values()].map(async (post) => post.close()))
    this.#posts.clear()
    await gateway?.stop()
  }

  /** Adds or replaces a site of the running gateway. */
  async saveSite(site: SiteInput, apiKey: string | null = null): Promise<void> {
    const { settings } = this.gateway.operations
    await settings.saveSecret(site.id, 'apiKey', apiKey)
    await settings.saveSite(siteSchema.parse(site))
  }

  /** Posts a message of SNS, over HTTP. @returns the status; 0 where no answer came */
  async post(request: SnsRequest, address = '/civicrm/ses/webhook'): Promise<number> {
    const url = `http://127.0.0.1:${this.gateway.port}${address}`
    const http = this.#posts.get(url) ?? httpPost({ url })
    this.#posts.set(url, http)
    return (await http.post(request)).status ?? 0
  }

  /** Posts all at once. @returns the statuses, each once, in the order of the numbers */
  async postAll(requests: readonly SnsRequest[], address?: string): Promise<readonly number[]> {
    const statuses = await Promise.all(requests.map(async (request) => this.post(request, address)))
    return [...new Set(statuses)].toSorted((a, b) => a - b)
  }

  /** Resolves when nothing waits in the inbox any more. */
  async recorded(): Promise<void> {
    const { inbox } = this.gateway.operations
    await new Promise<void>((resolve) => {
      const look = async (): Promise<void> => {
        if ((await inbox.backlog()).length > 0) return
        end()
        resolve()
      }
      const end = this.gateway.events.recorder.on('batchFinished', () => void look())
      void look()
    })
  }

  /** Runs a command in this process, with the configuration of this installation. */
  async command(
    argv: readonly string[],
    { stdin = '', environment = {}, stopped, elapsed = () => 0 }: CommandInput = {},
  ): Promise<CommandResult> {
    const {
      io: usual,
      out,
      err,
    } = testIo({ stdin, elapsed, environment: { CIVICRM_SES_CONFIG: this.configFile, ...environment } })
    const io = stopped === undefined ? usual : { ...usual, stopped }
    const code = await runCommand(argv, io, this.#options.snsReach)
    return { code, out: out(), err: err() }
  }

  /** Runs a command with `--json`. @returns what it printed, parsed; throws where it did not end well */
  async ask(argv: readonly string[], input: CommandInput = {}): Promise<unknown> {
    const { code, out, err } = await this.command([...argv, '--json'], input)
    if (code !== 0) throw new Error(`${argv.join(' ')} ended ${code}: ${out}${err}`)
    return JSON.parse(out)
  }

  /** A file in the folder. @returns its path */
  async file(name: string, text: string): Promise<string> {
    const file = path.join(this.folder, name)
    await writeFile(file, text)
    return file
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}
