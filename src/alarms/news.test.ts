import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alarm, alarmKey, cleared, isQuiet, type Occurrence, quietMs, raised } from './alarm.ts'
import { type AlarmKind, alarmKinds, factsOf } from './kinds.ts'
import { messageOf } from './message.ts'
import { defaultNewsRules, newsFor, type NewsRules, toldBy } from './news.ts'

const minute = 60_000
const start = Date.UTC(2026, 10, 24, 12)
const rules: NewsRules = { ...defaultNewsRules, gatherMs: 0 }
const letter: Occurrence = { kind: 'deadLetter', subject: 'main', detail: 'one' }

/** One channel over a set of alarms, as the shell does it, without the shell. */
class Told {
  readonly alarms = new Map<string, Alarm>()
  now = start

  raise(occurrence: Occurrence): void {
    this.alarms.set(alarmKey(occurrence), raised(this.alarms.get(alarmKey(occurrence)) ?? null, occurrence, this.now))
  }

  clear(kind: AlarmKind, subject: string): void {
    const alarm = this.alarms.get(alarmKey({ kind, subject }))
    if (alarm !== undefined) this.alarms.set(alarmKey(alarm), cleared(alarm, this.now))
  }

  /** What is told now, e.g. `raised deadLetter main 1`. */
  tell(): readonly string[] {
    const { items } = newsFor('email', this.alarms.values(), this.now, rules)
    for (const item of items) {
      const key = alarmKey(item.alarm)
      this.alarms.set(key, toldBy('email', item, this.alarms.get(key)!, this.now))
    }
    return items.map(({ news, alarm, times }) => `${news} ${alarm.kind} ${alarm.subject} ${times}`)
  }

  pass(ms: number): void {
    this.now += ms
    for (const [key, alarm] of this.alarms) if (isQuiet(alarm, this.now)) this.alarms.set(key, cleared(alarm, this.now))
  }
}

