import type { Measure } from '../harness/measure.ts'
import { manySites } from './sites.ts'
import { verification } from './verify.ts'

/** In the order of a notification's way. */
export const measures: readonly Measure[] = [verification, manySites]
