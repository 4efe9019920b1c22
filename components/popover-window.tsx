'use client'

import type { RefObject } from 'react'
import { Dialog, Popover } from 'react-aria-components'

export type PopoverProps = {
  label: string
  trigger: RefObject<HTMLElement | null>
  onClose: () => void
  children: React.ReactNode
}

export default function PopoverWindow({ label, trigger, onClose, children }: PopoverProps) {
  return (
    <Popover
      triggerRef={trigger}
      isOpen
      onOpenChange={(next) => !next && onClose()}
      placement="bottom start"
      offset={4}
      className="panel max-w-[calc(100vw-1rem)] min-w-48 overflow-auto shadow-lg"
    >
      <Dialog aria-label={label} className="p-3 outline-none">
        {children}
      </Dialog>
    </Popover>
  )
}
