import { HttpServer } from '../../ingest/http/server.ts'
import { composeAlarms, type RunningAlarms } from '../alarms.ts'
import { watch, type Watching } from '../watch.ts'
import type { Base } from './base.ts'
import type { Intake } from './intake.ts'
import type { GatewayOptions } from './options.ts'
import type { Standing } from './standing.ts'

/** What a person sees of the gateway (alarms, log, metrics, health), and the server that shows it beside the webhook. */
export interface Outlook {
  readonly alarms: RunningAlarms
  readonly watching: Watching
  readonly http: HttpServer
}

export function composeOutlook(
  base: Base,
  { disk, storage, leads }: Standing,
  { acceptor, queues, closedFor }: Intake,
  { alarmPace = {} }: GatewayOptions,
): Outlook {
  const { config, store, events, log, clock, timers, random } = base
  const alarms = composeAlarms({
    config,
    store,
    events,
    disk,
    storage,
    log,
    clock,
    timers,
    random,
    pace: alarmPace,
    tells: leads,
    onAttempt: (channel, error) => watching.onAttempt(channel, error),
  })
  const watching = watch({
    config,
    store,
    events,
    log,
    clock,
    timers,
    disk,
    storage,
    alarms: alarms.alarms,
    queues: () => queues.standings(),
    stopping: () => http.stopping,
  })
  const http: HttpServer = new HttpServer({
    acceptor,
    events: events.ingest,
    clock,
    timers,
    closedFor,
    isSite: (id) => store.settings.site(id) !== null,
    plugins: [watching.routes],
  })
  return { alarms, watching, http }
}
