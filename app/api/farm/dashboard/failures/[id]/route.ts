import { resolveGroup } from '#lib/contract/stats'
import { route } from '#lib/http/route'
import { resolveGroup as resolve } from '#lib/services/stats/dashboard'

export const PUT = route(resolveGroup, ({ ctx, params, body }) => resolve(ctx, params.id, body.resolved))
