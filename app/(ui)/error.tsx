'use client'

import { useTranslations } from 'next-intl'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const t = useTranslations()
  return (
    <div role="alert">
      <h1>{t('shell.pageFailed.heading')}</h1>
      <p className="text-muted mt-2 mb-4">{t('shell.pageFailed.text')}</p>
      <button type="button" className="button" onClick={reset}>
        {t('common.tryAgain')}
      </button>
    </div>
  )
}
