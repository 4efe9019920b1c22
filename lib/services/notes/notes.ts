import { may } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { actorName, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'

/** What a person wrote about a task: Markdown, and addresses of tickets. */
export type TaskNote = { id: string; author: string; own: boolean; text: string; links: string[]; createdAt: Date }

const MOST = 200
const mayWrite = (ctx: ReadContext) =>
  may(ctx.actor, 'requests.create') || may(ctx.actor, 'schedules.update') || may(ctx.actor, 'tasks.cancel')

const toNote = ({ id, author, text, links, createdAt }: Omit<TaskNote, 'own'>, own: boolean): TaskNote => ({
  id,
  author,
  own,
  text,
  links,
  createdAt,
})

/** A task's notes, oldest first. */
export async function listNotes(ctx: ReadContext, taskId: string): Promise<TaskNote[]> {
  const rows = await ctx.db.taskNote.findMany({ where: { taskId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
  const me = actorName(ctx.actor)
  return rows.map((row) => toNote(row, ctx.actor.kind === 'account' && row.author === me))
}

/** @throws CroftError forbidden, not_found; conflict when the task has too many */
export async function addNote(
  ctx: Context,
  input: { taskId: string; text: string; links: string[] },
): Promise<TaskNote> {
  if (!mayWrite(ctx))
    throw new CroftError(
      'forbidden',
      'writing notes needs requests.create, schedules.update or tasks.cancel; your account has none of them',
    )
  return transaction(ctx, async (tx) => {
    const task = await tx.db.task.findUnique({ where: { id: input.taskId }, select: { id: true, scheduleId: true } })
    if (task === null) throw new CroftError('not_found', `there is no task ${input.taskId}`)
    if ((await tx.db.taskNote.count({ where: { taskId: task.id } })) >= MOST)
      throw new CroftError('conflict', `the task has ${MOST} notes already: write to its schedule instead`)
    const row = await tx.db.taskNote.create({
      data: { ...input, author: actorName(tx.actor), createdAt: tx.now() },
    })
    await appendEvent(tx, { kind: 'task.noted', taskId: task.id, scheduleId: task.scheduleId, data: { note: row.id } })
    return toNote(row, true)
  })
}

/** @throws CroftError not_found; forbidden for what somebody else wrote */
export async function deleteNote(ctx: Context, input: { taskId: string; noteId: string }): Promise<void> {
  await transaction(ctx, async (tx) => {
    const row = await tx.db.taskNote.findFirst({ where: { id: input.noteId, taskId: input.taskId } })
    if (row === null) throw new CroftError('not_found', 'there is no such note')
    if (row.author !== actorName(tx.actor) && !may(tx.actor, 'users.update'))
      throw new CroftError('forbidden', 'this note was written by somebody else')
    await tx.db.taskNote.delete({ where: { id: row.id } })
    await appendEvent(tx, { kind: 'task.note_deleted', taskId: input.taskId, data: { note: row.id, by: row.author } })
  })
}
