import { parentPort, workerData } from 'node:worker_threads'
import { describeRequest } from './describe.ts'
import { PulseWatch } from './heartbeat.ts'
import { type FuzzRequest, RequestMaker } from './requests.ts'
import { type Reply, Sender } from './send.ts'
import type { SendRange, SenderReport, SenderThreadData } from './threadMessages.ts'

/**
 * The thread that makes, signs and sends: with a processor of its own, so that signing does not take time
 * from the gateway, and outside the gateway's heap, which is measured.
 */

/** Requests under way at once. */
const lanes = 48

/** Requests between two reports. */
const reportEvery = 500

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what run.ts gives
const { port, world, pulse } = workerData as SenderThreadData
const maker = new RequestMaker(world)
const sender = new Sender(port, lanes)
const watch = new PulseWatch(pulse)

function report(message: SenderReport): void {
  parentPort?.postMessage(message)
}

class Tally {
  #answers: Record<string, number> = {}
  #sent = 0

  count(kind: string, outcome: string): void {
    const name = `${kind} ${outcome}`
    this.#answers[name] = (this.#answers[name] ?? 0) + 1
  }

  sent(): void {
    this.#sent += 1
    if (this.#sent >= reportEvery) this.flush()
  }

  flush(): void {
    report({ type: 'progress', sent: this.#sent, answers: this.#answers })
    this.#answers = {}
    this.#sent = 0
  }
}

/** A request that breaks HTTP may go unanswered, and so may one whose body is cut off by the answer 413. */
function mayGoUnanswered(request: FuzzRequest): boolean {
  return request.form === 'raw' || request.http.body.length > 2 * 1024 * 1024
}

function judge(request: FuzzRequest, { statuses, error }: Reply, tally: Tally): void {
  const { number, kind } = request
  if (error !== null) {
    tally.count(kind, `no answer (${error})`)
    if (!mayGoUnanswered(request) || error === 'timeout')
      report({ type: 'failure', number, what: `no answer: ${error}` })
  }
  for (const status of statuses) {
    tally.count(kind, String(status))
    if (status >= 500) report({ type: 'failure', number, what: `answered ${status}` })
  }
}

/** Once; and again where the whole process was suspended meanwhile, so that nobody could answer. */
async function send(request: FuzzRequest): Promise<Reply> {
  for (;;) {
    const { suspensions } = watch
    const reply = request.form === 'raw' ? await sender.sendRaw(request.raw) : await sender.sendHttp(request.http)
    if (reply.error === null || watch.suspensions === suspensions) return reply
  }
}

async function sendRange({ from, to, describe }: SendRange): Promise<void> {
  const tally = new Tally()
  let next = from
  async function lane(): Promise<void> {
    while (next < to) {
      const request = maker.make(next++)
      if (describe) report({ type: 'description', text: describeRequest(request) })
      const reply = await send(request)
      judge(request, reply, tally)
      tally.sent()
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  tally.flush()
  report({ type: 'done', longestStall: watch.takeLongestStall() })
}

parentPort?.on('message', (range: SendRange | 'end') => {
  if (range !== 'end') {
    void sendRange(range)
    return
  }
  watch.end()
  void sender.close().then(() => parentPort?.close())
})
