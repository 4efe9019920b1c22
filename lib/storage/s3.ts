import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { s3Drafts } from './s3-draft'
import { NoSuchObject, type Storage } from './storage'

const isMissing = (error: unknown) =>
  error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.$metadata.httpStatusCode === 404)

/** Parts of 16 MiB: files up to 160 GB within S3's 10,000 parts. */
const PART_SIZE = 16 * 1024 * 1024

/** Files in a bucket, by a Kiwix-style address: `https://host/?keyId=…&secretAccessKey=…&bucketName=…`. */
export function s3Storage(address: string): Storage {
  const url = new URL(address)
  const Bucket = url.searchParams.get('bucketName') ?? ''
  const client = new S3Client({
    endpoint: `${url.protocol}//${url.host}`,
    region: url.searchParams.get('region') ?? 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: url.searchParams.get('keyId') ?? '',
      secretAccessKey: url.searchParams.get('secretAccessKey') ?? '',
    },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return {
    async put(Key, Body, size) {
      const partSize = Math.max(PART_SIZE, Math.ceil(size / 10_000))
      await new Upload({
        client,
        params: { Bucket, Key, Body },
        queueSize: 2,
        partSize,
        leavePartsOnError: false,
      }).done()
    },
    async open(Key, range) {
      try {
        const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }))
        return Body as Readable
      } catch (error) {
        throw isMissing(error) ? new NoSuchObject(Key) : error
      }
    },
    async size(Key) {
      try {
        return (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength ?? null
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },
    async remove(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }))
    },
    ...s3Drafts(client, Bucket),
  }
}
