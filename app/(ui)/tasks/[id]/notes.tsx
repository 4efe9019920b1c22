'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ExternalLink, Trash2 } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { Ago } from '#components/time'
import { addNote, deleteNote } from '#lib/contract/task-page'
import { api, useMay, useMe } from '../../queries'
import { useNotes, type Note } from './queries'

const Markdown = dynamic(() => import('#components/markdown').then((module) => module.Markdown), { ssr: false })
const isHttp = (text: string) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

function One({ taskId, note }: { taskId: string; note: Note }) {
  const t = useTranslations('task')
  const queries = useQueryClient()
  const admin = useMay('users.update')
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.call(deleteNote, { params: { id: taskId, noteId: note.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['task', taskId, 'notes'] }),
  })
  return (
    <li className="space-y-1.5 px-4 py-3 text-sm">
      <div className="text-muted flex items-center gap-2 text-xs">
        <span dir="auto" className="text-ink font-medium">
          {note.author}
        </span>
        <Ago date={note.createdAt} />
        {(note.own || admin) && (
          <button
            type="button"
            className="hover:text-bad -my-1 ml-auto p-1.5"
            aria-label={t('note.delete')}
            onClick={() => setAsking(true)}
          >
            <Trash2 aria-hidden className="size-4" />
          </button>
        )}
      </div>
      <Markdown text={note.text} />
      {note.links.length > 0 && (
        <ul className="space-y-0.5">
          {note.links.filter(isHttp).map((link) => (
            <li key={link}>
              <a
                className="link inline-flex items-center gap-1 break-all"
                href={link}
                rel="noopener noreferrer nofollow"
              >
                <ExternalLink aria-hidden className="size-3.5 shrink-0" /> {link.replace(/^https?:\/\//, '')}
              </a>
            </li>
          ))}
        </ul>
      )}
      <Dialog title={t('note.deleteTitle')} open={asking} onClose={() => setAsking(false)}>
        {remove.error !== null && <Problem error={remove.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={() => setAsking(false)}>
            {t('note.keep')}
          </button>
          <button
            type="button"
            className="button button-danger"
            disabled={remove.isPending}
            onClick={() => remove.mutate()}
          >
            {t('note.deleteNow')}
          </button>
        </div>
      </Dialog>
    </li>
  )
}

function Write({ taskId }: { taskId: string }) {
  const t = useTranslations('task')
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [links, setLinks] = useState('')
  const ids = { text: useId(), links: useId(), hint: useId(), bad: useId() }
  const wanted = links
    .split(/\s+/)
    .map((link) => link.trim())
    .filter((link) => link !== '')
  const bad = wanted.find((link) => !isHttp(link))
  const add = useMutation({
    mutationFn: () => api.call(addNote, { params: { id: taskId }, body: { text, links: wanted } }),
    onSuccess: async () => {
      setText('')
      setLinks('')
      await queries.invalidateQueries({ queryKey: ['task', taskId, 'notes'] })
    },
  })
  return (
    <details className="border-line border-t px-4 py-3 text-sm">
      <summary className="link w-fit cursor-pointer font-medium">{t('note.write')}</summary>
      <form
        className="mt-3 space-y-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (bad === undefined && text.trim() !== '') add.mutate()
        }}
      >
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.text}>
            {t('note.text')}
          </label>
          <textarea
            id={ids.text}
            dir="auto"
            className="field min-h-24"
            maxLength={10_000}
            required
            aria-describedby={ids.hint}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <p id={ids.hint} className="text-muted text-xs">
            {t('note.hint')}
          </p>
        </div>
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.links}>
            {t('note.links')}
          </label>
          <textarea
            id={ids.links}
            className="field min-h-10"
            rows={2}
            placeholder="https://"
            aria-invalid={bad !== undefined}
            aria-describedby={ids.bad}
            value={links}
            onChange={(event) => setLinks(event.target.value)}
          />
          <p id={ids.bad} className={`text-xs ${bad === undefined ? 'text-muted' : 'text-bad'}`}>
            {bad === undefined ? t('note.linksHint') : t('note.badLink', { link: bad })}
          </p>
        </div>
        {add.error !== null && <Problem error={add.error} />}
        <button
          type="submit"
          className="button button-primary"
          disabled={add.isPending || bad !== undefined || text.trim() === ''}
        >
          {t('note.submit')}
        </button>
      </form>
    </details>
  )
}

/** What people found out about the task, with links to tickets. */
export function Notes({ id }: { id: string }) {
  const t = useTranslations('task')
  const { data: me } = useMe()
  const signedIn = me !== null && me !== undefined
  const { data } = useNotes(id, signedIn)
  const mayWrite = [useMay('requests.create'), useMay('schedules.update'), useMay('tasks.cancel')].includes(true)
  if (!signedIn || data === undefined) return null
  return (
    <section id="notes" className="panel scroll-mt-16" aria-label={t('sections.notes')}>
      <h2 className="border-line border-b px-4 py-3">{t('sections.notes')}</h2>
      {data.items.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('note.none')}</p>
      ) : (
        <ul className="divide-line divide-y">
          {data.items.map((note) => (
            <One key={note.id} taskId={id} note={note} />
          ))}
        </ul>
      )}
      {mayWrite && <Write taskId={id} />}
    </section>
  )
}
