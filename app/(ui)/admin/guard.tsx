'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { usePathname } from 'next/navigation'
import { Empty, Loading } from '#components/states'
import { allows } from '#lib/core/access'
import { useMe } from '../queries'
import { SECTIONS, type SectionKey } from './section-list'

/** A part of the administration, for those who may see it; all others are told what they need. */
export function Guard({ section, children }: { section: SectionKey | null; children: React.ReactNode }) {
  const t = useTranslations('admin')
  const shell = useTranslations('shell')
  const path = usePathname()
  const { data: me, isPending } = useMe()
  const title = section === null ? t('title') : t(`sections.${section}`)
  const needs = SECTIONS.find((one) => one.key === section)?.needs ?? null
  const refused = me !== null && me !== undefined && needs !== null && !allows(me.scope, needs)
  return (
    <>
      <h1 className="mb-4">{title}</h1>
      {isPending ? (
        <Loading />
      ) : me === null || me === undefined ? (
        <section className="panel">
          <Empty title={t('signIn')}>
            <Link className="link" href={`/sign-in?to=${encodeURIComponent(path)}`}>
              {shell('signIn')}
            </Link>
          </Empty>
        </section>
      ) : refused ? (
        <section className="panel">
          <Empty title={t('refused', { permission: needs })} />
        </section>
      ) : (
        children
      )}
    </>
  )
}
