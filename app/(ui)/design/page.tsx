import { notFound } from 'next/navigation'

export const metadata = { title: 'Design' }

/** The living page of the components, for those who change Croft: `npm run dev`, then /design. */
export default async function Page() {
  // The build puts the value here: the page and its stories are not in the product.
  // eslint-disable-next-line no-restricted-properties
  if (process.env.NODE_ENV === 'production') notFound()
  const { Stories } = await import('./stories')
  return <Stories />
}
