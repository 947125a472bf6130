import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/clock.ts'
import { openSigningIdentity } from '../../src/simulator/identityFile.ts'
import { latenciesOf } from '../../src/simulator/latencies.ts'
import { regionOfArn } from '../../src/simulator/region.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { httpPost } from '../../src/simulator/transport.ts'
import { SiteFeed } from '../../src/testing/siteFeed.ts'
import { topic, verp } from '../world/site.ts'
import type { Taken } from './books.ts'
import type { SenderJob, Sent } from './sending.ts'

/**
 * SNS in a process of its own. Posts a hard bounce of each person in turn at a steady rate, whether or not the earlier
 * ones have been answered, until its standard input ends; then waits until all are answered 200, and prints what
 * became of them. What is answered otherwise, or not at all, comes again after a second, the same bytes; and a twentieth
 * comes once more although it was answered, as SNS's may.
 *
 * Usage: node senderProcess.ts JOBFILE
 */
const retryMs = 1000
const repeatEvery = 20

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by sending.ts
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SenderJob
const { url, certificatesFolder, people, rate } = job
const region = regionOfArn(topic)
const identity = await openSigningIdentity({
  identityFile: `${certificatesFolder}.key`,
  certificatesFolder,
  region,
  now: systemClock.now(),
})
const feed = new SiteFeed({ topicArn: topic, identity, domain: verp.domain })
const http = httpPost({ url })

const taken: Taken[] = []
const answers = new Map<string, number>()
const latencies: number[] = []
const takenAt: number[] = []
const underWay = new Set<Promise<void>>()
const isOver = new AbortController()
process.stdin.on('end', () => isOver.abort()).resume()

/** @returns when it was answered 200 */
async function insist(request: SnsRequest): Promise<number> {
  for (;;) {
    const answer = await http.post(request)
    const name = answer.status === null ? answer.error : String(answer.status)
    answers.set(name, (answers.get(name) ?? 0) + 1)
    if (answer.status === 200) {
      latencies.push(answer.ms)
      takenAt.push(performance.now())
      return systemClock.now()
    }
    await delay(retryMs)
  }
}

async function tell(number: number): Promise<void> {
  const person = people[number % people.length]
  if (person === undefined) throw new Error('there is nobody to tell of')
  const mail = feed.mailing(person)
  const request = feed.report('bounce/Permanent/General', mail, { dialect: 'eventPublishing' })
  const at = await insist(request)
  taken.push({ messageId: request.message.MessageId, mailId: mail.messageId, queueId: person.queueId, at })
  if (number % repeatEvery === 0) await insist(request)
}

const begun = performance.now()
for (let number = 0; !isOver.signal.aborted; number += 1) {
  const ms = begun + (number * 1000) / rate - performance.now()
  if (ms > 1) await delay(ms)
  const telling = tell(number).finally(() => underWay.delete(telling))
  underWay.add(telling)
}
await Promise.all(underWay)
await http.close()

/** The longest time in which nobody was answered 200, seconds. */
const times = takenAt.toSorted((one, other) => one - other)
const silence = times.reduce((most, time, index) => Math.max(most, time - (times[index - 1] ?? begun)), 0) / 1000
const sent: Sent = { taken, answers: Object.fromEntries(answers), latency: latenciesOf(latencies), silence }
process.stdout.write(JSON.stringify(sent))
