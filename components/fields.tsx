import { useTranslations } from 'next-intl'
import { choiceTitle, choiceValue, type Field } from '#lib/core/task-type'

const SHOWN_CHOICES = 12

/** The parameters of a task type. */
export function Fields({ fields }: { fields: readonly Field[] }) {
  const t = useTranslations('schedules.types')
  const limitsText = (field: Field): string => {
    const limit = (name: 'min' | 'max' | 'minLength' | 'maxLength', value: number | undefined) =>
      value === undefined ? '' : t(`limit.${name}`, { value: String(value) })
    const parts = [
      limit('min', field.min),
      limit('max', field.max),
      limit('minLength', field.minLength),
      limit('maxLength', field.maxLength),
      field.pattern === undefined ? '' : (field.pattern.message ?? t('limit.pattern', { value: field.pattern.source })),
      field.kind ?? '',
      field.frozen === true ? t('limit.always', { value: String(field.default) }) : '',
    ]
    return parts.filter((part) => part !== '').join(', ')
  }
  const choicesText = (field: Field): string => {
    const all = (field.choices ?? []).map((choice) => choiceTitle(choice) || choiceValue(choice) || t('none'))
    const choices = all.slice(0, SHOWN_CHOICES).join(', ')
    return all.length <= SHOWN_CHOICES ? choices : t('more', { choices, count: all.length - SHOWN_CHOICES })
  }
  return (
    <div className="panel overflow-x-auto" role="region" aria-label={t('fields')} tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t('field')}</th>
            <th scope="col">{t('type')}</th>
            <th scope="col">{t('limits')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.key}>
              <td className="min-w-40">
                <code className="text-[0.92em] break-all">{field.key}</code>
                {field.required === true && <span className="text-warn text-xs"> {t('required')}</span>}
                {field.secret === true && <span className="text-muted text-xs"> {t('secret')}</span>}
                <div className="text-muted text-xs">{field.description || field.label}</div>
              </td>
              <td className="whitespace-nowrap">
                {field.list === true ? t('listOf', { type: field.type }) : field.type}
              </td>
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
