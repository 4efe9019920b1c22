import { CroftError } from '#lib/core/error'
import type { ReadContext } from '../context'
import { imageVersion, type ImageVersion } from './tags'

/** How long an answer of the registry, or its silence, is taken as the answer. */
const FRESH_MS = 10 * 60_000
type Known = { at: number; answer: ImageVersion | CroftError }
const known = new Map<string, Known>()

/**
 * The newest image of Zimfarm's worker: workers compare it with their own (zimfarm.md §19.6). The registry is asked at
 * most every ten minutes.
 * @throws CroftError when the registry does not tell it
 */
export async function newestImage(ctx: ReadContext): Promise<ImageVersion> {
  const image = ctx.settings.workerImage
  const key = `${ctx.settings.imageRegistry.url} ${image}`
  const before = known.get(key)
  const now = performance.now()
  const answer =
    before !== undefined && now - before.at < FRESH_MS
      ? before.answer
      : await imageVersion(ctx, image, 'latest').catch((error: unknown) => {
          if (error instanceof CroftError) return error
          throw error
        })
  if (answer !== before?.answer) known.set(key, { at: now, answer })
  if (answer instanceof CroftError) throw answer
  return answer
}
