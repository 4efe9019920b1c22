'use client'

import { Archive, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { OutcomeBar, Sparkline } from '#components/bars'
import { Button, IconButton } from '#components/button'
import { Code, Diff } from '#components/code'
import { Combo } from '#components/combo'
import { Confirm, Dialog, DialogButtons } from '#components/dialog'
import { Checkbox, NumberField, SearchField, Select, Switch, TextArea, TextField } from '#components/form'
import { Menu, PopoverButton } from '#components/menu'
import { PLOT_COLOURS, PlotFrame } from '#components/plot'
import { Empty, Loading, Problem } from '#components/states'
import { Badge, ProgressBar, StatusBadge } from '#components/status'
import { DataTable, type Sort } from '#components/table'
import { LinkTabs } from '#components/tabs'
import { Ago, At } from '#components/time'
import { offerUndo } from '#components/toast'
import { TagsInput } from '#components/tags-input'
import { Tooltip } from '#components/tooltip'
import { CroftError } from '#lib/core/error'
import { TASK_STATUSES } from '#lib/core/task'

function Story({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="border-line border-t py-6">
      <h2 className="mb-3">{title}</h2>
      <div className="flex flex-wrap items-start gap-4">{children}</div>
    </section>
  )
}

const COLOURS =
  'paper panel sunken ink muted line accent accent-soft good good-soft bad bad-soft warn warn-soft busy busy-soft'
const ROWS = [
  { id: '1', name: 'wikipedia_en_all', tasks: 1204, when: '2026-01-02T03:04:05Z' },
  { id: '2', name: 'ويكيبيديا_ar', tasks: 87, when: '2026-01-03T03:04:05Z' },
]
const LANGUAGES = [
  { value: 'eng', label: 'English' },
  { value: 'fra', label: 'French' },
  { value: 'arb', label: 'Arabic' },
]

function Windows() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | null>(null)
  const close = () => setOpen(null)
  return (
    <Story title="Menu, popover, dialog, toast">
      <Menu
        label="More actions"
        items={[
          { id: 'archive', label: 'Archive', icon: Archive },
          { id: 'delete', label: 'Delete', icon: Trash2, danger: true },
        ]}
      />
      <Menu label="Bulk actions" text="With 12 selected" items={[{ id: 'archive', label: 'Archive', icon: Archive }]} />
      <PopoverButton label="Filters" text="Filters">
        {(shut) => (
          <div className="grid w-56 gap-3">
            <Select label="Language" value="eng" onChange={shut} options={LANGUAGES} />
            <Button onClick={shut}>Done</Button>
          </div>
        )}
      </PopoverButton>
      <Button onClick={() => setOpen('dialog')}>Dialog</Button>
      <Button onClick={() => setOpen('confirm')}>Confirm</Button>
      <Button onClick={() => offerUndo('12 tasks canceled', close)}>Toast</Button>
      <Dialog open={open === 'dialog'} title="A dialog" onClose={close}>
        <p>What it is about.</p>
        <DialogButtons>
          <Button onClick={close}>Not now</Button>
          <Button look="primary" onClick={close}>
            Do it
          </Button>
        </DialogButtons>
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        title="Delete wikipedia_en_all?"
        verb="Delete the schedule"
        danger
        error={new CroftError('conflict', 'a task of it runs')}
        onConfirm={close}
        onClose={close}
      >
        <p>Its history goes too.</p>
      </Confirm>
    </Story>
  )
}

function Forms() {
  const [text, setText] = useState('')
  const [number, setNumber] = useState<number | null>(3)
  const [on, setOn] = useState(true)
  const [language, setLanguage] = useState('fra')
  const [tags, setTags] = useState(['full'])
  return (
    <Story title="Forms">
      <div className="grid w-full gap-4 sm:grid-cols-3">
        <TextField label="Name" required help="Unique on the farm." value={text} onChange={setText} />
        <TextField
          label="Title"
          error="is longer than 30 characters"
          value="A title that is too long"
          onChange={setText}
        />
        <NumberField label="Cores" min={1} value={number} onChange={setNumber} />
        <Select label="Language" value={language} onChange={setLanguage} options={LANGUAGES} />
        <Combo
          label="Language, by typing"
          buttonLabel="All languages"
          value={language}
          onPick={setLanguage}
          options={LANGUAGES}
        />
        <TagsInput
          label="Tags"
          addLabel="Add a tag"
          openLabel="Known tags"
          removeLabel={(tag) => `Remove ${tag}`}
          value={tags}
          options={['full', 'mini', 'nopic']}
          onChange={setTags}
        />
        <TextArea label="Notes" value={text} onChange={setText} />
        <SearchField label="Search schedules" value={text} onChange={setText} />
        <div className="grid gap-3">
          <Checkbox label="Remember me" help="For a week." checked={on} onChange={setOn} />
          <Switch label="Enabled" checked={on} onChange={setOn} />
        </div>
      </div>
    </Story>
  )
}

