/**
 * The form in which addresses are compared and kept: same letters in any case, and either way of
 * writing an accented letter. Nothing else is alike: müller@ is not muller@, o'brien@ is not brien@.
 */
export function canonicalAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase()
}
