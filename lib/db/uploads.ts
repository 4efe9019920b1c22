import type { Db, Tx } from './client'
import { sqlOf } from './sql'

export type Unsettled = { accountId: string; warehousePath: unknown; files: { name: string; kind: string }[] | null }
/** The files of a task whose bytes are not here, and the account that may upload them; null when nobody has taken the task. */
export async function unsettledFiles(db: Db | Tx, taskId: string): Promise<Unsettled | null> {
  const [row] = await sqlOf(db)<Unsettled>({
    name: 'unsettled_files',
    text: `SELECT w.account_id AS "accountId", t.config -> 'warehousePath' AS "warehousePath", (
        SELECT json_agg(json_build_object('name', f.name, 'kind', f.kind)) FROM file f
        WHERE f.task_id = t.id AND f.storage_key IS NULL
      ) AS files
      FROM task t JOIN worker w ON w.id = t.worker_id WHERE t.id = $1`,
    values: [taskId],
  })
  return row ?? null
}

/** An account's uploads by their paths. */
export async function uploadIds(db: Db | Tx, accountId: string, paths: readonly string[]): Promise<string[]> {
  const rows = await sqlOf(db)<{ id: string }>({
    name: 'upload_ids',
    text: 'SELECT id FROM upload WHERE account_id = $1 AND path = ANY($2::text[])',
    values: [accountId, paths],
  })
  return rows.map((row) => row.id)
}
