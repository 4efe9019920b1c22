/** Where Next sends an address whose percent signs mean nothing, such as `/v1/tasks/%ff`. */
const refuse = () =>
  Response.json({ error: 'the address is not well encoded' }, { status: 400, headers: { 'cache-control': 'no-store' } })

export {
  refuse as DELETE,
  refuse as GET,
  refuse as HEAD,
  refuse as OPTIONS,
  refuse as PATCH,
  refuse as POST,
  refuse as PUT,
}
