'use client'

import { useTranslations } from 'next-intl'
import { memo, useState } from 'react'
import { graphemes } from '#lib/core/params'
import { MASK } from '#lib/core/secrets'
import type { ParamValue } from '#lib/core/schedule'
import { choiceTitle, choiceValue, limitsOf, type Field } from '#lib/core/task-type'
import { BlobField } from './blob-field'
import { described, FieldFrame } from './field-frame'

export type FieldProps = {
  field: Field
  value: ParamValue | undefined
  complaints?: readonly string[]
  relaxed: boolean
  /** The schedule that its files are kept with; null while there is none. */
  schedule: string | null
  blobUrl: string
  blobMaxSize: number
  onChange: (key: string, value: ParamValue | undefined) => void
}

const asText = (value: ParamValue | undefined): string =>
  value === undefined || value === null ? '' : Array.isArray(value) ? value.join('\n') : String(value)

/** What was typed, as the field's type has it; as it was typed where it is no number. */
function typed(field: Field, text: string): ParamValue | undefined {
  if (text === '') return undefined
  if (field.list === true) {
    const items = text.split('\n').filter((line) => line.trim() !== '')
    return items.length === 0 ? undefined : items.map((line) => one(field, line.trim()))
  }
  return one(field, text)
}
function one(field: Field, text: string): string | number {
  if (field.type !== 'integer' && field.type !== 'float') return text
  return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text
}

function Secret({ field, value, complaints, onChange }: FieldProps) {
  const t = useTranslations('editor')
  const [replacing, setReplacing] = useState(false)
  const control = described(`config.params.${field.key}`, complaints)
  const stored = value === MASK
  if (stored && !replacing) {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <span className="bg-accent-soft rounded-md px-2 py-1 text-sm font-medium">{t('secretSet')}</span>
        <button {...control} type="button" className="button" onClick={() => setReplacing(true)}>
          {t('secretReplace')}
          <span className="sr-only"> {field.label}</span>
        </button>
        <button type="button" className="button button-danger" onClick={() => onChange(field.key, undefined)}>
          {t('secretClear')}
          <span className="sr-only"> {field.label}</span>
        </button>
      </div>
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <input
        {...control}
        className="field min-w-0 grow font-mono"
        type="password"
        autoComplete="new-password"
        spellCheck={false}
        value={stored ? '' : asText(value)}
        onChange={(event) => onChange(field.key, typed(field, event.target.value))}
      />
      {replacing && (
        <button
          type="button"
          className="button"
          onClick={() => {
            setReplacing(false)
            onChange(field.key, MASK)
          }}
        >
          {t('secretKeep')}
        </button>
      )}
    </div>
  )
}

function Several({ field, value, complaints, onChange }: FieldProps) {
  const control = described(`config.params.${field.key}`, complaints)
  const chosen = Array.isArray(value) ? value.map(String) : []
  const values = (field.choices ?? []).map(choiceValue)
  const toggle = (one: string) => {
    const next = [...values, ...chosen.filter((other) => !values.includes(other))].filter(
      (other) => chosen.includes(other) !== (other === one),
    )
    onChange(field.key, next.length === 0 ? undefined : next)
  }
  return (
    <div role="group" aria-label={field.label} className="flex flex-wrap gap-x-4 gap-y-1">
      {(field.choices ?? []).map((choice, index) => (
        <label key={choiceValue(choice)} className="flex min-h-7 items-center gap-2 text-sm">
          <input
            {...(index === 0 ? control : {})}
            type="checkbox"
            className="checkbox"
            checked={chosen.includes(choiceValue(choice))}
            onChange={() => toggle(choiceValue(choice))}
          />
          {choiceTitle(choice) || choiceValue(choice)}
        </label>
      ))}
    </div>
  )
}

function Control(props: FieldProps) {
  const { field, value, complaints, onChange } = props
  const t = useTranslations('editor')
  const control = described(`config.params.${field.key}`, complaints)
  const change = (event: { target: { value: string } }) => onChange(field.key, typed(field, event.target.value))
  if (field.secret === true) return <Secret {...props} />
  if (field.type === 'blob') return <BlobField {...props} />
  if (field.choices !== undefined && field.list === true) return <Several {...props} />
  if (field.choices !== undefined) {
    const values = field.choices.map(choiceValue)
    return (
      <select {...control} className="field w-full" value={asText(value)} onChange={change}>
        <option value="">{t('notSet')}</option>
        {field.choices.map((choice) => (
          <option key={choiceValue(choice)} value={choiceValue(choice)}>
            {choiceTitle(choice) || choiceValue(choice)}
          </option>
        ))}
        {asText(value) !== '' && !values.includes(asText(value)) && <option>{asText(value)}</option>}
      </select>
    )
  }
  if (field.list === true || field.type === 'long-text') {
    return (
      <textarea
        {...control}
        dir="auto"
        className="field min-h-20 w-full"
        rows={Math.min(10, Math.max(3, asText(value).split('\n').length))}
        placeholder={field.placeholder}
        value={asText(value)}
        onChange={change}
      />
    )
  }
  const numeric = field.type === 'integer' || field.type === 'float'
  const input = (
    <input
      {...control}
      dir={field.type === 'text' ? 'auto' : 'ltr'}
      className="field w-full min-w-0"
      type={field.type === 'email' ? 'email' : 'text'}
      inputMode={numeric ? 'decimal' : field.type === 'url' ? 'url' : undefined}
      spellCheck={field.type === 'text'}
      placeholder={field.placeholder ?? (field.default === undefined ? undefined : String(field.default))}
      value={asText(value)}
      onChange={change}
    />
  )
  if (field.type !== 'color') return input
  return (
    <div className="flex gap-2">
      {input}
      <input
        type="color"
        aria-label={t('pickColor', { field: field.label })}
        className="border-line h-9 w-12 shrink-0 cursor-pointer rounded-lg border"
        value={/^#[0-9a-f]{6}$/i.test(asText(value)) ? asText(value) : '#808080'}
        onChange={change}
      />
    </div>
  )
}

/** One parameter, as its task type defines it. */
export const ParamField = memo(function ParamField(props: FieldProps) {
  const { field, value, complaints, relaxed } = props
  const t = useTranslations('editor')
  const path = `config.params.${field.key}`
  const { maxLength } = limitsOf(field, relaxed)
  const text = asText(value)
  if (field.type === 'boolean') {
    const control = described(path, complaints)
    return (
      <FieldFrame path={path} label={field.label} help={field.description} complaints={complaints} labelled={false}>
        <label className="flex min-h-9 items-center gap-2 text-sm font-medium">
          <input
            {...control}
            type="checkbox"
            className="checkbox"
            checked={value === true}
            onChange={(event) => props.onChange(field.key, event.target.checked ? true : undefined)}
          />
          {field.label}
        </label>
      </FieldFrame>
    )
  }
  return (
    <FieldFrame
      path={path}
      label={field.label}
      help={[field.description, field.list === true && field.choices === undefined ? t('onePerLine') : '']
        .filter(Boolean)
        .join(' ')}
      required={field.required}
      secret={field.secret}
      count={
        maxLength !== undefined && field.list !== true && value !== MASK
          ? { length: graphemes(text), limit: maxLength }
          : undefined
      }
      complaints={complaints}
    >
      <Control {...props} />
    </FieldFrame>
  )
})
