import { describe, expect, it } from 'vitest'
import { ACTIVE, can, FINAL, MOVES, movesFrom, refusal, TASK_MOVES, TASK_STATUSES } from './task'
import { FOREIGN_STATUS } from './task-document'

describe('the table of moves', () => {
  const pairs = TASK_STATUSES.flatMap((status) => TASK_MOVES.map((move) => [status, move] as const))
  it.each(pairs)('%s × %s', (status, move) => {
    const allowed = (MOVES[move].from as readonly string[]).includes(status)
    expect(can(status, move)).toBe(allowed)
    expect(movesFrom(status).includes(move)).toBe(allowed)
    if (!allowed) expect(refusal(status, move).message).toContain(status)
  })
  it('knows its ends and its holders', () => {
    expect(FINAL).toEqual(['succeeded', 'failed', 'canceled'])
    expect(ACTIVE).toEqual(['reserved', 'started'])
    for (const status of FINAL) expect(movesFrom(status)).toEqual([])
  })
  it('leads everywhere from requested', () => {
    const seen = new Set<string>(['requested'])
    for (const status of TASK_STATUSES)
      for (const move of TASK_MOVES) if (seen.has(status) && can(status, move)) seen.add(MOVES[move].to)
    expect([...seen].sort()).toEqual([...TASK_STATUSES].sort())
  })
  it('has a foreign word for every status', () => {
    for (const status of TASK_STATUSES) expect(FOREIGN_STATUS[status]).toBe(status)
  })
})
