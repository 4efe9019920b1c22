import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BLOB_KINDS, type BlobKind } from '#lib/core/task-type'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { removeDiscarded } from '../files/discard'
import { createTaskType } from '../task-types/create'
import { postVersion } from '../task-types/versions'
import { commentBlob, deleteBlob } from './change'
import { getBlob, listBlobs, openBlob } from './read'
import { bytesOf, saveBlob } from './save'

let farm: TestFarm
let editor: Context
let nobody: Context
beforeAll(async () => {
  farm = await testFarm({ BLOB_MAX_SIZE: '20000', CROFT_URL: 'https://farm.example.org' })
  editor = await farm.account('edith', 'editor')
  nobody = farm.as({ kind: 'anonymous' })
  await farm.schedule({ name: 'site' })
})
afterAll(() => farm.close())

const CSS = Buffer.from('body { color: red }')
const save = (kind: BlobKind, bytes: Uint8Array, field = 'custom-css') =>
  saveBlob(editor, { schedule: 'site', field, kind, bytes })
const picture = (format: 'jpeg' | 'gif' | 'webp' | 'png', size = 48) =>
  sharp({ create: { width: size, height: size, channels: 3, background: 'teal' } })
    .toFormat(format)
    .toBuffer()
const read = async (filename: string) => {
  const { body, mediaType, size } = await openBlob(nobody, filename)
  return { bytes: await buffer(body), mediaType, size }
}

describe('a blob', () => {
  it('is kept, public by its address, and the same for the same bytes', async () => {
    const blob = await save('css', CSS)
    expect(blob).toMatchObject({
      field: 'custom-css',
      kind: 'css',
      size: CSS.length,
      url: `https://farm.example.org/v2/blobs/download/${blob.id}.css`,
    })
    expect(blob.checksum).toBe(createHash('sha256').update(CSS).digest('hex'))
    expect(await read(blob.filename)).toEqual({ bytes: CSS, mediaType: 'text/css; charset=utf-8', size: CSS.length })
    expect((await save('css', CSS)).id).toBe(blob.id)
    expect((await save('css', CSS, 'about')).id).not.toBe(blob.id)
    expect((await listBlobs(editor, 'site', { skip: 0, limit: 9 })).count).toBe(2)
    expect((await getBlob(editor, { schedule: 'site', field: 'about', checksum: blob.checksum })).field).toBe('about')
  })
  it('is one, however often the same is saved at once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => save('txt', Buffer.from('at once'), 'note')))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
  })
  it.each(['jpeg', 'gif', 'webp', 'png'] as const)('of %s becomes PNG', async (format) => {
    const blob = await save('illustration', await picture(format), format)
    const { bytes, mediaType } = await read(`${blob.id}.png`)
    expect([mediaType, (await sharp(bytes).metadata()).format]).toEqual(['image/png', 'png'])
  })
  it('can be commented and deleted; its bytes go with it', async () => {
    const blob = await save('html', Buffer.from('<p>Hello'), 'gone')
    expect((await commentBlob(editor, { id: blob.id, comments: 'a greeting' })).comments).toBe('a greeting')
    await deleteBlob(editor, blob.id)
    await expect(openBlob(nobody, blob.filename)).rejects.toMatchObject({ code: 'not_found' })
    await removeDiscarded(farm.system, () => Promise.resolve(true))
    expect(await farm.system.storage.size(`blobs/${blob.id}`)).toBeNull()
    await expect(deleteBlob(editor, blob.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

it.each<[string, BlobKind, () => Promise<Uint8Array> | Uint8Array]>([
  ['what is no image', 'image', () => CSS],
  ['a drawing in SVG', 'image', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['a damaged image', 'image', async () => (await picture('png')).subarray(0, 80)],
  ['an image of far too many pixels', 'image', () => picture('png', 5000)],
  ['text that is no UTF-8', 'css', () => Buffer.from([0xff, 0xfe, 0x00])],
  ['nothing', 'txt', () => Buffer.alloc(0)],
  ['too much', 'txt', () => Buffer.alloc(20_001, 'x')],
])('refuses %s', async (_, kind, bytes) => {
  await expect(save(kind, await bytes(), 'bad')).rejects.toMatchObject({
    code: 'invalid',
    fields: { data: [expect.any(String)] },
  })
  expect(await farm.system.db.blob.count({ where: { field: 'bad' } })).toBe(0)
})

it.each(['x', '../secret.css', '1bed5f30-78a7-463a-838b-06162a83b9af.css'])(
  'serves nothing at %s',
  async (filename) => {
    await expect(openBlob(nobody, filename)).rejects.toMatchObject({ code: 'not_found' })
  },
)
it('serves a blob only under the ending of its kind, and lists nothing to those who may not read', async () => {
  const { id } = await save('css', CSS)
  await expect(openBlob(nobody, `${id}.html`)).rejects.toMatchObject({ code: 'not_found' })
  await expect(listBlobs(nobody, 'site', { skip: 0, limit: 9 })).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(saveBlob(nobody, { schedule: 'site', field: 'x', kind: 'css', bytes: CSS })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})
it('takes base64 and data: addresses', () => {
  const text = CSS.toString('base64')
  expect([bytesOf(text), bytesOf(`data:text/css;base64,${text}`)].map(String)).toEqual([String(CSS), String(CSS)])
  expect(() => bytesOf('not base64!')).toThrow(/base64/)
})

it('may stand in a parameter of its kind, and another address only where that is allowed', async () => {
  const admin = await farm.account('root', 'admin')
  await createTaskType(admin, { id: 'skin', dockerImage: 'example/skin', command: 'skin' })
  const field = (kind: BlobKind, allowRemoteUrl: boolean) =>
    ({
      key: `${kind}-${allowRemoteUrl ? 'any' : 'own'}`,
      type: 'blob',
      kind,
      allowRemoteUrl,
      label: kind,
      description: '',
    }) as const
  await postVersion(admin, {
    taskType: 'skin',
    version: '1',
    definition: {
      ...((await admin.taskTypes.current()).definition('zimwriterfs') ?? expect.fail()),
      id: 'skin',
      fields: BLOB_KINDS.flatMap((kind) => [field(kind, true), field(kind, false)]),
    },
  })
  const { url } = await save('css', CSS)
  const make = (key: string, value: string) =>
    farm.schedule({
      name: `skin ${key} ${value}`,
      taskType: 'skin',
      config: { params: { [key]: value }, image: null, warehousePath: '/other', monitor: false },
    })
  await make('css-own', url)
  await make('css-any', 'https://example.org/own.css')
  for (const [key, value] of [
    ['css-own', 'https://example.org/own.css'],
    ['html-own', url],
    ['css-any', 'nonsense'],
    ['css-own', url.replace('farm.', 'evil.')],
  ] as const)
    await expect(make(key, value)).rejects.toMatchObject({ code: 'invalid' })
})
