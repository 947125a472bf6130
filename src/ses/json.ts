export type JsonObject = Readonly<Record<string, unknown>>

/** Deeper than any SES record. */
const deepest = 12

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text holds; null where it holds anything else. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/**
 * An object as it came, but no deeper than can be written again: `JSON.parse` takes any depth, while
 * `JSON.stringify` recurses and would fail later, when the event is stored.
 */
export function shallow(object: JsonObject): JsonObject {
  if (depthWithin(object, deepest)) return object
  return Object.fromEntries(Object.entries(object).map(([name, inner]) => [name, cut(inner, deepest - 1)]))
}

function depthWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => depthWithin(inner, levels - 1))
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return '…'
  if (Array.isArray(value)) return value.map((inner) => cut(inner, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner, levels - 1)]))
}
