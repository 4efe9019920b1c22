import { RE2JS } from 're2js'

/** Longer ones are refused: matching is linear in the text, but also in the expression. */
export const PATTERN_LIMIT = 2_000
const known = new Map<string, RE2JS>()

function compiled(source: string): RE2JS {
  const before = known.get(source)
  if (before !== undefined) return before
  const pattern = RE2JS.compile(source)
  if (known.size >= 500) known.clear()
  known.set(source, pattern)
  return pattern
}

/** Why a regular expression cannot be used; null when it can. Look-around and back-references cannot (docs/decisions/0009). */
export function patternProblem(source: string): string | null {
  if (source.length > PATTERN_LIMIT) return `must not have more than ${PATTERN_LIMIT} characters`
  try {
    compiled(source)
    return null
  } catch (error) {
    return `is no regular expression of RE2 (${error instanceof Error ? error.message : String(error)})`
  }
}

/** Whether a text holds the expression, in time linear in its length whatever the expression (docs/decisions/0009). */
export const holds = (source: string, text: string): boolean => compiled(source).matcher(text).find()
