import { BLOB_EXTENSIONS } from '#lib/core/params'
import type { BlobKind } from '#lib/core/task-type'
import type { Settings } from '../settings'

/** What the addresses of this farm's blobs begin with (zimfarm.md §18.4). */
export const blobPrefix = (settings: Settings) => `${settings.publicUrl.replace(/\/+$/, '')}/v2/blobs/download/`
export const blobFilename = (id: string, kind: BlobKind) => `${id}.${BLOB_EXTENSIONS[kind]}`
export const blobUrl = (settings: Settings, id: string, kind: BlobKind) => blobPrefix(settings) + blobFilename(id, kind)
