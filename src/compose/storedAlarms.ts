import { hostname } from 'node:os'
import { Alarms } from '../alarms/alarms.ts'
import { systemClock } from '../clock.ts'
import { channelDigests } from '../alarms/channelDigest.ts'
import type { Config } from '../config/schema.ts'
import type { OperationContext } from '../control/context.ts'
import { systemTimers } from '../timers.ts'
import { alarmChannels } from './alarmChannels.ts'
import type { Store } from './store.ts'

/** Alarms for a command where no gateway runs: what it left, and its channels to try. */
export function storedAlarms({ alarms: settings }: Config, store: Pick<Store, 'alarms'>): OperationContext['alarms'] {
  return {
    list: async () => {
      const alarms = await store.alarms.all()
      return alarms.toSorted((one, other) => endOf(other.endedAt) - endOf(one.endedAt) || one.since - other.since)
    },
    channels: () => channelDigests(settings.channels),
    test: async () => {
      const alarms = new Alarms({
        store: store.alarms,
        channels: alarmChannels(settings),
        clock: systemClock,
        timers: systemTimers,
        random: Math.random,
        from: hostname(),
      })
      return alarms.test()
    },
  }
}

/** What lasts comes first. */
function endOf(endedAt: number | null): number {
  return endedAt ?? Infinity
}
