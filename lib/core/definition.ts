import type { FieldErrors } from './error'
import { checkParams } from './params'
import { patternProblem } from './pattern'
import { choiceValue, type Field, type TaskTypeDefinition } from './task-type'

const KEY = /^[\w.-]{1,100}$/

function fieldProblems(field: Field): Record<string, string> {
  const found: Record<string, string> = {}
  if (!KEY.test(field.key)) found.key = 'must have letters, digits, dots, hyphens and underscores only'
  if (field.type === 'enum' && (field.choices?.length ?? 0) === 0) found.choices = 'an enum needs choices'
  const values = field.choices?.map(choiceValue) ?? []
  if (new Set(values).size < values.length) found.choices = 'must each be another value'
  if ((field.type === 'blob') !== (field.kind !== undefined)) found.kind = 'stands with the type blob, and only there'
  if (field.allowRemoteUrl === true && field.type !== 'blob') found.allowRemoteUrl = 'is for the type blob only'
  if (field.frozen === true && field.default === undefined) found.default = 'a frozen field needs a default'
  for (const [place, pattern] of [
    ['pattern.source', field.pattern],
    ['relaxed.pattern.source', field.relaxed?.pattern],
  ] as const) {
    const problem = pattern === undefined || pattern === null ? null : patternProblem(pattern.source)
    if (problem !== null) found[place] = problem
  }
  return found
}

/** What is wrong with a definition, by path; empty when it can be used. Its shape is taken as right. */
export function definitionProblems(definition: TaskTypeDefinition): FieldErrors {
  const errors: FieldErrors = {}
  const complain = (path: string, why: string) => (errors[path] = [...(errors[path] ?? []), why])
  const keys = new Set<string>()
  definition.fields.forEach((field, index) => {
    for (const [place, why] of Object.entries(fieldProblems(field))) complain(`fields.${index}.${place}`, why)
    if (keys.has(field.key)) complain(`fields.${index}.key`, 'is there twice')
    keys.add(field.key)
  })
  const known = (path: string, key: string) => {
    if (!keys.has(key)) complain(path, `${JSON.stringify(key)} is none of its fields`)
  }
  definition.exclusive?.forEach((group, index) => group.forEach((key, at) => known(`exclusive.${index}.${at}`, key)))
  definition.similarity?.forEach(({ key }, index) => known(`similarity.${index}.key`, key))
  definition.zimMetadata?.forEach(({ key }, index) => known(`zimMetadata.${index}.key`, key))
  if (definition.mountPointFlag !== undefined) known('mountPointFlag', definition.mountPointFlag)
  if (Object.keys(errors).length > 0) return errors
  definition.fields.forEach((field, index) => {
    if (field.default === undefined || field.frozen === true || field.type === 'blob') return
    const value = field.list === true ? [field.default] : field.default
    const why = checkParams({ ...definition, exclusive: [] }, { [field.key]: value }, { relaxed: true })[field.key]
    if (why !== undefined) errors[`fields.${index}.default`] = why
  })
  return errors
}