describe('what a channel tells', () => {
  it('is an alarm once, however often it is raised, and again after a day with its number', () => {
    const told = new Told()
    told.raise(letter)
    told.raise(letter)
    expect(told.tell()).toEqual(['raised deadLetter main 2'])
    for (let count = 0; count < 1000; count += 1) told.raise(letter)
    told.pass(23 * 60 * minute)
    expect(told.tell()).toEqual([])
    told.pass(60 * minute)
    expect(told.tell()).toEqual(['still deadLetter main 1000'])
    expect(told.tell()).toEqual([])
  })

  it('is that it is well again, when it has been for a while', () => {
    const told = new Told()
    told.raise(letter)
    told.tell()
    told.clear('deadLetter', 'main')
    expect(told.tell()).toEqual([])
    expect(newsFor('email', told.alarms.values(), told.now, rules).nextAt).toBe(start + rules.calmMs)
    told.pass(rules.calmMs)
    expect(told.tell()).toEqual(['over deadLetter main 1'])
    told.raise(letter)
    expect(told.tell()).toEqual(['raised deadLetter main 1'])
  })

  it('is nothing of what was over before anybody was told', () => {
    const told = new Told()
    told.raise({ kind: 'breakerOpen', subject: 'main', detail: '' })
    expect(told.tell()).toEqual([])
    told.pass(5 * minute)
    told.clear('breakerOpen', 'main')
    told.pass(60 * minute)
    expect(told.tell()).toEqual([])
    told.raise({ kind: 'breakerOpen', subject: 'main', detail: '' })
    told.pass(10 * minute)
    expect(told.tell()).toEqual(['raised breakerOpen main 1'])
  })

  it('is nothing of what comes and goes quickly, once it was told', () => {
    const told = new Told()
    told.raise(letter)
    told.tell()
    for (let round = 0; round < 20; round += 1) {
      told.clear('deadLetter', 'main')
      told.pass(minute)
      told.raise(letter)
      told.pass(minute)
      expect(told.tell()).toEqual([])
    }
  })

  it('is no end of what only happened; the next time is told anew', () => {
    const told = new Told()
    const reject: Occurrence = { kind: 'senderFault', subject: 'main', detail: 'SES rejected the mail.' }
    told.raise(reject)
    expect(told.tell()).toEqual(['raised senderFault main 1'])
    told.pass(quietMs)
    expect(told.tell()).toEqual([])
    told.raise(reject)
    expect(told.tell()).toEqual(['raised senderFault main 1'])
  })

  it('does not depend on what another channel has told', () => {
    const told = new Told()
    told.raise(letter)
    told.tell()
    expect(newsFor('webhook', told.alarms.values(), told.now, rules).items).toMatchObject([{ news: 'raised' }])
  })

  it('agrees in the end with how things stand, whatever happens, and never says twice that something began', () => {
    const kinds = Object.keys(alarmKinds) as AlarmKind[]
    const step = fc.oneof(
      fc.record({
        do: fc.constant('raise' as const),
        kind: fc.constantFrom(...kinds),
        subject: fc.constantFrom('a', 'b'),
      }),
      fc.record({
        do: fc.constant('clear' as const),
        kind: fc.constantFrom(...kinds),
        subject: fc.constantFrom('a', 'b'),
      }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3 * 60 * minute }) }),
      fc.record({ do: fc.constant('tell' as const) }),
    )
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const told = new Told()
      const believed = new Set<string>()
      const wrong: string[] = []
      const hear = (): void => {
        for (const line of told.tell()) {
          const [news = '', kind = '', subject = ''] = line.split(' ')
          const name = `${kind} ${subject}`
          const isNew = !believed.has(name)
          if (news === 'raised' ? !isNew && factsOf(kind as AlarmKind).ends === 'cleared' : isNew) wrong.push(line)
          if (news === 'over') believed.delete(name)
          else believed.add(name)
        }
      }
      for (const one of steps) {
        if (one.do === 'raise') told.raise({ ...one, detail: '' })
        else if (one.do === 'clear' && factsOf(one.kind).ends === 'cleared') told.clear(one.kind, one.subject)
        else if (one.do === 'pass') told.pass(one.ms)
        else if (one.do === 'tell') hear()
      }
      told.now += 15 * minute
      hear()
      for (const alarm of told.alarms.values()) {
        const isOver = alarm.state === 'over'
        // Of what only happened nobody hears the end.
        const mayBelieve = isOver && factsOf(alarm.kind).ends === 'quiet'
        if (!mayBelieve && believed.has(alarmKey(alarm)) === isOver) wrong.push(alarmKey(alarm))
      }
      return wrong.length === 0
    })
    expect(() => fc.assert(property)).not.toThrow()
  })
})

describe('a message', () => {
  const item = { news: 'raised', alarm: raised(null, letter, start), times: 3 } as const

  it('names one alarm in its subject, and says what to do', () => {
    const message = messageOf([item], start, 'host')
    expect(message.subject).toBe('[civicrm-ses] ALARM: Notifications became dead letters (main)')
    expect(message.text).toContain('civicrm-ses dead-letters')
    expect(message.text).toContain('3 times')
  })

  it('of a storm stays short and says how many there are', () => {
    const many = Array.from({ length: 500 }, () => item)
    const message = messageOf(many, start, 'host')
    expect(message.subject).toBe('[civicrm-ses] 500 alarm (host)')
    expect([message.alarms.length, message.leftOut]).toEqual([30, 470])
    expect(message.text).toContain('470 more')
  })

  it('lets nobody write a line or a header of his own', () => {
    const alarm = raised(
      null,
      { kind: 'deadLetter', subject: 'main', detail: 'x\r\nBcc: all@example.org\n\u001B[2J' },
      start,
    )
    const { text, subject } = messageOf([{ ...item, alarm }], start, 'host')
    expect(text).toContain('  x Bcc: all@example.org [2J\n')
    expect(subject).not.toMatch(/[\r\n]/)
  })
})
