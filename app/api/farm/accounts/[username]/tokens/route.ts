import { createApiToken, listApiTokens } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { createApiToken as create, listTokens } from '#lib/services/accounts/tokens'

export const GET = route(listApiTokens, async ({ ctx, params }) => ({ items: await listTokens(ctx, params.username) }))
export const POST = route(createApiToken, ({ ctx, params, body }) =>
  create(ctx, { ...params, ...body, expiresAt: body.expiresAt === null ? null : new Date(body.expiresAt) }),
)
