/** A file that is made while it is sent: no faster than it is read. What fails before the first piece is an ordinary refusal. */
export async function streamed(
  pieces: AsyncGenerator<string, void>,
  file: { name: string; mediaType: string },
): Promise<Response> {
  const encoder = new TextEncoder()
  const first = await pieces.next()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first.done !== true) controller.enqueue(encoder.encode(first.value))
    },
    async pull(controller) {
      const next = await pieces.next()
      if (next.done === true) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
  return new Response(body, {
    headers: {
      'content-type': file.mediaType,
      'content-disposition': `attachment; filename="${file.name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
