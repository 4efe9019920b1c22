import { createApiToken } from '#lib/contract/session'
import { route } from '#lib/http/route'
import { createApiToken as create } from '#lib/services/accounts/create'

export const POST = route(createApiToken, ({ ctx, params, body }) =>
  create(ctx, { ...params, name: body.name, expiresAt: body.expiresAt === null ? null : new Date(body.expiresAt) }),
)
