import { describe, expect, it } from 'vitest'
import type { ClaimedNotification } from '../../inbox/inbox.ts'
import { runsOf } from './runs.ts'

const claimed = (...attempts: readonly number[]): readonly ClaimedNotification[] =>
  attempts.map((attempts, id) => ({
    id,
    attempts,
    site: 'main',
    addressed: '',
    messageId: `m${id}`,
    topicArn: '',
    receivedAt: 0,
    publishedAt: null,
    raw: new Uint8Array(),
  }))

const ids = (...attempts: readonly number[]): readonly (readonly number[])[] =>
  runsOf(claimed(...attempts), 3).map((run) => run.map(({ id }) => id))

describe('the batches of a claim', () => {
  it('are one, where nothing failed often', () => {
    expect(ids(1, 1, 3, 2)).toEqual([[0, 1, 2, 3]])
    expect(ids()).toEqual([])
  })

  it('leave what failed often alone, in its place', () => {
    expect(ids(1, 4, 1, 1, 9, 5)).toEqual([[0], [1], [2, 3], [4], [5]])
  })
})
