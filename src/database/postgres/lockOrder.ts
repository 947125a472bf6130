/**
 * Ids in the order in which statements are to meet their rows. Two statements about the same rows then wait for
 * each other in one direction only; where a plan goes another way all the same, the server notices the deadlock and
 * the statement is repeated (see PostgresDatabase).
 */
export function sorted(ids: readonly number[]): readonly number[] {
  return ids.toSorted((a, b) => a - b)
}
