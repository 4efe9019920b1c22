import type { ParamValue, Params } from './schedule'
import type { TaskTypeDefinition, Transformer } from './task-type'

function hostOf(value: string): string {
  const address = /^https?:\/\//.test(value) ? value : `https://${value}`
  return URL.canParse(address) ? new URL(address).hostname : ''
}

const STEPS: { [N in Transformer['name']]: (value: string, transformer: Transformer) => string[] } = {
  split: (value, transformer) => value.split((transformer.name === 'split' && transformer.operand) || /\s+/),
  hostname: (value) => [hostOf(value)],
}

const texts = (value: ParamValue | undefined): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String)

/** `<key>=<value>` of each value that makes schedules of this task type alike, sorted, each once (zimfarm.md §18.2). */
export function similarityOf(definition: TaskTypeDefinition, params: Params): string[] {
  const found = (definition.similarity ?? []).flatMap(({ key, transformers }) =>
    transformers
      .reduce<string[]>(
        (values, transformer) =>
          values.filter((value) => value.trim() !== '').flatMap((value) => STEPS[transformer.name](value, transformer)),
        texts(params[key]),
      )
      .map((value) => value.trim())
      .filter((value) => value !== '')
      .map((value) => `${key}=${value}`),
  )
  return [...new Set(found)].sort()
}
