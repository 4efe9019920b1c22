'use client'

import { ChevronDown } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'

export type Option = { value: string; label: string; hint?: string }
const SHOWN = 60

const found = (options: readonly Option[], text: string): Option[] => {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return options.slice(0, SHOWN)
  const rank = ({ value, label }: Option) =>
    value.toLowerCase() === wanted ? 0 : label.toLowerCase().startsWith(wanted) ? 1 : 2
  return options
    .filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, SHOWN)
}

/**
 * A text field with suggestions. `free`: what is none of them may be entered too. `onPick` gets the value that was chosen
 * or entered.
 */
export function Combo({
  id,
  label,
  hiddenLabel,
  value,
  options,
  free,
  invalid,
  describedBy,
  placeholder,
  buttonLabel,
  onPick,
}: {
  id?: string
  label: string
  hiddenLabel?: boolean
  value: string
  options: readonly Option[]
  free?: boolean
  invalid?: boolean
  describedBy?: string
  placeholder?: string
  buttonLabel: string
  onPick: (value: string) => void
}) {
  const shown = options.find((option) => option.value === value)?.label ?? value
  const [text, setText] = useState<string | null>(null)
  const items = useMemo(() => found(options, text ?? ''), [options, text])
  const settle = () => {
    if (text !== null && free === true && text.trim() !== shown) onPick(text.trim())
    setText(null)
  }
  return (
    <ComboBox
      className="grid gap-1"
      aria-label={hiddenLabel === true ? label : undefined}
      inputValue={text ?? shown}
      onInputChange={(next) => setText(next === shown ? null : next)}
      items={items}
      isInvalid={invalid}
      allowsCustomValue={free}
      allowsEmptyCollection={false}
      menuTrigger="focus"
      onSelectionChange={(key) => {
        if (key === null) return
        setText(null)
        onPick(String(key))
      }}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle()
      }}
    >
      {hiddenLabel !== true && <Label className="label">{label}</Label>}
      <div className="relative">
        <Input
          id={id}
          dir="auto"
          className="field w-full pr-9"
          placeholder={placeholder}
          aria-describedby={describedBy}
        />
        <Button className="text-muted absolute inset-y-0 right-0 px-2" aria-label={buttonLabel}>
          <ChevronDown aria-hidden className="size-4" />
        </Button>
      </div>
      <Popover className="panel max-h-72 w-(--trigger-width) min-w-56 overflow-auto p-1 shadow-lg">
        <ListBox<Option> className="outline-none">
          {(option) => (
            <ListBoxItem
              id={option.value}
              textValue={option.label}
              className="data-[focused]:bg-accent-soft flex cursor-pointer items-baseline justify-between gap-3 rounded-md px-2 py-1.5 text-sm outline-none"
            >
              <span dir="auto" className="min-w-0 break-words">
                {option.label}
              </span>
              {option.hint !== undefined && <span className="text-muted text-xs">{option.hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
