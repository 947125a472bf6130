import { systemClock } from '../../clock.ts'
import { parseEnvelope } from '../../ingest/sns/envelope.ts'
import { parseNote, restoredSchema } from '../../installation/notes.ts'
import { laneLease } from '../../leases/leases.ts'
import { Recorder } from '../../recorder/recorder.ts'
import { connectSite } from '../connectSite.ts'
import type { Base } from './base.ts'
import type { GatewayOptions } from './options.ts'
import type { Standing } from './standing.ts'

/** @throws GatewayError STORAGE_UNAVAILABLE */
export async function composeRecorder(
  { store, inbox, ledger, clock, timers, random, events, tamper }: Base,
  { instance: { leases }, home }: Standing,
  { seam, recorderLimits = {} }: GatewayOptions,
): Promise<Recorder> {
  const { settings, receivers } = store
  const connect = connectSite(
    settings,
    (site) => store.builtinCrm(site, tamper.fence({ lease: laneLease(site.id), owner: leases.owner })),
    systemClock,
  )
  const notes = await store.notes()
  return new Recorder({
    inbox,
    ledger,
    receivers,
    settings,
    clock,
    timers,
    random,
    events: events.recorder,
    connect: (site, onRequest) => tamper.crm(connect(site, onRequest)),
    readEnvelope: tamper.readEnvelope(parseEnvelope),
    leases,
    rests: () => home.rests,
    restoredAt: parseNote(restoredSchema, 'restored', notes.get('restored') ?? null)?.at ?? null,
    limits: recorderLimits,
    ...(seam === undefined ? {} : { seam }),
  })
}
