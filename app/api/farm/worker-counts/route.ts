import { countWorkers } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { workerCounts } from '#lib/services/workers/list'

export const GET = route(countWorkers, ({ ctx }) => workerCounts(ctx))
