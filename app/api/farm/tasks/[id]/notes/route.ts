import { addNote, listNotes } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { addNote as add, listNotes as list } from '#lib/services/notes/notes'

export const GET = route(listNotes, async ({ ctx, params }) => ({ items: await list(ctx, params.id) }))
export const POST = route(addNote, ({ ctx, params, body }) => add(ctx, { taskId: params.id, ...body }))
