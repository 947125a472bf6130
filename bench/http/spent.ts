import { median } from '../harness/alternate.ts'

/**
 * Processor time of a message, µs, of who takes part in it: those who answer, the database's server, the sender. Where
 * all cores are busy, their sum says what the throughput can be.
 */
export class Spent {
  readonly answering: number[] = []
  readonly database: number[] = []
  readonly sending: number[] = []

  get answeringMedian(): number {
    return median(this.answering)
  }

  get sum(): number {
    return median(this.answering) + median(this.database) + median(this.sending)
  }

  toString(): string {
    return [this.answering, this.database, this.sending].map((each) => median(each).toFixed(0)).join(' + ')
  }
}
