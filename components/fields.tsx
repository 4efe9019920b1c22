import { choiceTitle, choiceValue, type Field } from '#lib/core/task-type'

function limitsText(field: Field): string {
  const parts = [
    field.min === undefined ? '' : `at least ${field.min}`,
    field.max === undefined ? '' : `at most ${field.max}`,
    field.minLength === undefined ? '' : `at least ${field.minLength} characters`,
    field.maxLength === undefined ? '' : `at most ${field.maxLength} characters`,
    field.pattern === undefined ? '' : (field.pattern.message ?? `matches ${field.pattern.source}`),
    field.kind === undefined ? '' : field.kind,
    field.frozen === true ? `always ${String(field.default)}` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function choicesText(field: Field): string {
  const shown = (field.choices ?? []).map((choice) => choiceTitle(choice) || choiceValue(choice) || 'nothing')
  return shown.length <= 12 ? shown.join(', ') : `${shown.slice(0, 12).join(', ')} and ${shown.length - 12} more`
}

/** The parameters of a task type. */
export function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <div className="panel overflow-x-auto" role="region" aria-label="Fields" tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Limits</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.key}>
              <td className="min-w-40">
                <code className="text-[0.92em] break-all">{field.key}</code>
                {field.required === true && <span className="text-warn text-xs"> required</span>}
                {field.secret === true && <span className="text-muted text-xs"> secret</span>}
                <div className="text-muted text-xs">{field.description || field.label}</div>
              </td>
              <td className="whitespace-nowrap">{field.list === true ? `list of ${field.type}` : field.type}</td>
              <td className="min-w-48 break-words">
                {[limitsText(field), choicesText(field)].filter((part) => part !== '').join('; ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
