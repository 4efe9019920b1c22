import { auditKinds } from '#lib/contract/admin'
import { route } from '#lib/http/route'
import { auditKinds as kinds } from '#lib/services/events/audit'

export const GET = route(auditKinds, async ({ ctx }) => ({ items: await kinds(ctx) }))
