const newline = 10

/**
 * The lines of a stream, each with its newline, in time that grows with their length however they are cut into chunks.
 * @param longest bytes that a line may have at this moment
 * @throws Error for a longer one, before more of it is read; for what stands behind the last newline, at the end
 */
export async function* linesOf(source: AsyncIterable<Buffer>, longest: () => number): AsyncGenerator<Buffer> {
  let begun: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    let start = 0
    for (let end = chunk.indexOf(newline) + 1; end > 0; end = chunk.indexOf(newline, start) + 1) {
      const rest = chunk.subarray(start, end)
      start = end
      yield begun.length === 0 ? rest : Buffer.concat([...begun, rest])
      begun = []
      length = 0
    }
    if (start === chunk.byteLength) continue
    begun.push(chunk.subarray(start))
    length += chunk.byteLength - start
    if (length > longest()) throw new Error(`a line is longer than ${longest()} bytes`)
  }
  if (begun.length > 0) throw new Error('its end is missing')
}
