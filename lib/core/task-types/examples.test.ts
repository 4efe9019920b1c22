import { expect, it } from 'vitest'
import { WAREHOUSE_PATHS_V2 } from '../catalogue'
import { checkParams } from '../params'
import { EXAMPLE_TYPES, exampleOf } from './examples'
import { TASK_TYPES } from './index'

it.each(EXAMPLE_TYPES)('the example of %s fits its strict definition', (id) => {
  const [definition, example] = [TASK_TYPES[id], exampleOf(id)]
  if (definition === undefined || example === undefined) throw new Error(`there is no ${id}`)
  expect(checkParams(definition, example.config.params, { relaxed: false })).toEqual({})
  expect(WAREHOUSE_PATHS_V2).toContain(example.config.warehousePath)
})
