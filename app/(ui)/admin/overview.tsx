'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useSections } from './sections'

/** What there is to administer. */
export function Overview() {
  const t = useTranslations('admin')
  return (
    <ul className="grid gap-3 sm:grid-cols-2">
      {useSections().map(({ key, href }) => (
        <li key={key} className="panel p-4">
          <h2>
            <Link className="link" href={href}>
              {t(`sections.${key}`)}
            </Link>
          </h2>
          <p className="text-muted text-sm">{t(`about.${key}`)}</p>
        </li>
      ))}
    </ul>
  )
}
