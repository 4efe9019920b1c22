'use client'

import clsx from 'clsx'
import { Search, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId, useRef } from 'react'

type Frame = {
  label: string
  /** Only screen readers hear the label. */
  bare?: boolean
  help?: React.ReactNode
  /** What is wrong with the value, in words. */
  error?: string | readonly string[] | null
  required?: boolean
}
const listOf = (error: Frame['error']) => (error ? (typeof error === 'string' ? [error] : error) : [])

/** Label, control, help and complaints of one field; the control gets what ties them together. */
export function Field({
  label,
  bare,
  help,
  error,
  required,
  children,
}: Frame & {
  children: (tie: {
    id: string
    'aria-describedby'?: string
    'aria-invalid'?: true
    required?: boolean
  }) => React.ReactNode
}) {
  const id = useId()
  const t = useTranslations('common')
  const errors = listOf(error)
  const described = [help ? `${id}-help` : '', errors.length > 0 ? `${id}-error` : ''].filter((one) => one !== '')
  return (
    <div className="grid min-w-0 gap-1">
      <label className={bare ? 'sr-only' : 'label'} htmlFor={id}>
        {label}
        {required && <span className="text-warn"> {t('required')}</span>}
      </label>
      {children({
        id,
        'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
        'aria-invalid': errors.length > 0 ? true : undefined,
        required,
      })}
      {help && (
        <div id={`${id}-help`} className="text-muted text-xs">
          {help}
        </div>
      )}
      {errors.length > 0 && (
        <div id={`${id}-error`} className="text-bad text-xs" aria-live="polite">
          {errors.map((one) => (
            <p key={one}>{one}</p>
          ))}
        </div>
      )}
    </div>
  )
}

type Own<Element extends 'input' | 'textarea' | 'select', Value = string> = Frame & {
  value: Value
  onChange: (value: Value) => void
} & Omit<React.ComponentProps<Element>, 'value' | 'onChange' | 'id' | 'required' | keyof Frame>

export function TextField({ label, bare, help, error, required, value, onChange, className, ...rest }: Own<'input'>) {
  return (
    <Field {...{ label, bare, help, error, required }}>
      {(tie) => (
        <input
          dir="auto"
          {...rest}
          {...tie}
          className={clsx('field', className)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

export function TextArea({ label, bare, help, error, required, value, onChange, className, ...rest }: Own<'textarea'>) {
  return (
    <Field {...{ label, bare, help, error, required }}>
      {(tie) => (
        <textarea
          dir="auto"
          rows={4}
          {...rest}
          {...tie}
          className={clsx('field', className)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

/** A whole or broken number; null while the field is empty. */
export function NumberField({
  label,
  bare,
  help,
  error,
  required,
  value,
  onChange,
  className,
  ...rest
}: Own<'input', number | null>) {
  return (
    <Field {...{ label, bare, help, error, required }}>
      {(tie) => (
        <input
          inputMode="decimal"
          {...rest}
          {...tie}
          type="number"
          className={clsx('field', className)}
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.valueAsNumber)}
        />
      )}
    </Field>
  )
}

export type Option = { value: string; label: string; disabled?: boolean }
export function Select({
  label,
  bare,
  help,
  error,
  required,
  value,
  onChange,
  options,
  className,
  ...rest
}: Own<'select'> & { options: readonly Option[] }) {
  return (
    <Field {...{ label, bare, help, error, required }}>
      {(tie) => (
        <select
          {...rest}
          {...tie}
          className={clsx('field', className)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

type Tick = {
  label: React.ReactNode
  help?: React.ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
}
export function Checkbox({ label, help, checked, onChange, disabled }: Tick) {
  const id = useId()
  return (
    <div className="flex items-start gap-2 text-sm">
      <input
        id={id}
        type="checkbox"
        className="checkbox mt-0.5"
        checked={checked}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <div className="min-w-0">
        <label htmlFor={id}>{label}</label>
        {help && (
          <div id={`${id}-help`} className="text-muted text-xs">
            {help}
          </div>
        )}
      </div>
    </div>
  )
}

/** On or off, at once. */
export function Switch({ label, help, checked, onChange, disabled }: Tick) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5 text-sm">
      <button
        type="button"
        role="switch"
        id={id}
        aria-checked={checked}
        aria-labelledby={`${id}-label`}
        aria-describedby={help ? `${id}-help` : undefined}
        disabled={disabled}
        className="bg-muted aria-checked:bg-accent relative h-5 w-9 shrink-0 rounded-full transition-colors disabled:opacity-50"
        onClick={() => onChange(!checked)}
      >
        <span
          aria-hidden
          className={clsx(
            'bg-panel absolute top-0.5 left-0.5 size-4 rounded-full transition-transform',
            checked && 'translate-x-4',
          )}
        />
      </button>
      <div className="min-w-0">
        <label id={`${id}-label`} htmlFor={id}>
          {label}
        </label>
        {help && (
          <div id={`${id}-help`} className="text-muted text-xs">
            {help}
          </div>
        )}
      </div>
    </div>
  )
}

/** A search as one types; Escape or the cross empties it. */
export function SearchField({
  label,
  value,
  onChange,
  placeholder,
  className,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  className?: string
}) {
  const t = useTranslations('common')
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className={clsx('relative min-w-0', className)}>
      <Search aria-hidden className="text-muted pointer-events-none absolute top-2.5 left-3 size-4" />
      <input
        ref={input}
        type="search"
        dir="auto"
        aria-label={label}
        placeholder={placeholder ?? label}
        className="field w-full pr-8 pl-9 [&::-webkit-search-cancel-button]:hidden"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return
          event.preventDefault()
          onChange('')
        }}
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={t('clear')}
          className="text-muted hover:text-ink absolute top-0.5 right-0.5 grid size-8 place-items-center"
          onClick={() => {
            onChange('')
            input.current?.focus()
          }}
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  )
}
