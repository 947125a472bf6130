import { expect, it } from 'vitest'
import { errorCatalogue } from '../errors/catalogue.ts'
import { alarmKinds } from './kinds.ts'

it('what was refused for good is not said to come again', () => {
  expect([errorCatalogue.SNS_TOPIC_NOT_ALLOWED.retryable, errorCatalogue.SITE_UNKNOWN.retryable]).toEqual([
    false,
    false,
  ])
  for (const kind of ['topicRefused', 'siteUnknown'] as const)
    expect(alarmKinds[kind].hint).toMatch(/SNS does not repeat what was refused: only the dead-letter queue/)
})

it('what is answered 503 is said to be kept for as long as SNS keeps it without being told to', () => {
  for (const kind of ['diskLow', 'storage'] as const)
    expect(alarmKinds[kind].hint).toMatch(/SNS gives up after about a minute, or as late as its delivery policy/)
})
