import * as fc from 'fast-check'

/** Texts made of these letters only. */
export function textOf(
  letters: string,
  bounds: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...Array.from(letters)), ...bounds })
}
