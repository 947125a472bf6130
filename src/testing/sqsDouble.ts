import { type FauxqsServer, startFauxqs } from 'fauxqs'
import { awsQueues } from '../ingest/sqs/awsQueue.ts'
import type { OpenQueue, Queue } from '../ingest/sqs/queue.ts'

const region = 'eu-west-1'
export const sqsAccount = '000000000000'

/** What is to be had in a queue at this moment, and what someone has received and not yet deleted. */
export interface QueueContent {
  readonly visible: readonly string[]
  readonly hidden: readonly string[]
}

/** SNS and SQS at a loopback address, with their semantics of receipts, visibility, redrive; reached by AWS's own client. */
export class SqsDouble {
  readonly endpoint: string
  readonly #server: FauxqsServer

  private constructor(server: FauxqsServer) {
    this.#server = server
    this.endpoint = `http://127.0.0.1:${server.port}`
  }

  static async start(): Promise<SqsDouble> {
    return new SqsDouble(await startFauxqs({ port: 0, defaultRegion: region, logger: false }))
  }

  /** For a client of AWS's SDK. */
  get client(): {
    readonly endpoint: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  } {
    return { endpoint: this.endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  }

  /** As the program's own, at this double. */
  get open(): OpenQueue {
    return awsQueues(this.client)
  }

  /** For a process of its own: where AWS's client finds the double, and who it is. */
  get environment(): Readonly<Record<string, string>> {
    return { AWS_ENDPOINT_URL_SQS: this.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  }

  /** @returns its ARN */
  createQueue(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    return this.#server.createQueue(name, { region, attributes: { ...attributes } }).queueArn
  }

  /** A queue with a dead-letter queue, which takes what was received more often than so. */
  createPair(name: string, maxReceiveCount: number): { readonly arn: string; readonly deadLetters: string } {
    const deadLetters = this.createQueue(`${name}-dead`)
    const policy = JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount })
    return { arn: this.createQueue(name, { RedrivePolicy: policy }), deadLetters }
  }

  deleteQueue(arn: string): void {
    this.#server.deleteQueue(nameOf(arn), { region })
  }

  send(arn: string, ...bodies: readonly string[]): void {
    for (const body of bodies) this.#server.sendMessage(nameOf(arn), body, { region })
  }

  /** The bodies. */
  content(arn: string): QueueContent {
    const { messages } = this.#server.inspectQueue(nameOf(arn)) ?? { messages: { ready: [], inflight: [] } }
    // What was hidden is moved back at the next receipt only.
    const now = Date.now()
    const isOver = ({ visibilityDeadline }: { readonly visibilityDeadline: number }): boolean =>
      visibilityDeadline <= now
    const over = messages.inflight.filter(isOver)
    return {
      visible: [...messages.ready.map(({ body }) => body), ...over.map(({ message }) => message.body)],
      hidden: messages.inflight.filter((one) => !isOver(one)).map(({ message }) => message.body),
    }
  }

  /** For how long each hidden message still is, seconds. */
  hiddenFor(arn: string): readonly number[] {
    const inflight = this.#server.inspectQueue(nameOf(arn))?.messages.inflight ?? []
    return inflight.map(({ visibilityDeadline }) => (visibilityDeadline - Date.now()) / 1000)
  }

  /** Ends what would have them hidden for longer. */
  async showAll(arn: string, open: OpenQueue = this.open): Promise<void> {
    const inflight = this.#server.inspectQueue(nameOf(arn))?.messages.inflight ?? []
    if (inflight.length === 0) return
    const queue = await open(
      { text: arn, region, account: sqsAccount, name: nameOf(arn) },
      new AbortController().signal,
    )
    for (const { receiptHandle: receipt } of inflight) await queue.hide([{ receipt, seconds: 0 }])
    queue.close()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
  }
}

/** The same queues, with calls of a test's in the place of some. */
export function withCalls(open: OpenQueue, replace: (queue: Queue) => Partial<Queue>): OpenQueue {
  return async (arn, signal) => {
    const queue = await open(arn, signal)
    return { ...queue, ...replace(queue) }
  }
}

function nameOf(arn: string): string {
  return arn.split(':').at(-1) ?? ''
}
