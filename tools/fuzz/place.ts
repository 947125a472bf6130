import type { Random } from '../../src/clock.ts'
import { wholeNumber } from '../../src/simulator/random.ts'
import { type Container, isContainer, type Member, type Tree } from './tree.ts'

/** One value within a tree, with what it takes to change it there. */
export class Place {
  readonly container: Container
  readonly index: number

  constructor(container: Container, index: number) {
    this.container = container
    this.index = index
  }

  get value(): Tree {
    return Array.isArray(this.container)
      ? (this.container[this.index] ?? null)
      : (this.container.list[this.index]?.value ?? null)
  }

  set value(value: Tree) {
    if (Array.isArray(this.container)) this.container[this.index] = value
    else this.container.list[this.index] = { key: this.key, value }
  }

  /** '' in an array. */
  get key(): string {
    return Array.isArray(this.container) ? '' : (this.container.list[this.index]?.key ?? '')
  }

  set key(key: string) {
    if (!Array.isArray(this.container)) this.container.list[this.index] = { key, value: this.value }
  }

  remove(): void {
    if (Array.isArray(this.container)) this.container.splice(this.index, 1)
    else this.container.list.splice(this.index, 1)
  }

  /** Puts a further value behind it; an array takes no notice of the key. */
  insert({ key, value }: Member): void {
    if (Array.isArray(this.container)) this.container.splice(this.index + 1, 0, value)
    else this.container.list.splice(this.index + 1, 0, { key, value })
  }
}

/**
 * A place by a walk from the top, so that the few fields at the top are met as often as the many below.
 * null where nothing is in the tree.
 */
export function anyPlace(random: Random, top: Container): Place | null {
  for (let container = top; ;) {
    const size = sizeOf(container)
    if (size === 0) return null
    const place = new Place(container, wholeNumber(random, size))
    const { value } = place
    if (!isContainer(value) || sizeOf(value) === 0 || random() < 0.2) return place
    container = value
  }
}

/** All places whose key is this one. */
export function placesOf(key: string, top: Container): readonly Place[] {
  const size = sizeOf(top)
  return Array.from({ length: size }, (_, index) => new Place(top, index)).flatMap((place) => [
    ...(place.key === key ? [place] : []),
    ...(isContainer(place.value) ? placesOf(key, place.value) : []),
  ])
}

function sizeOf(container: Container): number {
  return Array.isArray(container) ? container.length : container.list.length
}
