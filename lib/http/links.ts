import { CroftError } from '#lib/core/error'
import type { Context } from '#lib/services/context'
import { fileOfLink, openLink } from '#lib/services/links/open'
import { download } from './download'
import { RateLimit } from './rate'

/** Enough for a page that looks every few seconds and a few downloads; a wrong address counts as ten calls. */
const limit = new RateLimit(120)
const WRONG = 9

async function limited<T>(ctx: Context, request: Request, work: () => Promise<T>): Promise<T> {
  const now = ctx.now().getTime()
  limit.take(request, now)
  try {
    return await work()
  } catch (error) {
    if (error instanceof CroftError && error.fields.token?.[0] === 'invalid') limit.take(request, now, WRONG)
    throw error
  }
}

/** What a signed address shows, for its page and for programs. */
export const linked = (ctx: Context, token: string, request: Request) =>
  limited(ctx, request, () => openLink(ctx, token))

export const linkedFile = (ctx: Context, input: { token: string; id: string }, request: Request) =>
  limited(ctx, request, async () => download(ctx, await fileOfLink(ctx, input), request))
