'use client'

import { ChevronDown } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'

export type Choice = { id: string; label: string }

/** A button that opens a list of choices, of which several may be ticked; long lists can be searched. `extra` takes a value that is not in the list. */
export function MultiFilter(props: {
  label: string
  choices: readonly Choice[]
  value: readonly string[]
  onChange: (value: string[]) => void
  onOpen?: () => void
  extra?: { label: string; placeholder: string }
}) {
  const { label, choices, value, onChange, onOpen, extra } = props
  const t = useTranslations('common')
  const [find, setFind] = useState('')
  const [typed, setTyped] = useState('')
  const id = useId()
  const known = new Set(choices.map((choice) => choice.id))
  const all = [...choices, ...value.filter((one) => !known.has(one)).map((one) => ({ id: one, label: one }))]
  const shown = all.filter((choice) => choice.label.toLowerCase().includes(find.toLowerCase()))
  const toggle = (one: string) =>
    onChange(value.includes(one) ? value.filter((other) => other !== one) : [...value, one])
  return (
    <DialogTrigger onOpenChange={(open) => (open ? onOpen?.() : setFind(''))}>
      <Button
        className={`button ${value.length > 0 ? 'border-accent text-accent' : ''}`}
        aria-label={value.length > 0 ? t('filter.chosen', { label, count: value.length }) : label}
      >
        {label}
        {value.length > 0 && (
          <span aria-hidden className="bg-accent-soft rounded-full px-1.5 text-xs">
            {value.length}
          </span>
        )}
        <ChevronDown aria-hidden className="text-muted size-4" />
      </Button>
      <Popover placement="bottom start" className="panel z-50 w-64 max-w-[90vw] p-3 shadow-xl">
        <Dialog aria-label={label} className="space-y-2 outline-none">
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
          <div role="group" aria-label={label} className="max-h-64 space-y-0.5 overflow-auto">
            {shown.map((choice) => (
              <label
                key={choice.id}
                className="hover:bg-sunken flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm"
              >
                <input
                  type="checkbox"
                  className="accent-accent size-4"
                  checked={value.includes(choice.id)}
                  onChange={() => toggle(choice.id)}
                />
                <span dir="auto" className="break-words">
                  {choice.label}
                </span>
              </label>
            ))}
            {shown.length === 0 && all.length > 0 && <p className="text-muted px-2 text-sm">{t('filter.noneFound')}</p>}
          </div>
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
                className="field min-w-0 flex-1 text-sm"
                placeholder={extra.placeholder}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
              <button type="submit" className="button">
                {t('filter.add')}
              </button>
            </form>
          )}
          {value.length > 0 && (
            <button type="button" className="link text-sm" onClick={() => onChange([])}>
              {t('filter.clear')}
            </button>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
