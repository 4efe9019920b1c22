import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from '#lib/db/embedded'

const run = promisify(execFile)

/** A real S3 server (Ceph RADOS Gateway, data in memory) with an empty bucket; `npm test` installs it. */
export async function testS3(): Promise<{ url: string; stop: () => Promise<void> }> {
  const scratch = await mkdtemp(join(tmpdir(), 'croft-s3-'))
  const port = await freePort()
  // Ports of its own: several test files may each have a server at the same time.
  const env = {
    ...process.env,
    T: scratch,
    MON_PORT: String(await freePort()),
    MON_V1_PORT: String(await freePort()),
  }
  await run('bash', ['scripts/real/s3-up.sh', String(port)], { env, timeout: 120_000 })
  const credentials = { accessKeyId: 'FARMKEY', secretAccessKey: 'farmsecret' }
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
  })
  await client.send(new CreateBucketCommand({ Bucket: 'croft' }))
  client.destroy()
  return {
    url: `http://127.0.0.1:${port}/?keyId=FARMKEY&secretAccessKey=farmsecret&bucketName=croft`,
    stop: async () => {
      await run('bash', ['scripts/real/s3-down.sh'], { env })
      await rm(scratch, { recursive: true, force: true })
    },
  }
}
