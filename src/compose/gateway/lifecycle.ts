/** Something of the gateway that starts or stops, or both. */
export interface Part {
  readonly start?: () => unknown
  /** @param deadlineMs until when what is under way may be finished; a part that needs no time for that does not ask */
  readonly stop?: (deadlineMs: number) => unknown
}

/** One after the other. */
export async function startParts<Name extends string>(
  parts: Readonly<Record<Name, Part>>,
  order: readonly Name[],
): Promise<void> {
  for (const name of order) await parts[name].start?.()
}

/**
 * Stage by stage, with what is left of the time; those of one stage at the same time. Also what has not been started:
 * whoever was refused at his start is left with nothing open.
 *
 * @param deadlineMs for all stages together
 */
export async function stopParts<Name extends string>(
  parts: Readonly<Record<Name, Part>>,
  stages: readonly (readonly Name[])[],
  { deadlineMs, elapsed }: { readonly deadlineMs: number; readonly elapsed: () => number },
): Promise<void> {
  const end = elapsed() + deadlineMs
  for (const stage of stages) {
    const left = Math.max(0, end - elapsed())
    await Promise.all(stage.map(async (name) => parts[name].stop?.(left)))
  }
}
