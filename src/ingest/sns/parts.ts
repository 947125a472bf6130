/** Bodies up to this size take no time worth a look, whatever is in them. */
const harmlessBytes = 16 * 1024

/** SNS sends a dozen, and as many again for each message attribute. */
const mostParts = 4096

const [quote, backslash, comma, bracket, brace] = ['"', '\\', ',', '[', '{'].map((sign) => sign.charCodeAt(0))

/**
 * Whether a body of JSON has far more parts than any message of SNS, so that parsing it would hold up everybody else:
 * two megabytes of `[` take a quarter of a second, as long as a thousand messages. A look at its bytes takes a hundredth
 * of that.
 */
export function hasTooManyParts(json: Uint8Array): boolean {
  if (json.length <= harmlessBytes) return false
  let parts = 0
  let isText = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (isText) {
      if (byte === backslash) at++
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === comma || byte === bracket || byte === brace) {
      parts++
      if (parts > mostParts) return true
    }
  }
  return false
}
