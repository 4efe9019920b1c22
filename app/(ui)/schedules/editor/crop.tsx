'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef, useState } from 'react'
import ReactCrop, { centerCrop, makeAspectCrop, type PercentCrop } from 'react-image-crop'
import 'react-image-crop/dist/ReactCrop.css'
import { Dialog } from '#components/dialog'

/** Readers show an illustration at 48 pixels; twice as many serve dense screens. */
const ILLUSTRATION = 96
const LARGEST = 1600

/** Lets a person choose the part of an image; gives it as PNG. Illustrations are square. */
export function CropDialog({
  file,
  square,
  onDone,
  onClose,
}: {
  file: File
  square: boolean
  onDone: (dataUrl: string) => void
  onClose: () => void
}) {
  const t = useTranslations('editor')
  const address = useMemo(() => URL.createObjectURL(file), [file])
  useEffect(() => () => URL.revokeObjectURL(address), [address])
  const image = useRef<HTMLImageElement>(null)
  const [crop, setCrop] = useState<PercentCrop>()
  const [broken, setBroken] = useState(false)

  const begin = () => {
    const shown = image.current
    if (shown === null) return
    const { naturalWidth: width, naturalHeight: height } = shown
    setCrop(
      square
        ? centerCrop(makeAspectCrop({ unit: '%', width: 100 }, 1, width, height), width, height)
        : { unit: '%', x: 0, y: 0, width: 100, height: 100 },
    )
  }
  const done = () => {
    const shown = image.current
    if (shown === null || crop === undefined || crop.width === 0 || crop.height === 0) return
    const { naturalWidth, naturalHeight } = shown
    const part = {
      x: (crop.x / 100) * naturalWidth,
      y: (crop.y / 100) * naturalHeight,
      width: (crop.width / 100) * naturalWidth,
      height: (crop.height / 100) * naturalHeight,
    }
    const canvas = document.createElement('canvas')
    const scale = square ? ILLUSTRATION / part.width : Math.min(1, LARGEST / Math.max(part.width, part.height))
    canvas.width = Math.max(1, Math.round(part.width * scale))
    canvas.height = square ? canvas.width : Math.max(1, Math.round(part.height * scale))
    const context = canvas.getContext('2d')
    if (context === null) return
    context.imageSmoothingQuality = 'high'
    context.drawImage(shown, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height)
    onDone(canvas.toDataURL('image/png'))
  }
  return (
    <Dialog title={t('crop.title')} open onClose={onClose}>
      <div className="space-y-4">
        <p className="text-muted text-sm">{t(square ? 'crop.square' : 'crop.free')}</p>
        {broken ? (
          <p role="alert" className="text-bad text-sm">
            {t('crop.broken')}
          </p>
        ) : (
          <ReactCrop
            crop={crop}
            aspect={square ? 1 : undefined}
            minWidth={8}
            minHeight={8}
            keepSelection
            onChange={(_, percent) => setCrop(percent)}
            className="max-h-[50dvh]"
          >
            <img ref={image} src={address} alt={t('crop.image')} onLoad={begin} onError={() => setBroken(true)} />
          </ReactCrop>
        )}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {t('crop.cancel')}
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={broken || crop === undefined}
            onClick={done}
          >
            {t('crop.use')}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
