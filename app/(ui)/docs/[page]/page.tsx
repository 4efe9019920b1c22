import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { isPage, PAGES, renderPage } from '../pages'

type Props = { params: Promise<{ page: string }> }

/** `/docs/api` is the reference, so the guide of that name has an address of its own. */
const nameOf = async (params: Props['params']) => {
  const { page } = await params
  return page === 'api-guide' ? 'api' : page
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const name = await nameOf(params)
  return { title: isPage(name) ? PAGES[name] : 'Not found' }
}

export default async function Page({ params }: Props) {
  const name = await nameOf(params)
  if (!isPage(name)) notFound()
  return <article className="prose max-w-3xl" dangerouslySetInnerHTML={{ __html: await renderPage(name) }} />
}
