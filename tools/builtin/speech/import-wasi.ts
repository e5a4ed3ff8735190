/**
 * Imports node:wasi without its ExperimentalWarning, which every user would see on standard error.
 * Only that one is swallowed, and only while the import runs.
 */
export async function importWasi(): Promise<typeof import("node:wasi")> {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === "ExperimentalWarning" && String(warning).startsWith("WASI ")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await import("node:wasi");
  } finally {
    process.emitWarning = emitWarning;
  }
}
