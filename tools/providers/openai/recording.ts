const extensions: Readonly<Record<string, string>> = { "audio/mpeg": "mp3", "audio/mp4": "m4a" };

/** By which servers know what a recording is: `wav`, `mp3`. */
export function extensionOf(mediaType: string): string {
  return extensions[mediaType] ?? mediaType.split("/")[1] ?? "bin";
}
