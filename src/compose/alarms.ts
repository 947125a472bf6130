import { hostname } from 'node:os'
import { Alarms } from '../alarms/alarms.ts'
import { alarmsOfIngest } from '../alarms/listenIngest.ts'
import { alarmsOfRecorder } from '../alarms/listenRecorder.ts'
import { Looks } from '../alarms/looks.ts'
import type { NewsRules } from '../alarms/news.ts'
import type { Clock, Random } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import type { Emitter } from '../emitter.ts'
import type { IngestEvents } from '../ingest/events.ts'
import type { DiskWatch } from '../ops/disk.ts'
import type { Log } from '../ops/log.ts'
import type { StorageWatch } from '../ops/storageWatch.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { Timers } from '../timers.ts'
import { alarmChannels } from './alarmChannels.ts'
import type { Store } from './store.ts'

/** For tests, which cannot wait as long as a person can. */
export interface AlarmPace extends NewsRules {
  /** Between two looks at how things stand, milliseconds. */
  readonly lookMs: number
  /** In place of what the configuration says. */
  readonly backlogMs: number
  readonly removalMs: number
}

export interface AlarmSetUp {
  readonly config: Config
  readonly store: Store
  readonly events: { readonly ingest: Emitter<IngestEvents>; readonly recorder: Emitter<RecorderEvents> }
  readonly disk: DiskWatch
  readonly storage: Pick<StorageWatch, 'tryWriting'>
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly pace: Partial<AlarmPace>
  /** False while another instance tells. */
  readonly tells: () => boolean
  /** Messages that were sent, or could not be. */
  readonly onAttempt: (channel: string, error: string | null) => void
}

export interface RunningAlarms {
  readonly alarms: Alarms
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const mebibyte = 1024 * 1024
const minute = 60_000

/** Alarms with their channels, fed by the typed events of ingest and recorder and by looks. */
export function composeAlarms(setUp: AlarmSetUp): RunningAlarms {
  const { config, store, events, disk, log, clock, timers, pace } = setUp
  const settings = config.alarms
  const { lookMs, removalMs, backlogMs = settings.backlogMinutes * minute, ...rules } = pace
  const machine = hostname()
  const alarms = new Alarms({
    store: store.alarms,
    channels: alarmChannels(settings),
    clock,
    timers,
    random: setUp.random,
    from: machine,
    muted: settings.mute,
    rules: { everyMs: settings.everyMinutes * minute, repeatMs: settings.repeatHours * 60 * minute, ...rules },
    tells: setUp.tells,
    onAttempt: setUp.onAttempt,
    onFault: (error) => log.warn({ error }, 'alarms could not be stored; trying again'),
  })
  const looks = new Looks({
    alarms,
    inbox: store.inbox,
    ledger: store.ledger,
    settings: store.settings,
    removals: store.removals,
    tryWriting: async () => setUp.storage.tryWriting(),
    freeBytes: () => disk.freeBytes,
    clock,
    timers,
    machine,
    backlogMs,
    freeBytesWanted: settings.freeMiB * mebibyte,
    ...(lookMs === undefined ? {} : { everyMs: lookMs }),
    ...(removalMs === undefined ? {} : { removalMs }),
  })
  const ends = [alarmsOfIngest(events.ingest, alarms, machine), alarmsOfRecorder(events.recorder, alarms, machine)]
  return {
    alarms,
    start: async () => looks.start(),
    stop: async () => {
      for (const end of ends) end()
      await looks.stop()
      await alarms.stop()
    },
  }
}
