import { openLinkFile } from '#lib/contract/task-page'
import { linkedFile } from '#lib/http/links'
import { route } from '#lib/http/route'

export const GET = route(openLinkFile, ({ ctx, params, request }) => linkedFile(ctx, params, request))
export const HEAD = GET
