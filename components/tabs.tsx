'use client'

import clsx from 'clsx'
import Link from 'next/link'
import { useFormat } from './format'

export type Tab = { key: string; href: string; label: string; count?: number | null }

/** Views of one list, each with an address of its own and perhaps how many it holds. */
export function LinkTabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  const format = useFormat()
  return (
    <nav aria-label={label} className="border-line -mx-4 mb-4 overflow-x-auto border-b px-4">
      <ul className="flex gap-1">
        {tabs.map(({ key, href, label: text, count }) => (
          <li key={key}>
            <Link
              href={href}
              scroll={false}
              aria-current={key === current ? 'page' : undefined}
              className={clsx(
                '-mb-px flex items-center gap-2 border-b-2 px-3 py-2 text-sm font-medium whitespace-nowrap',
                key === current ? 'border-accent text-ink' : 'text-muted hover:text-ink border-transparent',
              )}
            >
              {text}
              {count !== undefined && count !== null && (
                <span className="bg-sunken text-muted rounded-full px-2 text-xs leading-5">{format.number(count)}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
