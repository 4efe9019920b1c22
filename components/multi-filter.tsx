'use client'

import { ChevronDown } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useState } from 'react'
import { Button } from './button'
import { PopoverButton } from './menu'

export type Choice = { id: string; label: string }
type Props = {
  label: string
  choices: readonly Choice[]
  value: readonly string[]
  onChange: (value: string[]) => void
  /** Called when the list is opened: for choices that are asked for then. */
  onOpen?: () => void
  /** Takes a value that is not in the list. */
  extra?: { label: string; placeholder: string }
}

/** A button that opens a list of choices, of which several may be ticked; long lists can be searched. */
export function MultiFilter(props: Props) {
  const { label, value } = props
  const t = useTranslations('common')
  const chosen = value.length > 0
  return (
    <PopoverButton
      label={label}
      text={
        <>
          <span className={chosen ? 'text-accent' : undefined}>{label}</span>
          {chosen && (
            <span className="bg-accent-soft text-accent rounded-full px-1.5 text-xs">
              <span aria-hidden>{value.length}</span>
              <span className="sr-only">{t('filter.chosen', { count: value.length })}</span>
            </span>
          )}
          <ChevronDown aria-hidden className="text-muted size-4" />
        </>
      }
    >
      {() => <Choices {...props} />}
    </PopoverButton>
  )
}

function Choices({ label, choices, value, onChange, onOpen, extra }: Props) {
  const t = useTranslations('common')
  const [find, setFind] = useState('')
  const [typed, setTyped] = useState('')
  const id = useId()
  // Once, when it opens.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => onOpen?.(), [])
  const known = new Set(choices.map((choice) => choice.id))
  const all = [...choices, ...value.filter((one) => !known.has(one)).map((one) => ({ id: one, label: one }))]
  const shown = all.filter((choice) => choice.label.toLowerCase().includes(find.toLowerCase()))
  const toggle = (one: string) =>
    onChange(value.includes(one) ? value.filter((other) => other !== one) : [...value, one])
  return (
    <div className="w-60 max-w-full space-y-2">
      {all.length > 8 && (
        <input
          type="search"
          className="field w-full text-sm"
          aria-label={t('filter.find')}
          placeholder={t('filter.find')}
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      )}
      {all.length > 0 && (
        <div role="group" aria-label={label} className="max-h-64 space-y-0.5 overflow-auto">
          {shown.map((choice) => (
            <label
              key={choice.id}
              className="hover:bg-sunken flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm"
            >
              <input
                type="checkbox"
                className="checkbox"
                checked={value.includes(choice.id)}
                onChange={() => toggle(choice.id)}
              />
              <span dir="auto" className="min-w-0 wrap-anywhere">
                {choice.label}
              </span>
            </label>
          ))}
          {shown.length === 0 && <p className="text-muted px-2 text-sm">{t('filter.noneFound')}</p>}
        </div>
      )}
      {extra !== undefined && (
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            const one = typed.trim()
            if (one !== '' && !value.includes(one)) onChange([...value, one])
            setTyped('')
          }}
        >
          <label className="sr-only" htmlFor={id}>
            {extra.label}
          </label>
          <input
            id={id}
            dir="auto"
            className="field min-w-0 flex-1 text-sm"
            placeholder={extra.placeholder}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button type="submit">{t('filter.add')}</Button>
        </form>
      )}
      {value.length > 0 && (
        <button type="button" className="link text-sm" onClick={() => onChange([])}>
          {t('filter.clear')}
        </button>
      )}
    </div>
  )
}
