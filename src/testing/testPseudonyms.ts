import { Pseudonyms } from '../privacy/pseudonyms.ts'

const pseudonyms = new Pseudonyms(Buffer.alloc(32, 7))

/** Pseudonyms of a key that every test has. */
export const testPseudonyms = (): Pseudonyms => pseudonyms
