import { Messages } from '../../i18n/messages'
import { Sections } from './sections'

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <Messages areas={['admin', 'workers']}>
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <Sections />
        <div className="min-w-0">{children}</div>
      </div>
    </Messages>
  )
}
