import type { Metadata } from 'next'
import Link from 'next/link'
import { PAGES } from './pages'

export const metadata: Metadata = { title: 'Docs' }

export default function Page() {
  return (
    <>
      <h1 className="mb-4">Docs</h1>
      <ul className="panel divide-line max-w-xl divide-y">
        {Object.entries(PAGES).map(([name, title]) => (
          <li key={name}>
            <Link className="link block px-4 py-3" href={name === 'api' ? '/docs/api-guide' : `/docs/${name}`}>
              {title}
            </Link>
          </li>
        ))}
        <li>
          <Link className="link block px-4 py-3" href="/docs/api">
            API reference
          </Link>
        </li>
      </ul>
    </>
  )
}
