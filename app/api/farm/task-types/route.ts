import { listTaskTypes } from '#lib/contract/schedule'
import { route } from '#lib/http/route'

export const GET = route(listTaskTypes, async ({ ctx }) => {
  const types = await ctx.taskTypes.current()
  return { items: types.types.flatMap(({ id }) => types.definition(id) ?? []) }
})
