'use client'

import { ChevronDown, Ellipsis, type LucideIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from './button'
import { lazily } from './lazily'
import type { MenuProps } from './menu-window'
import type { PopoverProps } from './popover-window'

export type MenuEntry = {
  id: string
  label: string
  icon?: LucideIcon
  onAction?: () => void
  href?: string
  danger?: boolean
  disabled?: boolean
}
const MenuWindow = lazily<MenuProps>(() => import('./menu-window'))
const PopoverWindow = lazily<PopoverProps>(() => import('./popover-window'))

/** A button that opens a list of actions: three dots, or words with an arrow. */
export function Menu({
  label,
  items,
  text,
  icon = Ellipsis,
  small,
}: {
  label: string
  items: readonly MenuEntry[]
  /** What the button shows; left out: the icon alone. */
  text?: React.ReactNode
  icon?: LucideIcon
  small?: boolean
}) {
  const trigger = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  if (items.length === 0) return null
  return (
    <>
      <Button
        ref={trigger}
        small={small}
        look={text === undefined ? 'quiet' : 'plain'}
        icon={text === undefined ? icon : undefined}
        aria-label={text === undefined ? label : undefined}
        title={text === undefined ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          setOpen(true)
        }}
      >
        {text !== undefined && (
          <>
            {text} <ChevronDown aria-hidden className="size-4" />
          </>
        )}
      </Button>
      <MenuWindow shown={open} props={{ label, trigger, items, onClose: () => setOpen(false) }} />
    </>
  )
}

/** A button that opens a small panel, e.g. of filters or columns. `children` gets a way to close it. */
export function PopoverButton({
  label,
  buttonLabel,
  text,
  icon,
  className,
  onOpen,
  children,
}: {
  /** Names the panel, and the button where it has no text. */
  label: string
  buttonLabel?: string
  text?: React.ReactNode
  icon?: LucideIcon
  className?: string
  onOpen?: () => void
  children: (close: () => void) => React.ReactNode
}) {
  const trigger = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button
        ref={trigger}
        icon={icon}
        className={className}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={buttonLabel ?? (text === undefined ? label : undefined)}
        onClick={() => {
          if (!open) onOpen?.()
          setOpen(!open)
        }}
      >
        {text}
      </Button>
      <PopoverWindow shown={open} props={{ label, trigger, onClose: close, children: open ? children(close) : null }} />
    </>
  )
}
