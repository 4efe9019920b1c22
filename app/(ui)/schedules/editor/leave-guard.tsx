'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Dialog } from '#components/dialog'

/** Asks before a link or the browser leads away from edits that are not saved. */
export function LeaveGuard({
  dirty,
  onDiscard,
  onKeep,
}: {
  dirty: boolean
  onDiscard: () => void
  onKeep: () => void
}) {
  const t = useTranslations('editor.leave')
  const router = useRouter()
  const [to, setTo] = useState<string | null>(null)
  useEffect(() => {
    if (!dirty) return
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
      if (!(link instanceof HTMLAnchorElement) || !plain || link.target !== '' || event.defaultPrevented) return
      const url = new URL(link.href)
      if (url.origin !== location.origin || url.pathname === location.pathname) return
      event.preventDefault()
      event.stopPropagation()
      setTo(`${url.pathname}${url.search}`)
    }
    window.addEventListener('beforeunload', onUnload)
    document.addEventListener('click', onClick, true)
    return () => {
      window.removeEventListener('beforeunload', onUnload)
      document.removeEventListener('click', onClick, true)
    }
  }, [dirty])
  const go = (discard: boolean) => {
    if (to === null) return
    if (discard) onDiscard()
    else onKeep()
    router.push(to)
  }
  return (
    <Dialog title={t('title')} open={to !== null} onClose={() => setTo(null)}>
      <p className="text-sm">{t('explained')}</p>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={() => setTo(null)}>
          {t('stay')}
        </button>
        <button type="button" className="button button-danger" onClick={() => go(true)}>
          {t('discard')}
        </button>
        <button type="button" className="button button-primary" onClick={() => go(false)}>
          {t('keep')}
        </button>
      </div>
    </Dialog>
  )
}
