import type { Random } from '../../src/clock.ts'
import { type MutationContext, mutateTree } from './mutateTree.ts'
import { foreignText, mutateText } from './mutateText.ts'
import { isContainer, Members, parseTree, type Tree, writeTree } from './tree.ts'

/**
 * The Message of a notification with something wrong in it. It will be signed as it is, so nothing stands
 * between it and what reads, correlates, decides and records.
 */
export function mutatedMessage(random: Random, message: string, context: MutationContext): string {
  const way = random()
  if (way < 0.07) return foreignText(random)
  if (way < 0.15) return mutateText(random, message)
  const tree = readTree(message)
  if (tree === null || !isContainer(tree)) return mutateText(random, message)
  mutateTree(random, tree, context)
  const written = writeTree(random() < 0.03 ? inEventBridge(tree) : tree)
  // Half a surrogate pair that stands in the envelope as it is makes it no Unicode text; as an escape it gets through.
  return random() < 0.02 ? mutateText(random, written) : written
}

/** Set-up messages are no JSON. */
function readTree(message: string): Tree | null {
  try {
    return parseTree(message)
  } catch {
    return null
  }
}

function inEventBridge(detail: Tree): Members {
  return new Members([
    { key: 'version', value: '0' },
    { key: 'detail-type', value: 'Email Bounced' },
    { key: 'source', value: 'aws.ses' },
    { key: 'detail', value: detail },
  ])
}
