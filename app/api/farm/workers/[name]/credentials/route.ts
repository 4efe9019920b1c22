import { workerCredentials } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { workerCredentials as credentials } from '#lib/services/workers/enrol'

export const GET = route(workerCredentials, ({ ctx, params }) => credentials(ctx, params.name))
