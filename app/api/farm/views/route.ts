import { listViews, saveView } from '#lib/contract/saved-view'
import { route } from '#lib/http/route'
import { listViews as list, saveView as save } from '#lib/services/views/views'

export const GET = route(listViews, async ({ ctx, query }) => ({ items: await list(ctx, query.screen) }))
export const PUT = route(saveView, ({ ctx, body }) => save(ctx, body))
