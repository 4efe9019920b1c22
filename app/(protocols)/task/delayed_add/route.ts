import { delayedAdd } from '#lib/protocols/zimfarm/stage1/handler'
import { runtime } from '#lib/services/runtime'

export const POST = async (request: Request) => delayedAdd((await runtime()).context, request)
