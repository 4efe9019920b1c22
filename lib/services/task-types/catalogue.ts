import type { Executor, TaskTypeDefinition } from '#lib/core/task-type'
import type { Db } from '#lib/db/client'

export type TaskTypeEntry = {
  id: string
  title: string
  description: string
  executor: Executor
  /** Offered to Zimfarm's clients. */
  offliner: boolean
  builtin: boolean
  baseModel: string | null
  dockerImage: string | null
  command: string | null
  /** The version that schedules without one of their own take. */
  version: string
  /** Version → definition, oldest first. */
  versions: ReadonlyMap<string, TaskTypeDefinition>
}

/** All task types with all their versions, as of one moment. */
export class Catalogue {
  private readonly byId: ReadonlyMap<string, TaskTypeEntry>
  constructor(readonly types: readonly TaskTypeEntry[]) {
    this.byId = new Map(types.map((type) => [type.id, type]))
  }
  type(id: string): TaskTypeEntry | undefined {
    return this.byId.get(id)
  }
  /** A definition, of the type's own version where none is given. */
  definition(id: string, version?: string): TaskTypeDefinition | undefined {
    const type = this.byId.get(id)
    return type?.versions.get(version ?? type.version)
  }
  get offliners(): TaskTypeEntry[] {
    return this.types.filter((type) => type.offliner)
  }
}

export type TaskTypes = {
  /** The catalogue, at most a second old. */
  current: () => Promise<Catalogue>
  /** After a change by this process: the next `current` reads again. */
  forget: () => void
}

const FRESH_MS = 1_000

/** The catalogue of a database, kept in memory: definitions are read at every step and change seldom. */
export function taskTypesOf(db: Db): TaskTypes {
  let known: { catalogue: Catalogue; stamp: string; checkedAt: number } | null = null
  let reading: Promise<Catalogue> | null = null

  async function read(): Promise<Catalogue> {
    const [row] = await db.$queryRaw<{ stamp: string }[]>`
      SELECT concat_ws(' ', count(*), max(v.updated_at), max(t.updated_at)) AS stamp
      FROM task_type t LEFT JOIN task_type_version v ON v.task_type_id = t.id`
    const stamp = row?.stamp ?? ''
    const catalogue = known?.stamp === stamp ? known.catalogue : await load(db)
    known = { catalogue, stamp, checkedAt: performance.now() }
    return catalogue
  }
  return {
    current() {
      if (known !== null && performance.now() - known.checkedAt < FRESH_MS) return Promise.resolve(known.catalogue)
      reading ??= read().finally(() => {
        reading = null
      })
      return reading
    },
    forget() {
      known = null
      reading = null
    },
  }
}

async function load(db: Db): Promise<Catalogue> {
  const rows = await db.taskType.findMany({
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
    include: { versions: { orderBy: [{ createdAt: 'asc' }, { version: 'asc' }], omit: { spec: true } } },
  })
  return new Catalogue(
    rows.map(({ versions, executor, ...row }) => ({
      ...row,
      executor: executor as Executor,
      versions: new Map(
        versions.map(({ version, definition }) => [version, definition as unknown as TaskTypeDefinition]),
      ),
    })),
  )
}
