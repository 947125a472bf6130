/**
 * The form in which addresses are compared and kept: same letters in any case, and either way of
 * writing an accented letter. Nothing else is alike: müller@ is not muller@, o'brien@ is not brien@.
 */
export function canonicalAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase()
}

/** Whether it may be one, as far as its form tells. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+$|^"[^"]+"@[^\s@]+$/.test(text)
}
