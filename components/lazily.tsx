'use client'

import { lazy, Suspense, useEffect, type ComponentType } from 'react'

/**
 * A component whose code comes when it is first shown: what opens on a click need not be in the first page.
 * It is fetched while the browser idles, so that it is there when somebody clicks.
 */
export function lazily<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  const Inner = lazy(load) as unknown as ComponentType<Props>
  let asked = false
  function usePrefetch() {
    useEffect(() => {
      if (asked) return
      asked = true
      const fetchIt = () => void load().catch(() => undefined)
      if ('requestIdleCallback' in window) window.requestIdleCallback(fetchIt, { timeout: 5_000 })
      else setTimeout(fetchIt, 2_000)
    }, [])
  }
  return function Lazy({ shown, props }: { shown: boolean; props: Props }) {
    usePrefetch()
    return shown ? (
      <Suspense>
        <Inner {...props} />
      </Suspense>
    ) : null
  }
}
