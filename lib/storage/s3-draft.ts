import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Draft, Storage } from './storage'

const MIB = 1024 * 1024
/** Small parts first, larger ones later: S3 takes 10,000 parts, and nobody says how large the object will be. */
const partSize = (part: number) => 16 * MIB * 2 ** Math.floor((part - 1) / 1000)

type Part = { PartNumber: number; ETag: string | undefined; size: number }

/**
 * Objects in the making in a bucket: a multipart upload, which S3 keeps by itself, and beside it what is too small for a
 * part. That rest is named after the part that it will begin, so that one which a later part has overtaken counts no more.
 */
export function s3Drafts(client: S3Client, Bucket: string): Pick<Storage, 'draft' | 'discard'> {
  const folder = (key: string) => `drafts/${key}/`

  async function uploadsOf(Key: string): Promise<string[]> {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
    return (Uploads ?? [])
      .filter((upload) => upload.Key === Key)
      .sort((a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0))
      .flatMap((upload) => upload.UploadId ?? [])
  }
  async function partsOf(Key: string, UploadId: string): Promise<Part[]> {
    const parts: Part[] = []
    let PartNumberMarker: string | undefined
    do {
      const page = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker }))
      for (const { PartNumber = 0, ETag, Size = 0 } of page.Parts ?? []) parts.push({ PartNumber, ETag, size: Size })
      PartNumberMarker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
    } while (PartNumberMarker !== undefined)
    return parts
  }
  async function restAt(key: string, part: number): Promise<Buffer> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `${folder(key)}${part}` }))
      return await buffer(Body as Readable)
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return Buffer.alloc(0)
      throw error
    }
  }
  async function forget(key: string, uploads: string[]): Promise<void> {
    for (const UploadId of uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId })).catch((error: unknown) => {
        if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 404) throw error
      })
    }
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: folder(key) }))
    for (const { Key } of Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket, Key }))
  }

  async function draft(Key: string): Promise<Draft> {
    let UploadId = (await uploadsOf(Key))[0]
    const parts = UploadId === undefined ? [] : await partsOf(Key, UploadId)
    const rest = await restAt(Key, parts.length + 1)
    let waiting: Buffer[] = rest.length > 0 ? [rest] : []
    let waitingSize = rest.length
    let size = parts.reduce((sum, part) => sum + part.size, 0) + rest.length

    const sendPart = async () => {
      UploadId ??= (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId
      const PartNumber = parts.length + 1
      const Body = Buffer.concat(waiting)
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      parts.push({ PartNumber, ETag, size: Body.length })
      waiting = []
      waitingSize = 0
    }
    return {
      get size() {
        return size
      },
      async append(chunk) {
        waiting.push(chunk)
        waitingSize += chunk.length
        size += chunk.length
        if (waitingSize >= partSize(parts.length + 1)) await sendPart()
      },
      async close() {
        if (waitingSize === 0) return
        const Body = Buffer.concat(waiting)
        await client.send(new PutObjectCommand({ Bucket, Key: `${folder(Key)}${parts.length + 1}`, Body }))
      },
      async finish() {
        if (UploadId === undefined) {
          await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.concat(waiting) }))
        } else {
          if (waitingSize > 0) await sendPart()
          const Parts = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))
          await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
        }
        await forget(Key, await uploadsOf(Key))
      },
    }
  }
  return { draft, discard: async (key) => forget(key, await uploadsOf(key)) }
}
