import { listPeriodic } from '#lib/contract/periodic'
import { route } from '#lib/http/route'
import { listPeriodic as list } from '#lib/services/periodic/list'

export const GET = route(listPeriodic, async ({ ctx }) => ({ items: await list(ctx) }))
