import { createHash } from 'node:crypto'
import { Prisma, type Db, type Tx } from './client'
import { sqlOf } from './sql'

// The few writes that every report makes, without the cost of Prisma's engine. Field names and values are Prisma's.

const columnOf = (field: string) =>
  field === 'check' ? 'check_result' : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date)

/** The fields of these tables that are JSON. */
const JSON_FIELDS = new Set([
  ...['config', 'upload', 'notification', 'progress', 'result', 'history'],
  ...['command', 'stats', 'timeout', 'check', 'info', 'cms', 'data'],
])
const valueOf = (field: string, value: unknown): unknown =>
  value === Prisma.DbNull || value === null ? null : JSON_FIELDS.has(field) ? JSON.stringify(value) : value

class Values {
  readonly list: unknown[] = []
  put(field: string, value: unknown): string {
    this.list.push(valueOf(field, value))
    return `$${this.list.length}`
  }
}
const given = (fields: object) => Object.entries(fields).filter(([, value]) => value !== undefined)
function assignments(fields: object, values: Values): string {
  return given(fields)
    .map(([field, value]) => {
      const column = `"${columnOf(field)}"`
      if (isRecord(value) && typeof value.decrement === 'number') return `${column} = ${column} - ${value.decrement}`
      if (isRecord(value) && typeof value.increment === 'number') return `${column} = ${column} + ${value.increment}`
      return `${column} = ${values.put(field, value)}`
    })
    .join(', ')
}

type Table = 'task' | 'task_report' | 'file' | 'event' | 'schedule'
/** Names a statement by its text: there are few of them, one for each set of fields. */
const run = <Row>(db: Db | Tx, text: string, values: Values) =>
  sqlOf(db)<Row>({ name: nameOf(text), text, values: values.list })

const names = new Map<string, string>()
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined)
    names.set(text, (name = `write_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`))
  return name
}

/** Changes the rows that have these values, or one of them where a list is given; gives how many there were. */
export async function update(db: Db | Tx, table: Table, where: object, set: object): Promise<number> {
  const values = new Values()
  const changes = assignments(set, values)
  const conditions = given(where).map(([field, value]) => {
    if (!Array.isArray(value)) return `"${columnOf(field)}" = ${values.put(field, value)}`
    return `"${columnOf(field)}" IN (${value.map((item) => values.put(field, item)).join(', ')})`
  })
  const rows = await run(db, `UPDATE "${table}" SET ${changes} WHERE ${conditions.join(' AND ')} RETURNING 1`, values)
  return rows.length
}

function adding(table: Table, row: object, values: Values): string {
  const fields = given(row)
  const columns = fields.map(([field]) => `"${columnOf(field)}"`).join(', ')
  const list = fields.map(([field, value]) => values.put(field, value)).join(', ')
  return `INSERT INTO "${table}" (${columns}) VALUES (${list})`
}

export async function insert(db: Db | Tx, table: Table, row: object): Promise<void> {
  const values = new Values()
  await run(db, adding(table, row, values), values)
}

/** Adds a file; where its task has one of that name, changes that. */
export async function putFile(db: Db | Tx, row: object, change: object): Promise<{ id: string }> {
  const values = new Values()
  const text = adding('file', row, values)
  const changes = ['name = excluded.name', assignments(change, values)].filter((part) => part !== '').join(', ')
  const [put] = await run<{ id: string }>(
    db,
    `${text} ON CONFLICT (task_id, name) DO UPDATE SET ${changes} RETURNING id`,
    values,
  )
  if (put === undefined) throw new Error('a file could not be written')
  return put
}

/** What of a task's file says whether its bytes are here. */
export async function fileOf(
  db: Db | Tx,
  taskId: string,
  name: string,
): Promise<{ storageKey: string | null; kind: string } | null> {
  const [row] = await sqlOf(db)<{ storageKey: string | null; kind: string }>({
    name: 'file_of',
    text: 'SELECT storage_key AS "storageKey", kind FROM file WHERE task_id = $1 AND name = $2',
    values: [taskId, name],
  })
  return row ?? null
}
