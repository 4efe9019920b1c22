import { deleteView } from '#lib/contract/saved-view'
import { route } from '#lib/http/route'
import { deleteView as remove } from '#lib/services/views/views'

export const DELETE = route(deleteView, ({ ctx, params }) => remove(ctx, params.id))
