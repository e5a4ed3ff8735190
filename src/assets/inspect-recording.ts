/** Reads what a sound or video file says of itself. */

export interface Recording {
  readonly hasVideo: boolean;
  /** Milliseconds and pixels, as far as the file tells them. */
  readonly facts: { readonly durationMs?: number; readonly width?: number; readonly height?: number };
}

/** Undefined where neither sound nor pictures could be read, as in a file that breaks off early. */
export async function inspectRecording(file: string): Promise<Recording | undefined> {
  const { parseFile } = await import("music-metadata");
  // Without `duration`, a long MP3 of variable rate that doesn't say how long it is stays of unknown length, but is
  // not read to its end.
  const parsed = await parseFile(file, { skipCovers: true }).catch(() => undefined);
  if (!parsed) return undefined;
  const { duration = 0, hasAudio, hasVideo = false, sampleRate, trackInfo } = parsed.format;
  // Without a sample rate, only the container was understood.
  if (!hasVideo && !(hasAudio && sampleRate)) return undefined;
  const { pixelWidth: width, pixelHeight: height } = trackInfo.find(({ video }) => video)?.video ?? {};
  return {
    hasVideo,
    facts: {
      ...(duration > 0 && Number.isFinite(duration) ? { durationMs: Math.round(duration * 1000) } : {}),
      ...(hasVideo && width && height ? { width, height } : {}),
    },
  };
}
