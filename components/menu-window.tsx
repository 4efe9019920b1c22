'use client'

import clsx from 'clsx'
import { useRouter } from 'next/navigation'
import type { RefObject } from 'react'
import { Menu, MenuItem, Popover } from 'react-aria-components'
import type { MenuEntry } from './menu'

export type MenuProps = {
  label: string
  trigger: RefObject<HTMLElement | null>
  onClose: () => void
  items: readonly MenuEntry[]
}

export default function MenuWindow({ label, trigger, onClose, items }: MenuProps) {
  const router = useRouter()
  return (
    <Popover
      triggerRef={trigger}
      isOpen
      onOpenChange={(next) => !next && onClose()}
      placement="bottom end"
      offset={4}
      className="panel max-w-[calc(100vw-1rem)] min-w-44 overflow-auto shadow-lg"
    >
      <Menu aria-label={label} autoFocus="first" onClose={onClose} className="p-1 outline-none">
        {items.map(({ id, label: text, icon: Icon, onAction, href, danger, disabled }) => (
          <MenuItem
            key={id}
            id={id}
            textValue={text}
            onAction={href === undefined ? onAction : () => router.push(href)}
            isDisabled={disabled}
            className={clsx(
              'data-focused:bg-sunken flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-2 text-sm outline-none data-disabled:opacity-50',
              danger && 'text-bad',
            )}
          >
            {Icon !== undefined && <Icon aria-hidden className="size-4 shrink-0" />}
            {text}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  )
}
