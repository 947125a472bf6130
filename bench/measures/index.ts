import type { Measure } from '../harness/measure.ts'
import { acknowledgement } from './ack.ts'
import { httpToDurable } from './http.ts'
import { idleLatency } from './idle.ts'
import { groupCommit } from './inbox.ts'
import { memory } from './memory.ts'
import { outage } from './outage.ts'
import { recording } from './recording.ts'
import { manySites } from './sites.ts'
import { storedEvents } from './stored.ts'
import { verification } from './verify.ts'

/** In the order of a notification's way. */
export const measures: readonly Measure[] = [
  verification,
  httpToDurable,
  groupCommit,
  acknowledgement,
  outage,
  recording,
  idleLatency,
  memory,
  storedEvents,
  manySites,
]
