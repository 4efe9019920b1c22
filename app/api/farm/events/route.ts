import { auditLog } from '#lib/contract/admin'
import { route } from '#lib/http/route'
import { auditLog as log } from '#lib/services/events/audit'

export const GET = route(auditLog, ({ ctx, query: { after, limit, kind, from, to, ...search } }) =>
  log(ctx, { ...search, kinds: kind, from: dateOf(from), to: dateOf(to) }, { after, limit }),
)

const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text))
