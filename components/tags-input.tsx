'use client'

import { X } from 'lucide-react'
import { Button, Label, Tag, TagGroup, TagList } from 'react-aria-components'
import { Combo } from './combo'

/** A set of texts: remove one with its cross or Delete, add one from what there is or freely. */
export function TagsInput({
  label,
  addLabel,
  openLabel,
  removeLabel,
  value,
  options,
  onChange,
}: {
  label: string
  addLabel: string
  openLabel: string
  removeLabel: (tag: string) => string
  value: readonly string[]
  options: readonly string[]
  onChange: (tags: string[]) => void
}) {
  const add = (tag: string) => {
    const text = tag.trim()
    if (text !== '' && !value.includes(text)) onChange([...value, text])
  }
  return (
    <div className="grid gap-1">
      <TagGroup
        className="grid gap-1"
        onRemove={(keys) => onChange(value.filter((tag) => !keys.has(tag)))}
        aria-label={label}
      >
        <Label className="label">{label}</Label>
        <TagList items={value.map((tag) => ({ id: tag }))} className="flex flex-wrap gap-1.5 empty:hidden">
          {({ id }) => (
            <Tag
              id={id}
              textValue={id}
              className="bg-accent-soft text-ink inline-flex max-w-full items-center gap-1 rounded-full py-0.5 pr-1 pl-2.5 text-sm"
            >
              <span dir="auto" className="truncate">
                {id}
              </span>
              <Button slot="remove" aria-label={removeLabel(id)} className="hover:bg-sunken rounded-full p-1">
                <X aria-hidden className="size-3.5" />
              </Button>
            </Tag>
          )}
        </TagList>
      </TagGroup>
      <Combo
        label={addLabel}
        hiddenLabel
        placeholder={addLabel}
        buttonLabel={openLabel}
        value=""
        free
        options={options.filter((tag) => !value.includes(tag)).map((tag) => ({ value: tag, label: tag }))}
        onPick={add}
      />
    </div>
  )
}
