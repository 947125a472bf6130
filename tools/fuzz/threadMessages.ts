import type { Pulse } from './heartbeat.ts'
import type { FuzzWorld } from './world.ts'

export interface SenderThreadData {
  readonly port: number
  readonly world: FuzzWorld
  /** Of the gateway's thread. */
  readonly pulse: Pulse
}

/** To the thread: send the requests of these numbers. `describe`: and say what they are. */
export interface SendRange {
  readonly from: number
  /** Not included. */
  readonly to: number
  readonly describe: boolean
}

/** From the thread. */
export type SenderReport =
  | {
      readonly type: 'progress'
      readonly sent: number
      /** Answers since the last report, by kind and status: `inner 200`. */
      readonly answers: Readonly<Record<string, number>>
    }
  | { readonly type: 'description'; readonly text: string }
  | { readonly type: 'failure'; readonly number: number; readonly what: string }
  /** The longest time in which the gateway's thread did nothing else, milliseconds. */
  | { readonly type: 'done'; readonly longestStall: number }
