/**
 * JSON on its way to being written. It can say what `JSON.stringify` cannot and a parser may meet all the
 * same: a key twice, `__proto__` as an ordinary key, a number beyond every range, text that is no JSON.
 */
export type Tree = string | number | boolean | null | Raw | Tree[] | Members

/** Written as it is. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An object, as the list of what will be written. */
export class Members {
  readonly list: Member[]

  constructor(list: Member[]) {
    this.list = list
  }
}

export interface Member {
  key: string
  value: Tree
}

export type Container = Tree[] | Members

export function isContainer(tree: Tree): tree is Container {
  return Array.isArray(tree) || tree instanceof Members
}

/** @throws SyntaxError */
export function parseTree(json: string): Tree {
  return treeOf(JSON.parse(json))
}

/** What JSON can hold; anything else becomes null. */
export function treeOf(value: unknown): Tree {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item) => treeOf(item))
  if (typeof value !== 'object' || value === null) return null
  return new Members(Object.entries(value).map(([key, inner]) => ({ key, value: treeOf(inner) })))
}

export interface Writing {
  /** Between tokens, e.g. ` ` or a line break. */
  readonly blank: string
  /** Writes a string with its quotation marks. */
  readonly quote: (text: string) => string
}

const plain: Writing = { blank: '', quote: (text) => JSON.stringify(text) }

/** Every character as its escape: the same text to a parser, none to whoever looks for it in the bytes. */
export const escaping: Writing = {
  blank: ' ',
  quote: (text) =>
    `"${Array.from({ length: text.length }, (_, index) => escapeUnit(text.charCodeAt(index))).join('')}"`,
}

/** Deep nesting is a {@link Raw}, so this needs no deep recursion. */
export function writeTree(tree: Tree, writing: Writing = plain): string {
  const { blank, quote } = writing
  if (typeof tree === 'string') return quote(tree)
  if (tree instanceof Raw) return tree.text
  if (Array.isArray(tree)) return `[${tree.map((item) => `${blank}${writeTree(item, writing)}`).join(',')}${blank}]`
  if (tree instanceof Members) {
    const members = tree.list.map(
      ({ key, value }) => `${blank}${quote(key)}${blank}:${blank}${writeTree(value, writing)}`,
    )
    return `{${members.join(',')}${blank}}`
  }
  return String(tree)
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