function Lists() {
  const [sort, setSort] = useState<Sort>({ by: 'name', down: false })
  const [keys, setKeys] = useState(new Set(['2']))
  return (
    <Story title="List">
      <div className="w-full">
        <LinkTabs
          label="Views"
          current="queued"
          tabs={[
            { key: 'queued', href: '?tab=queued', label: 'Queued', count: 1_000_000 },
            { key: 'done', href: '?tab=done', label: 'Done', count: 12 },
          ]}
        />
        <div className="panel overflow-clip">
          <DataTable
            label="Schedules"
            rows={ROWS}
            keyOf={({ id }) => id}
            nameOf={({ name }) => name}
            sort={sort}
            onSort={setSort}
            selection={{ keys, onChange: setKeys }}
            columns={[
              {
                key: 'name',
                title: 'Name',
                sort: 'name',
                wide: true,
                cell: ({ name }) => (
                  <a className="link" href="#x" dir="auto">
                    {name}
                  </a>
                ),
              },
              { key: 'tasks', title: 'Tasks', sort: 'tasks', end: true, cell: ({ tasks }) => tasks },
              { key: 'when', title: 'Changed', cell: ({ when }) => <Ago date={when} /> },
            ]}
            actions={({ name }) => (
              <Menu small label={`Actions for ${name}`} items={[{ id: 'run', label: 'Request', icon: Play }]} />
            )}
          />
        </div>
      </div>
    </Story>
  )
}

/** Every component, in every look. Add a story here with each new one. */
export function Stories() {
  return (
    <>
      <h1 className="mb-4">Components</h1>
      <Story title="Colours">
        {COLOURS.split(' ').map((name) => (
          <div key={name} className="w-24 text-xs">
            <div className="border-line h-10 rounded-lg border" style={{ background: `var(--${name})` }} />
            {name}
          </div>
        ))}
        {PLOT_COLOURS.map((colour) => (
          <div key={colour} className="w-24 text-xs">
            <div className="h-10 rounded-lg" style={{ background: colour }} />
            {colour.slice(6, -1)}
          </div>
        ))}
      </Story>
      <Story title="Type">
        <div>
          <p className="text-2xl font-semibold">Page heading</p>
          <p className="text-lg font-semibold">Dialog heading</p>
          <p className="font-semibold">Section heading</p>
          <p>Text, 15 pixels, with 1,234,567 figures of one width.</p>
          <p className="text-muted text-sm">Second in rank</p>
          <p className="label">Label</p>
          <code className="text-sm">code</code>
        </div>
      </Story>
      <Story title="Buttons">
        <Button>Plain</Button>
        <Button look="primary" icon={Play}>
          Primary
        </Button>
        <Button look="danger" icon={Trash2}>
          Danger
        </Button>
        <Button look="quiet">Quiet</Button>
        <Button small>Small</Button>
        <Button pending>Pending</Button>
        <Button disabled>Disabled</Button>
        <IconButton label="Archive" icon={Archive} />
      </Story>
      <Windows />
      <Forms />
      <Story title="Status">
        {TASK_STATUSES.map((status) => (
          <StatusBadge key={status} status={status} />
        ))}
        <Badge>manual</Badge>
        <Badge tone="good">valid</Badge>
        <Badge tone="bad">dead</Badge>
        <Badge tone="warn">overdue</Badge>
        <Badge tone="busy">new</Badge>
        <div className="w-48">
          <ProgressBar percent={43} label="Progress" />
        </div>
        <Ago date="2026-01-02T03:04:05Z" />
        <At date="2026-01-02T03:04:05Z" />
        <Tooltip text="Counted from the last success">every month</Tooltip>
      </Story>
      <Lists />
      <Story title="States">
        <div className="panel grow">
          <Empty title="There are no schedules yet" action={<Button look="primary">Create one</Button>}>
            A schedule says what to run, how often and with which resources.
          </Empty>
        </div>
        <div className="panel w-64">
          <Loading rows={4} />
        </div>
        <Problem error={new CroftError('forbidden', 'only managers may archive schedules')} retry={() => undefined} />
      </Story>
      <Story title="Texts">
        <div className="grid w-full gap-4 md:grid-cols-2">
          <Code label="Command" text={'docker run croft\n  --rm'} />
          <Diff label="What changed" before={'a\nb\nc'} after={'a\nB\nc\nd'} />
        </div>
      </Story>
      <Story title="Plots">
        <Sparkline values={[1, 3, 2, 5, 4, 8]} label="Tasks per day, last 6 days: 8 today" />
        <OutcomeBar
          label="Last runs"
          outcomes={[
            { key: '1', tone: 'good', size: 20, label: 'succeeded in 20 s' },
            { key: '2', tone: 'bad', size: 5, label: 'failed after 5 s' },
            { key: '3', tone: 'good', size: 30, label: 'succeeded in 30 s', href: '#run' },
          ]}
        />
        <div className="w-full max-w-md">
          <PlotFrame title="Tasks per hour" head={['Hour', 'Tasks']} rows={[['10:00', 12]]} height={120}>
            <svg viewBox="0 0 100 40" className="h-full w-full">
              <path d="M0 30L50 10L100 20" fill="none" stroke={PLOT_COLOURS[0]} />
            </svg>
          </PlotFrame>
        </div>
      </Story>
    </>
  )
}
