import { useTranslations } from 'next-intl'
import { getTranslations } from 'next-intl/server'
import Link from 'next/link'
import { Shell } from './(ui)/shell'

export const generateMetadata = async () => ({ title: (await getTranslations('shell.notFound'))('title') })

export default function NotFound() {
  const t = useTranslations('shell.notFound')
  return (
    <Shell>
      <h1>{t('heading')}</h1>
      <p className="text-muted mt-2">
        {t.rich('text', {
          pipeline: (text) => (
            <Link className="link" href="/">
              {text}
            </Link>
          ),
          schedules: (text) => (
            <Link className="link" href="/schedules">
              {text}
            </Link>
          ),
        })}
      </p>
    </Shell>
  )
}
