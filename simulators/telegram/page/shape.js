/** What a sender's app says of a file: its kind, and for pictures and clips their size and length. */
export async function shapeOf(file) {
  if (file.type === 'image/gif') return { kind: 'animation', ...(await pictureShape(file)) };
  if (file.type.startsWith('image/')) return { kind: 'photo' };
  if (file.type.startsWith('video/')) return { kind: 'video', ...(await clipShape(file)) };
  return { kind: 'document' };
}

async function pictureShape(file) {
  const { width, height } = await createImageBitmap(file);
  return { width, height };
}

/** Nothing, when this browser can't play it. */
async function clipShape(file) {
  const video = document.createElement('video');
  video.preload = 'metadata';
  video.src = URL.createObjectURL(file);
  await new Promise((resolve) => {
    video.onloadedmetadata = resolve;
    video.onerror = resolve;
  });
  URL.revokeObjectURL(video.src);
  if (!video.videoWidth) return {};
  return { width: video.videoWidth, height: video.videoHeight, seconds: video.duration };
}
