import { openLink } from '#lib/contract/task-page'
import { linked } from '#lib/http/links'
import { route } from '#lib/http/route'

export const GET = route(openLink, ({ ctx, params, request }) => linked(ctx, params.token, request))
