import { describe, expect, it } from 'vitest'
import { caseNamed } from '../../src/simulator/cases.ts'
import { transactionalMail } from '../../src/simulator/mailing.ts'
import { sendingAccount } from '../../src/simulator/sns.ts'
import { balance, isKept, type LedgerLine } from './books.ts'
import type { CrmRows, StoredPerson } from './crms/crmUnderTest.ts'
import { castPeople, type Story, stories } from './stories.ts'
import type { ToldEvent } from './stream.ts'

const account = sendingAccount('arn:aws:sns:eu-west-1:111122223333:ses', 'crm.example.org')

/** A person of that story, with what was told of him and the rows that ought to be there. */
function told(name: string) {
  const story = storyNamed(name)
  const rows = Array.from({ length: story.mailing ? story.copies : 0 }, (_, index) => ({
    jobId: 1,
    queueId: 10 + index,
    hash: '0123456789abcdef',
  }))
  const person: StoredPerson = { email: 'someone@example.org', story, site: 0, contactId: 1, emailId: 2, rows }
  const events = Array.from({ length: story.copies }, (_, index): ToldEvent => ({
    person,
    queueId: rows[index]?.queueId ?? null,
    mail: transactionalMail({
      messageId: `mail-${index}`,
      sentAt: 0,
      to: person.email,
      subject: '',
      from: 'news@crm.example.org',
      account,
    }),
    at: 0,
  }))
  const { bounceType } = story
  const right: CrmRows = {
    bounces: new Map(bounceType === null ? [] : rows.map(({ queueId }) => [queueId, [bounceType]])),
    onHold: new Set(story.onHold ? [person.emailId] : []),
    optedOut: new Set(story.optedOut ? [person.contactId] : []),
  }
  return { events, right }
}

function storyNamed(name: string): Story {
  const story = stories.find((one) => one.name === name)
  if (story === undefined) throw new RangeError(`there is no story ${name}`)
  return story
}

const known = (): LedgerLine => ({ entries: 1, uncertain: false })
const uncertain = (): LedgerLine => ({ entries: 1, uncertain: true })
const nobody = new Set<number>()

describe('the books', () => {
  it.each(stories.map(({ name }) => name))("are balanced for '%s' where all is as it must be", (name) => {
    const { events, right } = told(name)
    const books = balance(events, right, known)
    expect(books).toMatchObject({ sent: events.length, recordedOnce: events.length, lost: 0, doubled: 0, wrong: 0 })
    expect(isKept(books, true)).toBe(true)
  })

  it('see a lost row', () => {
    const { events, right } = told('mailbox full')
    const books = balance(events, { ...right, bounces: new Map() }, known)
    expect(books).toMatchObject({ recordedOnce: 0, lost: 1, doubled: 0 })
    expect(isKept(books, false)).toBe(false)
  })

  it('see a doubled row, and what it did to the hold', () => {
    const { events, right } = told('full twice')
    const bounces = new Map([...right.bounces, [10, ['Quota', 'Quota']]])
    const books = balance(events, { ...right, bounces }, known)
    expect(books).toMatchObject({ recordedOnce: 1, doubled: 1, wrong: 1 })
    expect(books.mistakes.map(({ what }) => what)).toEqual(['2 rows', 'someone@example.org is not on hold'])
    expect(isKept(books, false)).toBe(false)
  })

  it('see a bounce where none belongs', () => {
    const { events, right } = told('delivered')
    expect(balance(events, { ...right, bounces: new Map([[10, ['Invalid']]]) }, known)).toMatchObject({ doubled: 1 })
  })

  it('see a wrong type', () => {
    const { events, right } = told('complaint')
    const books = balance(events, { ...right, bounces: new Map([[10, ['Invalid']]]) }, known)
    expect(books.mistakes).toMatchObject([{ what: 'recorded as Invalid' }])
    expect(isKept(books, true)).toBe(false)
  })

  it('see a hold and an opt-out that are missing', () => {
    const complaint = told('complaint')
    expect(balance(complaint.events, { ...complaint.right, optedOut: nobody }, known)).toMatchObject({ wrong: 1 })
    const receipt = told('receipt to unknown user')
    expect(balance(receipt.events, { ...receipt.right, onHold: nobody }, known)).toMatchObject({ wrong: 1 })
  })

  it('see an event that the ledger has twice, or not at all', () => {
    const { events, right } = told('delivered')
    for (const entries of [0, 2]) {
      expect(
        isKept(
          balance(events, right, () => ({ entries, uncertain: false })),
          true,
        ),
      ).toBe(false)
    }
  })

  it('let be uncertain what is not there, for a credential that may not look', () => {
    const { events, right } = told('unknown user')
    const books = balance(events, { ...right, bounces: new Map(), onHold: nobody }, uncertain)
    expect(books).toMatchObject({ recordedOnce: 0, lost: 0, uncertain: 1, uncertainRecorded: 0, wrong: 0 })
    expect(isKept(books, false)).toBe(true)
    expect(isKept(books, true)).toBe(false)
  })

  it('count what is uncertain and there all the same', () => {
    const { events, right } = told('unknown user')
    const books = balance(events, right, uncertain)
    expect(books).toMatchObject({ recordedOnce: 1, uncertain: 1, uncertainRecorded: 1 })
    expect(isKept(books, false)).toBe(true)
  })
})

describe('the stories', () => {
  it('are a hundred together, and the simulator can tell them', () => {
    expect(stories.reduce((sum, { share }) => sum + share, 0)).toBe(100)
    for (const { sesCase } of stories) expect(caseNamed(sesCase).names).toBe('recipient')
  })

  it('make as many events as asked, with addresses of their own', () => {
    const people = castPeople(100, 'run', 1, () => 0.99)
    expect(people).toHaveLength(100)
    expect(new Set(people.map(({ email }) => email)).size).toBe(100)
  })
})
