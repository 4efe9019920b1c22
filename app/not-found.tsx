import Link from 'next/link'
import { Shell } from './(ui)/shell'

export const metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <Shell>
      <h1>There is no such page</h1>
      <p className="text-muted mt-2">
        The address may be wrong, or what it showed is gone. Go to the{' '}
        <Link className="link" href="/">
          pipeline
        </Link>{' '}
        or to the{' '}
        <Link className="link" href="/schedules">
          schedules
        </Link>
        .
      </p>
    </Shell>
  )
}
