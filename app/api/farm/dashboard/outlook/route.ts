import { outlook } from '#lib/contract/stats'
import { route } from '#lib/http/route'
import { NO_OUTLOOK, readOutlook } from '#lib/services/stats/outlook'

export const GET = route(outlook, async ({ ctx }) => (await readOutlook(ctx)) ?? NO_OUTLOOK)
