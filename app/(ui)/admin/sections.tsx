'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { usePathname } from 'next/navigation'
import { allows } from '#lib/core/access'
import { useMe } from '../queries'
import { SECTIONS } from './section-list'

/** The parts that the account may see. */
export function useSections() {
  const { data: me } = useMe()
  if (me === undefined || me === null) return []
  return SECTIONS.filter(({ needs }) => needs === null || allows(me.scope, needs))
}

export function Sections() {
  const t = useTranslations('admin')
  const path = usePathname()
  const sections = useSections()
  if (sections.length === 0) return <span />
  return (
    <nav aria-label={t('sections.label')} className="-mx-4 overflow-x-auto px-4 lg:mx-0 lg:overflow-visible lg:px-0">
      <ul className="flex gap-1 lg:sticky lg:top-18 lg:flex-col">
        {sections.map(({ key, href }) => (
          <li key={key}>
            <Link
              href={href}
              aria-current={path.startsWith(href) ? 'page' : undefined}
              className="text-muted hover:text-ink hover:bg-sunken aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent block rounded-lg px-3 py-1.5 text-sm font-medium whitespace-nowrap"
            >
              {t(`sections.${key}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
