import { taskStatus } from '#lib/protocols/zimfarm/stage1/handler'
import { runtime } from '#lib/services/runtime'

type Arguments = { params: Promise<{ id: string }> }
export const GET = async (_: Request, { params }: Arguments) => taskStatus((await runtime()).context, (await params).id)
