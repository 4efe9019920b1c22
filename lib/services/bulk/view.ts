import type { BulkAction, BulkOptions, BulkSelection, BulkState } from '#lib/core/bulk'
import type { Prisma } from '#lib/db/client'

export type BulkRow = Prisma.BulkJobGetPayload<object>
export type BulkView = {
  id: string
  author: string
  action: BulkAction
  selection: BulkSelection
  options: BulkOptions
  state: BulkState
  expected: number
  exact: boolean
  done: number
  failed: number
  error: string | null
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
  stoppedBy: string | null
}

export const toBulk = (row: BulkRow): BulkView => ({
  id: row.id,
  author: row.author,
  action: row.action as BulkAction,
  selection: row.selection as BulkSelection,
  options: row.options as BulkOptions,
  state: row.state as BulkState,
  expected: row.expected,
  exact: row.exact,
  done: row.done,
  failed: row.failed,
  error: row.error,
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
  stoppedBy: row.stoppedBy,
})
