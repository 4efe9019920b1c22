import { deleteNote } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { deleteNote as remove } from '#lib/services/notes/notes'

export const DELETE = route(deleteNote, ({ ctx, params }) => remove(ctx, { taskId: params.id, noteId: params.noteId }))
