'use client'

import { useId, useState } from 'react'

/** Words beside something, on hover and focus; Escape hides them. The content itself can be focused. */
export function Tooltip({ text, children }: { text: React.ReactNode; children: React.ReactNode }) {
  const id = useId()
  const [shown, setShown] = useState(false)
  return (
    <span
      className="relative inline-flex"
      onMouseEnter={() => setShown(true)}
      onMouseLeave={() => setShown(false)}
      onFocus={() => setShown(true)}
      onBlur={() => setShown(false)}
      onKeyDown={(event) => event.key === 'Escape' && setShown(false)}
    >
      <span
        tabIndex={0}
        aria-describedby={id}
        className="decoration-muted underline decoration-dotted underline-offset-2"
      >
        {children}
      </span>
      <span
        id={id}
        role="tooltip"
        hidden={!shown}
        className="bg-ink text-paper absolute bottom-full left-1/2 z-40 mb-1 w-max max-w-64 -translate-x-1/2 rounded-md px-2 py-1 text-xs"
      >
        {text}
      </span>
    </span>
  )
}
