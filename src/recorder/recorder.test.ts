import { afterEach, describe, expect, it } from 'vitest'
import { civicrmSite, RecorderScene } from '../testing/recorderScene.ts'
import { verpAddress } from '../civimail/verp.ts'
import { plainVerp, verpDomain } from '../testing/defects/defectCase.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(options?: Parameters<typeof RecorderScene.make>[0]): RecorderScene {
  const scene = RecorderScene.make(options)
  scenes.push(scene)
  return scene
}

describe('the recorder', () => {
  it('records a bounce with its type and a reason that bears the marker, and the notification is done', async () => {
    const scene = make()
    const reader = scene.reader()
    await scene.start()
    const id = await scene.accept(
      scene.about(reader, {
        recipients: [{ emailAddress: reader.email, diagnosticCode: 'smtp; 550 5.1.1 user unknown' }],
      }),
    )
    await scene.settle()
    const [event] = await scene.events()
    expect(event).toMatchObject({
      decision: { rule: 'bounce-permanent' },
      effects: [{ state: 'done', answer: 'recorded' }],
    })
    expect(scene.crm.bounces).toEqual([
      {
        queueId: reader.row.queueId,
        bounceType: 'Invalid',
        reason: `SES Permanent/General [${event?.effects[0]?.marker}] 550 5.1.1 user unknown`,
      },
    ])
    expect(await scene.notification(id)).toMatchObject({ state: 'recorded', code: null })
  })

  it('records a complaint as a Spam bounce and an opt-out', async () => {
    const scene = make()
    const reader = scene.reader()
    await scene.start()
    await scene.accept(scene.about(reader, { kind: 'Complaint' }))
    await scene.settle()
    expect(scene.rows([reader])).toEqual([['Spam']])
    expect(scene.crm.stateOf(reader)).toEqual({ onHold: 0, optedOut: true })
  })

  it('sends all bounces of a batch in one request, with one read of each kind before it', async () => {
    const scene = make()
    const readers = scene.readers(80)
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    expect(scene.callSizes()).toEqual([80])
    expect(scene.crm.calls.map(({ call }) => call).toSorted()).toEqual([
      'findAddresses',
      'findQueueRows',
      'recordBounces',
    ])
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(scene.toldOf('batchFinished')).toMatchObject([{ site: 'main', notifications: 80, recorded: 80 }])
  })

  it('begins a batch with the first notification, and takes in the next what came meanwhile', async () => {
    const scene = make()
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    const readers = scene.readers(5)
    await scene.start()
    await scene.settle()
    await scene.bounceAll(readers.slice(0, 1))
    await scene.settle()
    expect(scene.callSizes()).toEqual([1])
    await scene.bounceAll(readers.slice(1))
    await scene.pass(1000)
    expect(scene.callSizes()).toEqual([1, 4])
  })

  it('does nothing while nothing comes', async () => {
    const scene = make()
    await scene.start()
    await scene.settle()
    expect(scene.told).toEqual([])
    // One timer for each lane: the look at the clock after some minutes.
    expect(scene.time.timers).toHaveLength(2)
  })

  describe('the same event again', () => {
    it('is recorded once in both dialects, in one batch', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.accept(scene.about(reader, { dialect: 'identity', feedbackId: 'one' }))
      await scene.accept(scene.about(reader, { dialect: 'eventPublishing', feedbackId: 'two' }))
      await scene.start()
      await scene.settle()
      expect(scene.rows([reader])).toEqual([['Invalid']])
      expect(await scene.events()).toMatchObject([{ notificationIds: [1, 2] }])
      expect(await scene.notificationStates([1, 2])).toEqual(['recorded', 'recorded'])
    })

    it('is recorded once when it comes later, without a further question to the CRM', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      await scene.accept(scene.about(reader))
      await scene.settle()
      const calls = scene.crm.calls.length
      const again = await scene.accept(scene.about(reader, { dialect: 'eventPublishing' }))
      await scene.settle()
      expect(scene.crm.calls).toHaveLength(calls)
      expect(scene.rows([reader])).toEqual([['Invalid']])
      expect((await scene.notification(again)).state).toBe('recorded')
      expect(scene.toldOf('eventDecided')).toHaveLength(1)
    })

    it('is another event where its class is graver', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      await scene.accept(scene.about(reader, { bounceType: 'Transient' }))
      await scene.accept(scene.about(reader, { bounceType: 'Permanent' }))
      await scene.settle()
      expect(scene.rows([reader])).toEqual([['Relay', 'Invalid']])
    })

    it('does not repeat what is done when the notification is replayed', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      const id = await scene.accept(scene.about(reader, { kind: 'Complaint' }))
      await scene.settle()
      await scene.inbox.revive([id], scene.time.now())
      await scene.settle()
      expect(scene.rows([reader])).toEqual([['Spam']])
      expect((await scene.notification(id)).state).toBe('recorded')
    })
  })

  describe('without a queue row', () => {
    it('goes by the address where CiviCRM says that it is gone', async () => {
      const scene = make({ readBack: false })
      const reader = scene.reader()
      scene.crm.purge(reader.row.queueId)
      await scene.start()
      await scene.accept(scene.about(reader))
      await scene.settle()
      expect(scene.crm.stateOf(reader)).toEqual({ onHold: 1, optedOut: false })
      expect(await scene.events()).toMatchObject([{ effects: [{ effect: { effect: 'hold' }, state: 'done' }] }])
    })

    it('opts out by the address where the mailing of a complaint is gone', async () => {
      const scene = make({ readBack: false })
      const reader = scene.reader()
      scene.crm.purge(reader.row.queueId)
      await scene.start()
      await scene.accept(scene.about(reader, { kind: 'Complaint' }))
      await scene.settle()
      expect(scene.crm.stateOf(reader)).toEqual({ onHold: 0, optedOut: true })
      expect(await scene.effectStates()).toEqual(['done'])
    })

    it('counts for the address over batches, and holds with the third soft bounce', async () => {
      const scene = make()
      const person = scene.crm.addPerson('member@example.net')
      await scene.start()
      for (const [index, onHold] of [0, 0, 1].entries()) {
        await scene.accept(
          scene.aboutAddress(person.email, {
            bounceType: 'Transient',
            bounceSubType: 'MailboxFull',
            messageId: `t${index}`,
          }),
        )
        await scene.settle()
        expect(scene.crm.stateOf(person).onHold).toBe(onHold)
      }
      expect(scene.crm.callsOf('hold')).toHaveLength(1)
    })

    it('counts the same within one batch', async () => {
      const scene = make()
      const person = scene.crm.addPerson('member@example.net')
      for (const messageId of ['t1', 't2', 't3'])
        await scene.accept(
          scene.aboutAddress(person.email, { bounceType: 'Transient', bounceSubType: 'MailboxFull', messageId }),
        )
      await scene.start()
      await scene.settle()
      expect(scene.toldOf('batchStarted')).toHaveLength(1)
      expect(scene.crm.stateOf(person).onHold).toBe(1)
      expect(await scene.effectStates()).toEqual(['done', 'done', 'done'])
    })

    it('does not count an event twice that is decided again after a crash', async () => {
      const scene = make()
      const person = scene.crm.addPerson('member@example.net')
      for (const messageId of ['t1', 't2'])
        await scene.accept(
          scene.aboutAddress(person.email, { bounceType: 'Transient', bounceSubType: 'MailboxFull', messageId }),
        )
      await scene.start({ at: 'planned' })
      await scene.settle()
      expect(scene.died).toBe(true)
      await scene.start()
      await scene.settle()
      expect(await scene.effectStates()).toEqual(['done', 'done'])
      expect(scene.crm.stateOf(person).onHold).toBe(0)
    })
  })

  describe('what has no effect', () => {
    it('is kept without asking the CRM anything', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      for (const kind of ['Delivery', 'Open', 'Click', 'DeliveryDelay', 'Send'])
        await scene.accept(scene.about(reader, { kind }))
      await scene.accept('Successfully validated SNS topic for Amazon SES event publishing.')
      await scene.settle()
      expect(scene.crm.calls).toEqual([])
      expect((await scene.events()).map(({ event }) => event.kind).toSorted()).toEqual([
        'click',
        'delivery',
        'deliveryDelay',
        'open',
        'send',
      ])
      expect(await scene.notificationStates([1, 2, 3, 4, 5, 6])).toEqual(Array.from({ length: 6 }, () => 'recorded'))
    })

    it('raises the alarms that decisions ask for', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      await scene.accept(scene.about(reader, { kind: 'Reject', detail: { reason: 'Bad content' } }))
      await scene.settle()
      expect(scene.toldOf('alarm')).toMatchObject([{ site: 'main', eventId: 1 }])
      expect(await scene.effectStates()).toEqual(['done'])
      expect(scene.crm.calls).toEqual([])
    })

    it('keeps a confirmation that a topic was unsubscribed, which holds no event', async () => {
      const scene = make()
      await scene.start()
      const id = await scene.accept('You have chosen to deactivate subscription', { type: 'UnsubscribeConfirmation' })
      await scene.settle()
      expect((await scene.notification(id)).state).toBe('recorded')
      expect(await scene.events()).toEqual([])
    })

    it('keeps what no site claims as foreign', async () => {
      const scene = make()
      const reader = scene.reader()
      await scene.start()
      const id = await scene.accept(scene.about(reader), { site: '' })
      await scene.settle()
      expect(await scene.events({ site: '' })).toMatchObject([
        { decision: { rule: 'no-site', standing: 'foreign', effects: [] } },
      ])
      expect((await scene.notification(id)).state).toBe('recorded')
      expect(scene.crm.calls).toEqual([])
    })
  })

  it('takes several recipients of one notification each for itself', async () => {
    const scene = make()
    const [to, cc] = scene.readers(2)
    await scene.start()
    await scene.accept(scene.about(to!, { recipients: [to!.email, cc!.email], destinations: [to!.email, cc!.email] }))
    await scene.settle()
    expect(scene.rows([to!, cc!])).toEqual([['Invalid'], []])
    expect(scene.crm.stateOf(cc!).onHold).toBe(1)
  })

  it('sends calls no larger than the site allows', async () => {
    const site = civicrmSite('main', {
      crm: { type: 'civicrm', url: 'https://crm.example.org', batchSize: 10 },
      mail: { ...plainVerp, domains: [verpDomain] },
    })
    const scene = make({ sites: [site] })
    await scene.bounceAll(scene.readers(25))
    await scene.start()
    await scene.settle()
    expect(scene.callSizes()).toEqual([10, 10, 5])
  })

  it('reads a queue row whose hash is wrong as gone', async () => {
    const scene = make()
    const reader = scene.reader()
    const source = verpAddress({ ...reader.row, hash: 'f'.repeat(16), action: 'b', domain: verpDomain }, plainVerp)
    await scene.start()
    await scene.accept(scene.aboutAddress(reader.email, { source }))
    await scene.settle()
    expect(scene.crm.callsOf('recordBounces')).toEqual([])
    expect(scene.crm.stateOf(reader).onHold).toBe(1)
  })
})
