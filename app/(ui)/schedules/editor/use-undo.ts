'use client'

import { useCallback, useState } from 'react'
import type { Draft } from './model'

type State = { past: Draft[]; draft: Draft; future: Draft[]; place: string | null }
const KEPT = 100

/** An edit with its undo: what is typed into one place is one step. */
export function useUndo(initial: Draft) {
  const [state, setState] = useState<State>({ past: [], draft: initial, future: [], place: null })
  const set = useCallback((change: (draft: Draft) => Draft, place: string | null = null) => {
    setState((before) => {
      const draft = change(before.draft)
      if (draft === before.draft) return before
      const goesOn = place !== null && place === before.place && before.past.length > 0
      const past = goesOn ? before.past : [...before.past, before.draft].slice(-KEPT)
      return { past, draft, future: [], place }
    })
  }, [])
  const undo = useCallback(
    () =>
      setState((before) => {
        const last = before.past.at(-1)
        if (last === undefined) return before
        return { past: before.past.slice(0, -1), draft: last, future: [before.draft, ...before.future], place: null }
      }),
    [],
  )
  const redo = useCallback(
    () =>
      setState((before) => {
        const [next, ...future] = before.future
        if (next === undefined) return before
        return { past: [...before.past, before.draft], draft: next, future, place: null }
      }),
    [],
  )
  const restart = useCallback((draft: Draft) => setState({ past: [], draft, future: [], place: null }), [])
  return {
    draft: state.draft,
    set,
    undo,
    redo,
    restart,
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
  }
}
