/**
 * The bytes of a body, put together as they come. Not a list of the pieces: a peer can send two megabytes in pieces of
 * one byte, and each of them, kept, takes some hundred bytes more. At most twice the size of the body is taken.
 */
export class Gather {
  /** Filled up to `#size`; the first piece is kept as it is, for most bodies come in one. */
  #bytes: Buffer = nothing
  #size = 0

  add(piece: Buffer): void {
    const size = this.#size + piece.length
    if (this.#size === 0) this.#bytes = piece
    else {
      if (size > this.#bytes.length) this.#grow(2 * size)
      piece.copy(this.#bytes, this.#size)
    }
    this.#size = size
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }

  /** For whoever does not want it any more, but lives on. */
  clear(): void {
    this.#bytes = nothing
    this.#size = 0
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(length)
    this.#bytes.copy(larger, 0, 0, this.#size)
    this.#bytes = larger
  }
}

const nothing = Buffer.alloc(0)
